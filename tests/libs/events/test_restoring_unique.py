"""What may be there once only passed from one to another over time, and comes back whatever is read first."""

from contextlib import closing
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from libs.events import restoring
from libs.events.decider import Refused
from libs.events.handling import Target
from libs.events.kafka import Log
from libs.events.partitions import partition_of
from libs.events.projection import Projection
from tests.conftest import Bench, MakeBench
from tests.libs.events.sample import CloseNote, NoteClosed, NoteOpened, OpenNote, meta, note_decider
from tests.libs.events.test_flow import notes_of, published, working
from tests.libs.events.test_relay_refusals import trusted
from tests.libs.events.test_restoring import emptied, restore
from tests.libs.events.waiting import until


@dataclass(frozen=True)
class Open:
    """A note while it is open."""

    note_id: UUID
    unit: str


class UnitTaken(Refused):
    """A unit has one open note."""


def open_notes() -> Projection[Open]:
    projection = Projection("sample.open", 1, Open, unique={"(unit)": UnitTaken})

    @projection.on(NoteOpened, key=lambda event: event.note_id)
    def opened(event: NoteOpened, _row: Open | None) -> Open:
        return Open(event.note_id, event.unit)

    @projection.on(NoteClosed, key=lambda event: event.note_id)
    def closed(_event: NoteClosed, _row: Open | None) -> None:
        return None

    return projection


def note_in(partition: int) -> UUID:
    while partition_of(f"person-{(note := uuid4())}") != partition:
        pass
    return note


@pytest.fixture
def bench(make_bench: MakeBench, log: Log) -> Bench:
    """Two notes had a unit one after the other, each way round between two partitions."""
    bench = make_bench(topics=True, inline=[open_notes()])
    low, high = [note_in(2) for _ in range(2)], [note_in(20) for _ in range(2)]
    with working(bench, log=log), closing(bench.open()) as parts:
        until(lambda: trusted(bench), "the relay's verification")
        for unit, first, second in (("one", low[0], high[0]), ("other", high[1], low[1])):
            for note, command in (
                (first, OpenNote(first, unit=unit)),
                (first, CloseNote()),
                (second, OpenNote(second, unit=unit)),
            ):
                parts.handler.handle(Target(note_decider, f"note-{note}", command, meta(), f"person-{note}"))
        until(lambda: published(bench, log) == 6, "publishing")
    return bench


def indexes(bench: Bench) -> list[str]:
    with bench.superuser.connect() as connection:
        found = text("select indexdef from pg_indexes where indexdef like '%UNIQUE%(unit)' order by 1")
        return list(connection.execute(found).scalars())


def test_what_passed_from_one_to_another_comes_back_and_is_there_once_only_again(
    bench: Bench, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows, before = open_notes(), indexes(bench)
    held = sorted(notes_of(bench, rows), key=lambda row: row.unit)
    emptied(bench)
    monkeypatch.setattr("libs.events.feeds.POLL_RECORDS_MAX", 1)
    with monkeypatch.context() as unguarded:
        unguarded.setattr(restoring, "_without_unique", lambda *_: None)
        with pytest.raises(UnitTaken):
            restore(bench, log)
    restore(bench, log)
    assert sorted(notes_of(bench, rows), key=lambda row: row.unit) == held
    assert (indexes(bench), len(before)) == (before, 1)
