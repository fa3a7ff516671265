"""One suite for the books of a service: PostgreSQL and the double in memory keep the same promises."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from libs.events.books import Books, Store
from libs.events.checkpoints import Checkpoint, OwnershipLost, Place
from libs.events.codec import Codec
from libs.events.deadlines import DeadlineRow
from libs.events.handling import Handler, Target
from libs.events.journal import Journal
from libs.events.keyring import MemoryKeyring
from libs.events.marks import Mark
from libs.events.memory import MemoryJournal
from libs.events.memory_books import MemoryStore
from libs.events.parked import Line, Parked
from libs.events.projection import Projection
from libs.events.projector import Projector
from libs.events.record import Record, first_link
from tests.conftest import MakeBench
from tests.libs.events.sample import CloseNote, CountNote, NoteClosed, OpenNote, meta, note_decider, note_projection
from tests.libs.events.test_deadlines import PaperDue, paper_rows, papers

PLACE, TOPIC, OTHER = Place("source", 3), UUID(int=1), UUID(int=2)
PLAIN, PAST = note_projection("plain"), note_projection("past", history=True)
PAPERS = paper_rows("sample.papers")


@dataclass
class Kept:
    """The books of one service, and a journal to make events with."""

    journal: Journal
    store: Store
    codec: Codec

    def begin(self) -> AbstractContextManager[Books]:
        return self.store.begin()

    def fold(self, projection: Projection[Any], *records: Record) -> None:
        with self.begin() as books:
            events = [(record, event) for record in records if (event := self.codec.decode(record)) is not None]
            Projector(projection).apply(books, books.live()[projection.name], events)

    def row(self, projection: Projection[Any], key: UUID) -> Any:
        with self.begin() as books:
            return books.load(projection, books.live()[projection.name], [key]).get(key)


@pytest.fixture(params=["memory", "postgres"])
def kept(request: pytest.FixtureRequest) -> Iterator[Kept]:
    codec = Codec("sample", MemoryKeyring())
    journal = MemoryJournal("sample")
    if request.param == "memory":
        yield Kept(journal, MemoryStore(journal.database), codec)
        return
    make_bench: MakeBench = request.getfixturevalue("make_bench")
    bench = make_bench(inline=[PLAIN, PAST, PAPERS])
    with closing(bench.open("worker")) as parts:
        yield Kept(journal, parts.store, codec)


@pytest.fixture
def note(kept: Kept) -> list[Record]:
    """A note that was opened, counted twice, and closed."""
    note, handler = uuid4(), Handler(kept.journal, kept.codec, law=None)
    commands = [OpenNote(note), CountNote(), CountNote(), CloseNote()]
    return [
        record
        for command in commands
        for record in handler.handle(Target(note_decider, f"note-{note}", command, meta(), f"person-{note}")).records
    ]


def note_id(records: list[Record]) -> UUID:
    return UUID(records[0].data["note_id"])


# Checkpoints.


def test_a_claim_begins_at_the_start_and_every_claim_is_a_new_epoch(kept: Kept) -> None:
    with kept.begin() as books:
        first = books.claim(PLACE, TOPIC)
        second = books.claim(PLACE, TOPIC)
    assert first == Checkpoint(0, 0, first_link(*PLACE), 0, 1, TOPIC)
    assert second.epoch == 2


def test_what_is_advanced_is_found_again_and_on_another_topic_it_is_read_from_the_start(kept: Kept) -> None:
    with kept.begin() as books:
        held = books.claim(PLACE, TOPIC)
    reached = Checkpoint(8, 7, b"chain", 6, held.epoch, TOPIC)
    with kept.begin() as books:
        books.hold({PLACE: held})
        books.advance({PLACE: reached})
    with kept.begin() as books:
        again = books.claim(PLACE, TOPIC)
        other = books.claim(PLACE, OTHER)
    assert (again.next_offset, again.sequence, again.chain, again.reacted) == (8, 7, b"chain", 6)
    assert (other.next_offset, other.sequence, other.chain, other.reacted) == (0, 7, b"chain", 6)


def test_who_was_displaced_cannot_hold(kept: Kept) -> None:
    with kept.begin() as books:
        displaced = books.claim(PLACE, TOPIC)
        owner = books.claim(PLACE, TOPIC)
    with kept.begin() as books:
        books.hold({PLACE: owner})
    with kept.begin() as books, pytest.raises(OwnershipLost):
        books.hold({PLACE: displaced})


def test_nothing_of_a_transaction_that_fails_stays(kept: Kept) -> None:
    with suppress(ZeroDivisionError), kept.begin() as books:
        books.claim(PLACE, TOPIC)
        raise ZeroDivisionError
    with kept.begin() as books:
        assert books.claim(PLACE, TOPIC).epoch == 1


def test_what_an_attempt_wrote_is_undone_and_the_rest_stays(kept: Kept) -> None:
    with kept.begin() as books:
        books.claim(PLACE, TOPIC)
        with suppress(ZeroDivisionError), books.attempt():
            books.claim(PLACE, TOPIC)
            raise ZeroDivisionError
        assert books.claim(PLACE, TOPIC).epoch == 2


# Rows.


@pytest.mark.parametrize("projection", [PLAIN, PAST])
def test_a_row_is_what_its_events_made_of_it_in_one_batch_or_in_several(
    kept: Kept, note: list[Record], projection: Projection[Any]
) -> None:
    kept.fold(projection, *note[:2])
    kept.fold(projection, *note[2:])
    row, owner = kept.row(projection, note_id(note))
    assert (row.count, row.closed, row.unit) == (2, True, "2025:26080")
    assert owner == ("sample", note[0].subject)


@pytest.mark.parametrize("history", [False, True])
def test_a_removed_row_is_gone_and_may_come_again(kept: Kept, note: list[Record], history: bool) -> None:  # noqa: FBT001 -- A parameter.
    projection = note_projection("past" if history else "plain", history=history)
    projection.folds.pop(NoteClosed)
    projection.on(NoteClosed, key=lambda e: e.note_id)(lambda _event, _row: None)
    kept.fold(projection, *note)
    assert kept.row(projection, note_id(note)) is None
    kept.fold(projection, note[0]._replace(recorded_at=note[-1].recorded_at + timedelta(seconds=1)))
    assert kept.row(projection, note_id(note))[0].count == 0


# Deadlines.


def test_deadlines_that_are_over_are_found_the_oldest_first_with_what_set_them(kept: Kept) -> None:
    handler, records = Handler(kept.journal, kept.codec, law=None), list[Record]()
    for due in ("2020-05-02", "2020-05-01", "2990-01-01"):
        paper = uuid4()
        target = Target(papers, f"paper-{paper}", PaperDue(paper_id=paper, due=due), meta(), f"person-{paper}")
        records += handler.handle(target).records
    kept.fold(PAPERS, *records)
    with kept.begin() as books:
        found: list[tuple[DeadlineRow, Any]] = books.due(PAPERS, 10)
        assert books.due(PAPERS, 1) == found[:1]
    assert [(row.due, position) for row, position in found] == [
        ("2020-05-01", records[1].position),
        ("2020-05-02", records[0].position),
    ]


# Parked events.


def parked(record: Record, taker: str = "sample.plain", waits_for: str | None = None) -> Parked:
    return Parked.of(taker, record, "a reason", waits_for)


def test_lines_say_who_stands_where_and_what_the_first_waits_for(kept: Kept, note: list[Record]) -> None:
    with kept.begin() as books:
        books.park([parked(note[1]), parked(note[0], waits_for="elsewhere"), parked(note[0], "other")])
        books.park([parked(note[0])])
        lines = {line.taker: line for line in books.lines()}
    first = note[0]
    line = lines["sample.plain"]
    assert line.key == ("sample.plain", "sample", first.subject)
    assert (line.events, line.waits_for, line.since) == (2, "elsewhere", first.recorded_at)
    assert (lines["other"].events, lines["other"].waits_for) == (1, None)


def test_a_line_is_read_in_order_and_let_go_of_one_by_one(kept: Kept, note: list[Record]) -> None:
    line = Line("sample.plain", "sample", note[0].partition, note[0].subject)
    with kept.begin() as books:
        books.claim(line.place, TOPIC)
        books.park([parked(record) for record in reversed(note)])
    with kept.begin() as books:
        found = books.parked_in(line)
        assert [one.record for one in found] == note
        books.unpark(found[:1])
        assert [one.sequence for one in books.parked_in(line)] == [record.sequence for record in note[1:]]


# Marks.


def test_a_mark_counts_once_its_sequences_are_applied(kept: Kept) -> None:
    first, second = (datetime(2026, 1, day, tzinfo=UTC) for day in (1, 2))
    cut = (0,) * 3
    with kept.begin() as books:
        held = books.claim(PLACE, TOPIC)
        books.store_mark(Mark("source", first, (*cut, 5)))
        books.store_mark(Mark("source", second, (*cut, 9)))
        assert books.known_until("source") is None
    for sequence, known in ((5, first), (8, first), (9, second)):
        with kept.begin() as books:
            books.advance({PLACE: Checkpoint(0, sequence, b"", sequence, held.epoch, TOPIC)})
            assert books.known_until("source") == known
    with kept.begin() as books:
        assert books.known_until("elsewhere") is None
