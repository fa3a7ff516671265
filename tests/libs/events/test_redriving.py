"""What becomes of parked events: redriven in their order, or dropped by an event that rebuilds honour."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from libs.events.books import Books
from libs.events.feeds import JournalFeed, Positions
from libs.events.handling import Target
from libs.events.kafka import Log
from libs.events.marks import Mark
from libs.events.parked import BEHIND, Line
from libs.events.projection import Fold, Projection
from libs.events.reactor import NotKnownYet, Reaction, Reactor
from libs.events.rebuild import Certificate, Rebuild
from libs.events.redriving import OF_NOBODY, Redriven, drop
from tests.conftest import MakeBench
from tests.libs.events.driving import Driven, beside, driven
from tests.libs.events.sample import CountNote, NoteCounted, NoteOpened, OpenNote, meta, note_decider, note_projection

NOTE = UUID("00000000-0000-4000-8000-000000000001")


@pytest.fixture
def rows() -> Projection[Any]:
    return note_projection("followed")


@pytest.fixture
def mended(make_bench: MakeBench, log: Log, rows: Projection[Any]) -> Iterator[Driven]:
    """A projection that could not take the opening of a note, and can by now; two counts wait behind."""
    opened = rows.folds[NoteOpened]
    rows.folds[NoteOpened] = Fold(opened.keys, lambda _event, _row: 1 // 0)
    with driven(make_bench, log, rows) as one:
        one.open(NOTE)
        one.count(NOTE)
        one.turn()
        one.count(NOTE)
        one.turn()
        rows.folds[NoteOpened] = opened
        yield one


def line(one: Driven) -> Line:
    first = one.parked()[0]
    return Line(first.taker, first.source, first.partition, first.subject)


def test_a_redriven_line_is_folded_in_its_order_and_the_subject_goes_on(mended: Driven, rows: Projection[Any]) -> None:
    assert mended.follower.redriving.redrive(line(mended)) == Redriven(3)
    assert mended.counts(rows) == {NOTE: 2}
    assert mended.parked() == []
    mended.count(NOTE)
    mended.turn()
    assert mended.counts(rows) == {NOTE: 3}


def test_a_line_that_fails_again_stays_as_it_was(mended: Driven, rows: Projection[Any]) -> None:
    counted = rows.folds[NoteCounted]
    rows.folds[NoteCounted] = Fold(counted.keys, lambda _event, _row: 1 // 0)
    before = mended.parked()
    redriven = mended.follower.redriving.redrive(line(mended))
    assert redriven.taken == 0
    assert (redriven.left or "").startswith("ZeroDivisionError")
    assert mended.parked() == before
    assert mended.counts(rows) == {}


def test_what_a_follower_parks_while_a_line_is_redriven_is_not_left_behind(
    mended: Driven, rows: Projection[Any]
) -> None:
    """Both lock the partition: the follower waits, and then finds the line gone."""
    from threading import Thread  # noqa: PLC0415 -- This test alone.

    redriving, opened = mended.follower.redriving, rows.folds[NoteOpened]
    waits: list[Thread] = []

    def slowly(event: Any, row: Any) -> Any:
        mended.count(NOTE)
        waits.append(Thread(target=mended.turn))
        waits[0].start()
        return opened.evolve(event, row)

    rows.folds[NoteOpened] = Fold(opened.keys, slowly)
    assert redriving.redrive(line(mended)) == Redriven(3)
    waits[0].join()
    assert mended.counts(rows) == {NOTE: 3}
    assert mended.parked() == []


def test_a_dropped_event_is_passed_over_and_the_rest_of_its_line_is_taken(
    mended: Driven, rows: Projection[Any]
) -> None:
    first, second, third = mended.parked()
    drop(mended.parts.handler, second, "counted by mistake", meta())
    assert mended.parked() == [first, third]
    assert mended.follower.redriving.redrive(line(mended)) == Redriven(2)
    assert mended.counts(rows) == {NOTE: 1}


def test_a_drop_is_an_event_that_says_what_and_keeps_the_reason_sealed(mended: Driven) -> None:
    drop(mended.parts.handler, mended.parked()[0], "of Nguyễn Văn A", meta())
    (record,) = [one for p in range(24) for one in mended.parts.journal.after(p, 0)]
    assert record.type == f"{mended.parts.service.name}.event-dropped"
    assert record.subject == f"person-{NOTE}"
    said = (record.data["taker"], record.data["of_source"], record.data["of_sequence"])
    assert said == ("sample.followed", mended.source, 1)
    assert b"Nguy" not in record.body


def test_what_is_parked_of_somebody_who_was_forgotten_is_dropped_without_a_word_about_them(mended: Driven) -> None:
    mended.parts.codec.keyring.forget(f"person-{NOTE}")
    outcome = drop(mended.parts.handler, mended.parked()[0], "of Nguyễn", meta())
    assert [one.reason for one in mended.parked()] == [BEHIND, BEHIND]
    (event,) = mended.parts.codec.open(outcome.records)
    assert getattr(event, "because", None) == OF_NOBODY


def test_a_follower_that_begins_from_nothing_passes_over_what_was_dropped(
    mended: Driven, rows: Projection[Any]
) -> None:
    """As after a restore, also where the code could take the event by now."""
    drop(mended.parts.handler, mended.parked()[1], "counted by mistake", meta())
    mended.change("delete from parked_event")
    mended.change("delete from checkpoint")
    mended.change("delete from followed_v1")
    mended.begin()
    mended.turn()
    assert mended.counts(rows) == {NOTE: 1}


def test_a_reactor_takes_its_line_event_by_event_and_decides_nothing_twice(
    make_bench: MakeBench, log: Log, rows: Projection[Any]
) -> None:
    reactor, faulty = Reactor("copying"), [True]

    @reactor.on(NoteOpened)
    def copying(event: NoteOpened, connection: Any) -> list[Reaction]:
        if faulty:
            raise ZeroDivisionError
        return [Reaction(note_decider, f"note-{event.note_id}", f"person-{event.note_id}", OpenNote(event.note_id))]

    @reactor.on(NoteCounted)
    def counting(event: NoteCounted, connection: Any) -> list[Reaction]:
        return [Reaction(note_decider, f"note-{event.note_id}", f"person-{event.note_id}", CountNote())]

    with driven(make_bench, log, rows, reactors=[reactor]) as one:
        one.open(NOTE)
        one.count(NOTE)
        one.turn()
        assert [parked.reason == BEHIND for parked in one.parked()] == [False, True]
        faulty.clear()
        assert one.follower.redriving.redrive(line(one)) == Redriven(2)
        one.begin()
        one.turn()
        assert [r.type for r in one.parts.journal.streams([f"note-{NOTE}"])[f"note-{NOTE}"]] == [
            "sample.note-opened",
            "sample.note-counted",
        ]


def waiting_reactor(known: set[UUID]) -> Reactor:
    """Copies a note once it is known."""
    reactor = Reactor("waiting")

    @reactor.on(NoteOpened)
    def copying(event: NoteOpened, connection: Any) -> list[Reaction]:
        if event.note_id not in known:
            raise NotKnownYet("directory")
        return [Reaction(note_decider, f"note-{event.note_id}", f"person-{event.note_id}", OpenNote(event.note_id))]

    return reactor


def told(one: Driven, until: datetime) -> None:
    """A mark of the source that is waited for: everything until then is known here."""
    one.follower._mark([Mark("directory", until, (0,) * 24)])


def test_what_is_not_known_yet_waits_for_its_source_and_goes_on_by_itself(
    make_bench: MakeBench, log: Log, rows: Projection[Any]
) -> None:
    known: set[UUID] = set()
    with driven(make_bench, log, rows, reactors=[waiting_reactor(known)]) as one:
        (other,) = one.open(beside(NOTE))
        known.add(other)
        one.open(NOTE)
        one.turn()
        assert [(p.reason, p.waits_for) for p in one.parked()] == [("waits for directory", "directory")]
        known.add(NOTE)
        told(one, datetime.now(UTC) - timedelta(days=1))
        assert len(one.parked()) == 1, "the source has not told of that time yet"
        told(one, datetime.now(UTC) + timedelta(seconds=1))
        assert one.parked() == []
        assert len(one.parts.journal.streams([f"note-{NOTE}"])[f"note-{NOTE}"]) == 1


def test_what_nobody_knew_of_its_time_is_refused_once_and_never_decided_later(
    make_bench: MakeBench, log: Log, rows: Projection[Any]
) -> None:
    known: set[UUID] = set()
    with driven(make_bench, log, rows, reactors=[waiting_reactor(known)]) as one:
        one.open(NOTE)
        one.turn()
        told(one, datetime.now(UTC) + timedelta(seconds=1))
        assert one.parked() == []
        known.add(NOTE)
        one.change("update checkpoint set reacted = 0")
        one.begin()
        one.turn()
        (refused,) = [record for p in range(24) for record in one.parts.journal.after(p, 0)]
    assert refused.type == f"{one.parts.service.name}.reaction-refused"
    assert (refused.data["reactor"], refused.data["problem"]) == ("waiting", "not-known-here")
    assert refused.cloud["causationid"].startswith(one.source)


def test_a_refused_reaction_is_not_decided_again_when_it_would_be_accepted_by_now(
    make_bench: MakeBench, log: Log, rows: Projection[Any]
) -> None:
    reactor = Reactor("counting")

    @reactor.on(NoteOpened)
    def counting(event: NoteOpened, connection: Any) -> list[Reaction]:
        return [Reaction(note_decider, f"note-{event.note_id}", f"person-{event.note_id}", CountNote())]

    with driven(make_bench, log, rows, reactors=[reactor]) as one:
        one.open(NOTE)
        one.turn()
        one.parts.handler.handle(Target(note_decider, f"note-{NOTE}", OpenNote(NOTE), meta(), f"person-{NOTE}"))
        one.change("update checkpoint set reacted = 0")
        one.begin()
        one.turn()
        types = [record.type for p in range(24) for record in one.parts.journal.after(p, 0)]
    assert types == [f"{one.parts.service.name}.reaction-refused", "sample.note-opened"]


def test_events_before_what_was_reacted_to_are_folded_and_not_reacted_to(
    make_bench: MakeBench, log: Log, rows: Projection[Any]
) -> None:
    """As after a restore: tables are empty, and what was decided then is decided."""
    asked: list[UUID] = []
    reactor = Reactor("asking")

    @reactor.on(NoteOpened)
    def asking(event: NoteOpened, connection: Any) -> list[Reaction]:
        asked.append(event.note_id)
        return []

    with driven(make_bench, log, rows, reactors=[reactor]) as one:
        one.open(NOTE)
        one.change("update checkpoint set reacted = 1")
        one.begin()
        later = beside(NOTE)
        one.open(later)
        one.turn()
        assert asked == [later]
        assert one.counts(rows) == {NOTE: 0, later: 0}


class FollowedFeed(JournalFeed):
    """Another's journal, as far as the follower has come."""

    def live(self, books: Books, *, lock: bool = False) -> Positions:
        return books.positions(lock=lock)


def rebuilt(one: Driven, rows: Projection[Any]) -> Certificate:
    """The projection built anew from the journal of the one who wrote, beside the follower's, and swapped in."""
    feed = FollowedFeed(one.writing.journal)
    return Rebuild("group", [rows], one.parts.codec, feed, one.parts.store).run()


def test_a_rebuild_by_mended_code_takes_what_was_parked(mended: Driven, rows: Projection[Any]) -> None:
    other = beside(NOTE)
    mended.open(other)
    mended.turn()
    certificate = rebuilt(mended, rows)
    (compared,) = certificate.projections
    assert (certificate.same, compared.parked) == (True, 1)
    assert compared.rebuilt != compared.apart, "whose events were parked is left out of the comparison alone"
    assert mended.counts(rows) == {NOTE: 2, other: 0}
    assert mended.parked() == []


def test_a_rebuild_parks_nothing_it_stops(mended: Driven, rows: Projection[Any]) -> None:
    opened = rows.folds[NoteOpened]
    rows.folds[NoteOpened] = Fold(opened.keys, lambda _event, _row: 1 // 0)
    before = mended.parked()
    with pytest.raises(ZeroDivisionError):
        rebuilt(mended, rows)
    assert mended.parked() == before


def test_a_rebuild_honours_a_drop(mended: Driven, rows: Projection[Any]) -> None:
    drop(mended.parts.handler, mended.parked()[1], "counted by mistake", meta())
    mended.follower.redriving.redrive(line(mended))
    assert rebuilt(mended, rows).same
    assert mended.counts(rows) == {NOTE: 1}
