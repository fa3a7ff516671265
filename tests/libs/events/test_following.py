"""Following goes on by itself after everything that can happen to a log, a group or a database."""

from collections.abc import Iterator
from contextlib import closing
from threading import Event as Flag
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from libs.events.kafka import Log, pinned
from libs.events.kafka.member import Paused
from libs.events.parked import parked_of
from libs.events.projection import Fold
from libs.events.reactor import Reaction, Reactor
from tests.conftest import MakeBench
from tests.libs.events.editing import edit
from tests.libs.events.flows import Flow, flow
from tests.libs.events.sample import CountNote, NoteOpened, note_decider, note_projection
from tests.libs.events.test_flow import working
from tests.libs.events.waiting import until


@pytest.fixture
def followed(make_bench: MakeBench, log: Log) -> Iterator[Flow]:
    with flow(make_bench, log) as one:
        yield one


def test_a_place_that_the_log_does_not_have_is_sought_from_the_start(followed: Flow) -> None:
    first = followed.wrote(30)
    with working(followed.reader, log=followed.log):
        followed.until_level()
    followed.change("update checkpoint set next_offset = next_offset + 1000")
    with working(followed.reader, log=followed.log):
        until(lambda: all(c.next_offset < 1000 for c in followed.held().values() if c.sequence), "reading anew")
        second = followed.wrote(30)
        followed.until_level()
    assert followed.counts() == dict.fromkeys(first + second, 1)


def test_a_topic_that_was_made_anew_is_read_from_the_start_and_nothing_is_folded_twice(followed: Flow) -> None:
    """The same events lie at lower offsets in it, since they are published at once; old offsets would skip some."""
    notes = followed.wrote(30, counts=0)
    for _ in range(3):
        followed.counted(*notes)
    with working(followed.reader, log=followed.log):
        followed.until_level()
    with followed.log._admin() as admin:
        admin.delete_topics([followed.topic])
        until(lambda: followed.topic not in admin.list_topics(), "the topic being deleted")
    followed.log.ensure_topics(followed.writing.service.name, 1)
    followed.publish_after(dict.fromkeys(followed.heads(), 0))
    followed.counted(*notes, *notes)
    with working(followed.reader, log=followed.log):
        followed.until_level()
    assert followed.counts() == dict.fromkeys(notes, 5)
    assert {held.topic_id for held in followed.held().values()} == {followed.log.topic(followed.topic).id}


def test_another_history_under_the_same_numbers_is_not_believed(
    followed: Flow, caplog: pytest.LogCaptureFixture
) -> None:
    followed.wrote(10)
    with working(followed.reader, log=followed.log):
        followed.until_level()
    before = {place: held for place, held in followed.held().items() if held.sequence}
    edit(followed.writing, "update journal set chain = sha256(chain)")
    followed.change("update checkpoint set topic_id = gen_random_uuid()")
    followed.publish_after(dict.fromkeys(followed.heads(), 0))
    with working(followed.reader, log=followed.log):
        told = "is chained otherwise than the one folded here"
        until(lambda: sum(told in record.message for record in caplog.records) == len(before), "all being stopped")
        followed.wrote(60)
        until(lambda: any(p not in before and held.sequence for p, held in followed.held().items()), "others going on")
    after = followed.held()
    assert {place: (after[place].sequence, after[place].chain) for place in before} == {
        place: (held.sequence, held.chain) for place, held in before.items()
    }


def test_what_is_no_record_is_parked_once_and_holds_nothing_up(followed: Flow) -> None:
    (note,) = followed.wrote(1)
    (partition,) = [partition for partition, sequence in followed.heads().items() if sequence]
    with working(followed.reader, log=followed.log):
        followed.until_level()
        followed.send([(partition, b'{"no": "record"}')])
        followed.counted(note)
        followed.until_level()
        followed.change("update checkpoint set next_offset = next_offset + 1000")
    with working(followed.reader, log=followed.log):
        followed.counted(note)
        followed.until_level()
    assert followed.counts() == {note: 3}
    with followed.reader.superuser.connect() as connection:
        (parked,) = parked_of(connection)
    assert (parked.taker, parked.partition, parked.value) == ("log", partition, b'{"no": "record"}')


def test_a_second_member_takes_partitions_over_and_nothing_is_lost_or_folded_twice(followed: Flow) -> None:
    notes = followed.wrote(30)
    with working(followed.reader, log=followed.log):
        followed.until_level()
        with working(followed.reader, log=followed.log):
            until(lambda: len({c.epoch for c in followed.held().values()}) > 1, "a partition changing hands")
            notes += followed.wrote(60)
            # Also partition 0 of the events, when partition 0 of the marks went.
            followed.until_level()
        notes += followed.wrote(30)
        followed.until_level()
    assert followed.counts() == dict.fromkeys(notes, 1)


def test_a_database_that_cut_its_connections_is_waited_for_and_the_place_claimed_anew(followed: Flow) -> None:
    name, notes = f"{followed.reader.service.name} worker", list[UUID]()
    with working(followed.reader, log=followed.log):
        for _ in range(3):
            notes += followed.wrote(20)
            cut = "select pg_terminate_backend(pid) from pg_stat_activity where application_name = :name"
            followed.change(cut, name=name)
        followed.until_level()
    assert followed.counts() == dict.fromkeys(notes, 1)


def test_a_place_taken_over_by_another_is_given_up_and_claimed_anew(followed: Flow) -> None:
    notes = followed.wrote(30)
    with working(followed.reader, log=followed.log):
        followed.until_level()
        followed.change("update checkpoint set owner_epoch = owner_epoch + 1")
        notes += followed.wrote(60)
        followed.until_level()
    assert followed.counts() == dict.fromkeys(notes, 1)
    assert {held.epoch for held in followed.held().values()} == {3}


def test_a_reaction_that_is_refused_is_an_event_and_holds_nothing_up(make_bench: MakeBench, log: Log) -> None:
    reactor = Reactor("counting")

    @reactor.on(NoteOpened)
    def counted(event: NoteOpened, connection: Any) -> list[Reaction]:
        return [Reaction(note_decider, f"note-{event.note_id}", f"person-{event.note_id}", CountNote())]

    with flow(make_bench, log, reactor) as one:
        one.reader.verify_journal()
        notes = one.wrote(20)
        with working(one.reader, log=log):
            one.until_level()
        assert one.counts() == dict.fromkeys(notes, 1)
        with closing(one.reader.open()) as parts:
            told = [record for partition in range(24) for record in parts.journal.after(partition, 0)]
    assert {record.type for record in told} == {f"{one.reader.service.name}.reaction-refused"}
    assert {record.subject for record in told} == {f"person-{note}" for note in notes}
    assert {record.data["problem"] for record in told} == {"note-missing"}


def test_events_that_nothing_handles_are_counted_as_ignored(make_bench: MakeBench, log: Log) -> None:
    rows = note_projection("openings")
    rows.folds = {NoteOpened: rows.folds[NoteOpened]}
    with flow(make_bench, log, rows=rows) as one:
        one.wrote(10, counts=2)
        with working(one.reader, log=log):
            one.until_level()
    with one.reader.superuser.connect() as connection:
        found = connection.execute(text("select source, type, reason, events from ignored_event")).all()
    assert found == [(one.writing.service.name, "sample.note-counted", "nothing here handles it", 20)]


def test_a_follower_too_slow_for_its_group_gives_its_places_up_and_goes_on(
    make_bench: MakeBench, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when it stands still for minutes: the group has given its partitions away before it notices."""
    monkeypatch.setattr(pinned, "POLL_INTERVAL_MS_MAX", 1_000)
    rows, slow, losses = note_projection("slow"), [1.0], list[int]()
    opened, lost = rows.folds[NoteOpened], Paused.on_partitions_lost

    def fold(event: Any, row: Any) -> Any:
        if slow:
            Flag().wait(slow.pop() * 4)
        return opened.evolve(event, row)

    def noted(self: Any, places: Any) -> None:
        losses.append(len(places))
        lost(self, places)

    rows.folds[NoteOpened] = Fold(opened.keys, fold)
    monkeypatch.setattr(Paused, "on_partitions_lost", noted)
    with flow(make_bench, log, rows=rows) as one:
        notes = one.wrote(10)
        with working(one.reader, log=log):
            one.until_level()
            notes += one.wrote(30)
            one.until_level()
        assert one.counts() == dict.fromkeys(notes, 1)
    assert losses
