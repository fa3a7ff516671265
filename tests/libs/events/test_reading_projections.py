"""What is read from a projection is its live version, and says which event made it so."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from typing import Annotated, Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from libs.events.columns import HashOf
from libs.events.event import Sealed
from libs.events.handling import Handler, Target
from libs.events.keyring import keyed_hash
from libs.events.projection import Projection, live_tables
from libs.events.projector import ForeignRow
from libs.events.service import Parts, migrate_service
from tests.conftest import MakeBench
from tests.libs.events.sample import (
    CloseNote,
    CountNote,
    NoteClosed,
    NoteCounted,
    NoteOpened,
    NoteRow,
    OpenNote,
    meta,
    note_decider,
    note_projection,
)

NOWHERE: Any = None


@contextmanager
def folding(make_bench: MakeBench, *projections: Projection[Any]) -> Iterator[Parts]:
    """A service that folds these inline."""
    bench = make_bench(inline=projections)
    bench.verify_journal()
    with closing(bench.open()) as parts:
        yield parts


def target(note: UUID, command: Any) -> Target[Any, Any]:
    return Target(note_decider, f"note-{note}", command, meta(), subject=f"person-{note}")


def do(handler: Handler, note: UUID, *commands: Any) -> list[Any]:
    return [handler.handle(target(note, command)) for command in commands]


@pytest.mark.parametrize("history", [False, True])
def test_a_row_says_which_event_made_it_what_it_is(make_bench: MakeBench, *, history: bool) -> None:
    notes, note = note_projection(history=history), uuid4()
    with folding(make_bench, notes) as parts:
        done = do(parts.handler, note, OpenNote(note), CountNote(), CountNote())
        with parts.engine.begin() as connection:
            connection.execute(text("select set_config('aftercare.scope', '*', true)"))
            ((row, position),) = notes.placed(connection, "note_id = :note", note=note)
            assert notes.placed(connection, "note_id = :note", note=uuid4()) == []
    assert (row.count, position) == (2, done[-1].position)


def test_an_event_that_changes_nothing_leaves_the_row_with_the_one_that_did(make_bench: MakeBench) -> None:
    notes, note = note_projection(history=True), uuid4()
    fold = notes.folds[NoteCounted]
    notes.folds[NoteCounted] = replace(fold, evolve=lambda _event, row: row)
    with folding(make_bench, notes) as parts:
        done = do(parts.handler, note, OpenNote(note), CountNote())
        with parts.engine.begin() as connection:
            connection.execute(text("select set_config('aftercare.scope', '*', true)"))
            ((_, position),) = notes.placed(connection, "true")
            versions = connection.execute(text(f"select count(*) from {notes.live(connection)}")).scalar_one()
    assert (position, versions) == (done[0].position, 1)


def test_events_that_a_projection_does_not_fold_pass_it_by(make_bench: MakeBench) -> None:
    notes, note = note_projection(), uuid4()
    del notes.folds[NoteClosed]
    with folding(make_bench, notes) as parts:
        do(parts.handler, note, OpenNote(note), CloseNote())
        parts.handler.handle_many([target(note, CountNote()), target(note, CountNote())])
        with parts.engine.begin() as connection:
            connection.execute(text("select set_config('aftercare.scope', '*', true)"))
            (row,) = notes.read(connection)
    assert (row.count, row.closed) == (2, False)


@pytest.mark.parametrize("broken", ["a row without its unit", "a row under the key of another"])
def test_a_broken_rule_of_the_table_that_is_no_rule_of_ours_is_no_refusal(make_bench: MakeBench, broken: str) -> None:
    notes, first, second, unit = note_projection(), uuid4(), uuid4(), NOWHERE if "unit" in broken else "2025:1"
    evolve = notes.folds[NoteOpened].evolve

    def wrong(event: NoteOpened, row: NoteRow | None) -> NoteRow:
        return NoteRow(first, unit, None) if event.note_id == second else evolve(event, row)

    notes.folds[NoteOpened] = replace(notes.folds[NoteOpened], evolve=wrong)
    with folding(make_bench, notes) as parts:
        do(parts.handler, first, OpenNote(first))
        with pytest.raises((IntegrityError, ForeignRow)):
            do(parts.handler, second, OpenNote(second))
        assert sum(head.sequence for head in parts.journal.heads()) == 1


def test_a_service_migrated_again_keeps_its_rows_and_gets_the_tables_that_it_lacks(make_bench: MakeBench) -> None:
    notes, later, note = note_projection(), note_projection("later"), uuid4()
    bench = make_bench(inline=[notes])
    bench.verify_journal()
    with closing(bench.open()) as parts:
        do(parts.handler, note, OpenNote(note))
    migrate_service(replace(bench.service, inline=[notes, later]), bench.settings)
    with bench.superuser.connect() as connection:
        assert [row.note_id for row in notes.read(connection)] == [note]
        assert live_tables(connection).items() >= {"sample.notes": "notes_v1", "sample.later": "later_v1"}.items()


@dataclass(frozen=True)
class Named:
    """A note found by a word of its title, unless it has none worth it."""

    note_id: UUID
    title: Sealed | None
    word: Annotated[bytes | None, HashOf("title", lambda title, _row: title.split()[0] if " " in title else None)] = (
        None
    )


def test_what_is_not_worth_searching_has_no_hash(make_bench: MakeBench) -> None:
    named = Projection("sample.named", 1, Named)

    @named.on(NoteOpened, key=lambda e: e.note_id)
    def opened(event: NoteOpened, row: Named | None) -> Named:
        return Named(event.note_id, event.title if isinstance(event.title, Sealed) else None)

    long, short = uuid4(), uuid4()
    with folding(make_bench, named) as parts:
        do(parts.handler, long, OpenNote(long, title="Nguyễn Văn"))
        do(parts.handler, short, OpenNote(short, title="Nguyễn"))
        with parts.engine.begin() as connection:
            words = {row.note_id: row.word for row in named.read(connection)}
    assert words == {long: keyed_hash(parts.codec.keyring, "Nguyễn"), short: None}
