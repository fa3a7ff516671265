"""A topic that was made anew or cut behind the back of those at work is noticed by them, before any harm is done."""

from contextlib import closing
from uuid import uuid4

import pytest
from kafka import TopicPartition

from libs.events import relay
from libs.events.handling import Target
from libs.events.kafka import Log, LogRewound, Member, Publisher, events_topic
from libs.events.relay import LogDiffers
from libs.events.service import Parts
from tests.conftest import Bench, MakeBench
from tests.libs.events.flows import Flow, flow
from tests.libs.events.sample import CountNote, meta, note_decider
from tests.libs.events.test_flow import published, working, write
from tests.libs.events.test_relay import in_the_journal, in_the_log, relaying, wrote
from tests.libs.events.test_relay_refusals import trusted
from tests.libs.events.waiting import until


def made_anew(bench: Bench, log: Log) -> None:
    log.delete_events(bench.service.name)
    log.ensure_topics(bench.service.name, 1)


@pytest.mark.parametrize("guarded", [True, False])
def test_a_relay_begins_a_topic_that_was_made_anew_under_it_with_the_first_event(
    writing: Bench, worker: Parts, log: Log, monkeypatch: pytest.MonkeyPatch, *, guarded: bool
) -> None:
    """Otherwise the new topic begins in the middle, and nobody who begins to follow it can ever do so."""
    # Not by looking out for it now and then, but by what each batch itself tells.
    monkeypatch.setattr(relay._Lookout, "look", lambda _: None)
    if not guarded:
        monkeypatch.setattr(Publisher, "_refuse_rewound", lambda *_: None)
    note = uuid4()
    counting = Target(note_decider, f"note-{note}", CountNote(), meta())
    with relaying(worker, log) as ended, closing(writing.open()) as parts:
        until(lambda: trusted(writing), "the relay's verification")
        write(parts, [note])
        until(lambda: published(writing, log) == 2, "publishing")
        made_anew(writing, log)
        parts.handler.handle(counting)
        until(lambda: bool(in_the_log(writing, log)), "the relay going on")
        found = in_the_log(writing, log)
    assert ended == []
    assert found == (in_the_journal(writing, worker) if guarded else in_the_journal(writing, worker)[2:])


def test_a_relay_that_has_nothing_to_publish_notices_as_well(
    writing: Bench, worker: Parts, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "SETTLE_SECONDS", 0.2)
    monkeypatch.setattr(relay, "MARK_SECONDS", float("inf"))
    with relaying(worker, log) as ended:
        until(lambda: trusted(writing), "the relay's verification")
        wrote(writing, 10)
        until(lambda: published(writing, log) == 10, "publishing")
        made_anew(writing, log)
        until(lambda: bool(ended), "the relay's end")
    assert isinstance(ended[0], LogDiffers)
    assert not trusted(writing)


def test_an_end_that_moved_back_is_told(writing: Bench, log: Log) -> None:
    topic = events_topic(writing.service.name)
    with closing(log.publisher(f"relay.{writing.service.name}")) as publisher, log.horizon(topic) as horizon:
        publisher.publish([(topic, 5, "key", b"{}")])
        until(lambda: horizon.hidden() == {}, "the marker")
        made_anew(writing, log)
        with pytest.raises(LogRewound, match="ends before it ended"):
            until(lambda: horizon.hidden() != {}, "the topic being looked at")


@pytest.mark.parametrize("guarded", [True, False])
def test_who_begins_to_follow_a_topic_without_its_beginning_stops_and_says_so(
    make_bench: MakeBench, log: Log, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, *, guarded: bool
) -> None:
    """Sought from 0, which is no place of that topic any more, it would ask for ever and say nothing."""
    asked: list[int] = []

    def seeking(self: Member, topic: str, partition: int, offset: int) -> None:
        asked.append(partition)
        place = TopicPartition(topic, partition)
        self._consumer.seek(place, offset)
        self._consumer.resume(place)

    if not guarded:
        monkeypatch.setattr(Member, "start", seeking)
    with flow(make_bench, log) as one:
        wrote_and_cut(one)
        stopped = "1 events are missing"
        with working(one.reader, log=log):
            if guarded:
                until(lambda: any(stopped in record.message for record in caplog.records), "being stopped")
            else:
                until(lambda: len(asked) > 10 * 24, "asking again and again")
        assert any(stopped in record.message for record in caplog.records) is guarded


def wrote_and_cut(one: Flow) -> None:
    one.wrote(1, counts=3)
    (partition,) = [partition for partition, sequence in one.heads().items() if sequence]
    with one.log._admin() as admin:
        admin.delete_records({TopicPartition(one.topic, partition): 1})


def test_who_follows_already_goes_on_when_what_lies_behind_it_is_cut_off(make_bench: MakeBench, log: Log) -> None:
    with flow(make_bench, log) as one:
        notes = one.wrote(20)
        with working(one.reader, log=log):
            one.until_level()
            with log._admin() as admin:
                admin.delete_records({TopicPartition(one.topic, p): end for p, end in log.ends(one.topic).items()})
            notes += one.wrote(20)
            one.until_level()
        with working(one.reader, log=log):
            notes += one.wrote(5)
            one.until_level()
        assert one.counts() == dict.fromkeys(notes, 1)
