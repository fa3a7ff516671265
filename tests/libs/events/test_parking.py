"""The three ends of an event: applied, ignored with a reason, parked; and nothing else stops for it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.exc import OperationalError

from libs.events import parking
from libs.events.checkpoints import Place
from libs.events.handling import Target
from libs.events.kafka import Log, events_topic
from libs.events.parked import BEHIND
from libs.events.partitions import partition_of
from libs.events.projection import Fold
from libs.events.reactor import Reaction, Reactor
from tests.conftest import MakeBench
from tests.libs.events.driving import Driven, apart, beside, driven, failing
from tests.libs.events.sample import NoteCounted, NoteOpened, OpenNote, Read, meta, note_decider, note_projection

NOTE = UUID("00000000-0000-4000-8000-000000000001")
ROWS = note_projection("followed")
OTHERS = note_projection("beside")


@pytest.fixture
def poisoned(make_bench: MakeBench, log: Log) -> Iterator[Driven]:
    """One projection that cannot take the opening of one note, and one that can."""
    rows = failing(note_projection("followed"), lambda event: event.note_id == NOTE)
    with driven(make_bench, log, rows, note_projection("beside")) as one:
        yield one


def test_a_poison_event_parks_where_it_fails_and_all_else_goes_on(poisoned: Driven) -> None:
    others = poisoned.open(beside(NOTE), apart(NOTE))
    poisoned.open(NOTE)
    poisoned.count(NOTE, *others)
    poisoned.turn()
    assert [(one.taker, one.sequence) for one in poisoned.parked()] == [("sample.followed", 2), ("sample.followed", 3)]
    assert poisoned.counts(ROWS) == dict.fromkeys(others, 1)
    assert poisoned.counts(OTHERS) == dict.fromkeys([*others, NOTE], 1), "another projection takes it"
    assert poisoned.follower.stopped == {}


def test_the_checkpoint_passes_what_is_parked(poisoned: Driven) -> None:
    poisoned.open(NOTE)
    poisoned.count(NOTE)
    poisoned.turn()
    assert [(one.sequence, one.reacted) for one in poisoned.held().values()] == [(2, 2)]


def test_later_events_of_the_subject_queue_behind_it_also_after_a_restart(poisoned: Driven) -> None:
    poisoned.open(NOTE)
    poisoned.turn()
    poisoned.count(NOTE)
    poisoned.begin()
    poisoned.turn()
    why = [one.reason for one in poisoned.parked()]
    assert why[0].startswith("ZeroDivisionError at ")
    assert why[1:] == [BEHIND]
    assert poisoned.counts(ROWS) == {}


def test_an_event_that_a_projection_does_not_handle_does_not_queue_there(make_bench: MakeBench, log: Log) -> None:
    rows = failing(note_projection("followed"), lambda _: True)
    rows.folds.pop(NoteCounted)
    with driven(make_bench, log, rows) as one:
        (note,) = one.open()
        one.count(note)
        one.turn()
        assert [parked.sequence for parked in one.parked()] == [1]


def test_the_first_that_fails_parks_and_those_of_its_subject_before_it_are_applied(
    make_bench: MakeBench, log: Log
) -> None:
    rows = failing(note_projection("followed"), lambda event: event.count == 3, NoteCounted)
    with driven(make_bench, log, rows) as one:
        (note,) = one.open()
        for _ in range(4):
            one.count(note)
        one.turn()
        assert one.counts(ROWS) == {note: 2}
        assert [parked.sequence for parked in one.parked()] == [4, 5]


def test_what_the_database_refuses_of_one_event_parks_as_what_python_does(make_bench: MakeBench, log: Log) -> None:
    rows = note_projection("followed")
    fold = rows.folds[NoteOpened]
    spoilt = Fold(
        fold.keys, lambda e, row: replace(fold.evolve(e, row), **({"unit": None} if e.note_id == NOTE else {}))
    )
    rows.folds[NoteOpened] = spoilt
    with driven(make_bench, log, rows) as one:
        others = one.open(apart(NOTE), beside(NOTE))
        one.open(NOTE)
        one.turn()
        assert one.counts(ROWS) == dict.fromkeys(others, 0)
        (parked,) = one.parked()
        assert parked.reason.startswith("IntegrityError at ")


def test_a_reason_repeats_nothing_that_an_event_holds(make_bench: MakeBench, log: Log) -> None:
    rows = note_projection("followed")
    fold = rows.folds[NoteOpened]

    def telling(event: Any, _row: Any) -> Any:
        raise ValueError(f"unit {event.unit} of {event.note_id}")

    rows.folds[NoteOpened] = Fold(fold.keys, telling)
    with driven(make_bench, log, rows) as one:
        (note,) = one.open()
        one.turn()
        (parked,) = one.parked()
        assert "26080" not in parked.reason
        assert str(note) not in parked.reason


@pytest.mark.parametrize("away", [OperationalError("away", None, Exception())])
def test_a_database_that_is_away_parks_nothing(make_bench: MakeBench, log: Log, away: Exception) -> None:
    rows = note_projection("followed")
    fold = rows.folds[NoteOpened]

    def gone(event: Any, row: Any) -> Any:
        if event.note_id == NOTE:
            raise away
        return fold.evolve(event, row)

    rows.folds[NoteOpened] = Fold(fold.keys, gone)
    with driven(make_bench, log, rows) as one:
        one.open(NOTE)
        with pytest.raises(OperationalError):
            one.turn()
        assert (one.parked(), one.held()) == ([], {})


def test_too_many_parked_stop_their_partition_say_so_and_keep_all_that_was_before(
    poisoned: Driven, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(parking, "PARKED_MAX", 3)
    elsewhere = next(n for n in iter(uuid4, None) if partition_of(f"person-{n}") != partition_of(f"person-{NOTE}"))
    poisoned.open(NOTE)
    for _ in range(2):
        poisoned.count(NOTE)
    poisoned.turn()
    poisoned.count(NOTE)
    poisoned.open(elsewhere)
    poisoned.turn()
    place = Place(poisoned.source, partition_of(f"person-{NOTE}"))
    assert "more than 3 events" in poisoned.follower.stopped[place]
    assert f"more than 3 events of {place.source}/{place.partition} are parked" in caplog.text
    assert len(poisoned.parked()) == 3
    assert poisoned.held()[place].sequence == 3
    assert poisoned.counts(ROWS) == {elsewhere: 0}, "the other partitions go on"


def test_an_event_of_a_future_version_stops_its_subject_and_nothing_else(make_bench: MakeBench, log: Log) -> None:
    with driven(make_bench, log, note_projection("followed")) as one:
        other = beside(NOTE)
        one.open(NOTE, other)
        one.turn()
        newer = replace(NoteCounted.contract, version=2)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(NoteCounted, "contract", newer)
            one.count(NOTE)
        again = uuid4()
        one.writing.handler.handle(Target(note_decider, f"note-{again}", OpenNote(again), meta(), f"person-{NOTE}"))
        one.count(other)
        one.turn()
        assert one.counts(ROWS) == {NOTE: 0, other: 1}
        first, second = one.parked()
        assert first.reason.startswith("UnknownVersion: sample.note-counted version 2 is newer than 1")
        assert second.reason == BEHIND


def test_a_stray_parks_raw_and_the_records_around_it_are_applied(make_bench: MakeBench, log: Log) -> None:
    with driven(make_bench, log, note_projection("followed")) as one:
        (note,) = one.open()
        partition = partition_of(f"person-{note}")
        one.turn([Read(events_topic(one.source), partition, 7, b"\xff no record")])
        one.count(note)
        one.turn()
        (parked,) = one.parked()
        assert (parked.taker, parked.partition, parked.sequence) == ("log", partition, 7)
        assert (parked.value, parked.reason) == (b"\xff no record", "no record")
        assert one.counts(ROWS) == {note: 1}


def test_a_reactor_waits_where_a_projection_that_it_reads_does(make_bench: MakeBench, log: Log) -> None:
    rows, reactor, asked = failing(note_projection("followed"), lambda e: e.note_id == NOTE), Reactor("asking"), []

    @reactor.on(NoteOpened)
    def asking(event: NoteOpened, connection: Any) -> list[Reaction]:
        asked.append(event.note_id)
        return []

    with driven(make_bench, log, rows, reactors=[reactor]) as one:
        other = beside(NOTE)
        one.open(NOTE, other)
        one.turn()
        assert asked == [other]
        assert [(parked.taker, parked.reason == BEHIND) for parked in one.parked()] == [
            ("asking", True),
            ("sample.followed", False),
        ]


def test_a_reactor_that_fails_parks_its_event_and_goes_on_with_others(make_bench: MakeBench, log: Log) -> None:
    reactor = Reactor("copying")

    @reactor.on(NoteOpened)
    def copying(event: NoteOpened, connection: Any) -> list[Reaction]:
        if event.note_id == NOTE:
            raise ZeroDivisionError
        return [Reaction(note_decider, f"note-{event.note_id}", f"person-{event.note_id}", OpenNote(event.note_id))]

    with driven(make_bench, log, note_projection("followed"), reactors=[reactor]) as one:
        others = one.open(beside(NOTE), apart(NOTE))
        one.open(NOTE)
        one.turn()
        assert [(parked.taker, parked.sequence) for parked in one.parked()] == [("copying", 2)]
        assert one.counts(ROWS) == dict.fromkeys([*others, NOTE], 0)
        streams = [f"note-{note}" for note in [*others, NOTE]]
        copied = one.parts.journal.streams(streams)
        assert [len(copied[stream]) for stream in streams] == [1, 1, 0]
        assert {held.reacted for held in one.held().values()} == {held.sequence for held in one.held().values()}
