"""What the cluster in memory adds to Kafka: boundaries, a clock, and mishaps that somebody else decides on."""

from contextlib import closing
from typing import Any

import pytest

from libs.events.kafka import Log, LogError, Member, pinned
from libs.events.kafka.client import KafkaTimeoutError, ProducerFencedError
from libs.events.memory_cluster.broker import MemoryBroker
from libs.events.memory_cluster.log import MemoryLog
from tests.libs.events.clusters import Clock, Reader, left_open, sent, topic_of, values_of


class Mishaps(Clock):
    """Those that are named happen, as often as is said; every boundary is noted."""

    def __init__(self) -> None:
        super().__init__()
        self.due: dict[str, int] = {}
        self.steps: list[str] = []
        self.dies_at: str | None = None

    def step(self, what: str) -> None:
        self.steps.append(what)
        if what == self.dies_at:
            raise KeyboardInterrupt

    def chance(self, what: str) -> bool:
        left = self.due.get(what, 0)
        self.due[what] = max(left - 1, 0)
        return left > 0


@pytest.fixture
def mishaps() -> Mishaps:
    return Mishaps()


@pytest.fixture
def log(mishaps: Mishaps) -> Log:
    return MemoryLog(MemoryBroker(mishaps))


@pytest.fixture
def topic(log: Log) -> str:
    return topic_of(log)


def turned(reader: Reader, turns: int = 3) -> Reader:
    """A reader after some polls."""
    for _ in range(turns):
        reader.turn()
    return reader


def test_a_record_that_expires_is_told_by_its_future_alone(log: Log, topic: str, mishaps: Mishaps) -> None:
    client = log.publisher("a")._producer
    client.begin_transaction()
    mishaps.due["send.expires"] = 1
    futures = [client.send(topic, value=value, key=b"k", partition=1) for value in (b"a", b"b")]
    assert [future.succeeded() for future in futures] == [False, False]
    client.flush()
    assert [future.succeeded() for future in futures] == [False, True]
    assert isinstance(futures[0].exception, KafkaTimeoutError)
    client.commit_transaction()
    assert values_of(log, topic, 1) == [b"b"]


@pytest.mark.parametrize(
    ("mishap", "seen", "hidden"),
    [
        ("send.expires", [], []),
        ("send.lost-answer", [], [1]),
        ("commit.lost-request", [], [1]),
        ("commit.lost-answer", [b"a"], []),
    ],
)
def test_a_publisher_is_told_of_every_mishap_and_the_next_one_ends_what_it_left(
    log: Log, topic: str, mishaps: Mishaps, mishap: str, seen: list[bytes], hidden: list[int]
) -> None:
    publisher = log.publisher("a")
    mishaps.due[mishap] = 1
    with pytest.raises(LogError):
        sent(publisher, topic, 1, b"a")
    assert (values_of(log, topic, 1), log.unsettled(topic)) == (seen, hidden)
    log.publisher("a")
    assert (values_of(log, topic, 1), log.unsettled(topic)) == (seen, [])


def test_a_commit_whose_marker_is_lost_stays_hidden_until_its_id_writes_another(
    log: Log, topic: str, mishaps: Mishaps
) -> None:
    publisher = log.publisher("a")
    mishaps.due["commit.lost-marker"] = 1
    sent(publisher, topic, 1, b"a")
    publisher = log.publisher("a")
    sent(log.publisher("b"), topic, 1, b"b")
    assert (values_of(log, topic, 1), log.unsettled(topic)) == ([], [1])
    publisher.abort_open(topic, [1])
    assert (values_of(log, topic, 1), log.unsettled(topic)) == ([b"b"], [])


def test_a_commit_whose_marker_is_lost_shows_when_its_id_commits_there_again(
    log: Log, topic: str, mishaps: Mishaps
) -> None:
    publisher = log.publisher("a")
    mishaps.due["commit.lost-marker"] = 1
    sent(publisher, topic, 1, b"a")
    sent(publisher, topic, 2, b"b")
    assert log.unsettled(topic) == [1]
    sent(publisher, topic, 1, b"c")
    assert (values_of(log, topic, 1), log.unsettled(topic)) == ([b"a", b"c"], [])


def test_a_transaction_that_nobody_ends_is_aborted_in_time_and_its_producer_fenced(
    log: Log, topic: str, mishaps: Mishaps
) -> None:
    client = left_open(log.publisher("a"), topic, 1, b"a")
    mishaps.rest(14)
    assert log.unsettled(topic) == [1]
    mishaps.rest(2)
    assert (log.unsettled(topic), values_of(log, topic, 1)) == ([], [])
    with pytest.raises(ProducerFencedError):
        client.commit_transaction()


def test_a_poll_that_brings_nothing_one_record_or_some_again_loses_none(log: Log, topic: str, mishaps: Mishaps) -> None:
    with closing(log.publisher("a")) as publisher:
        for value in (b"a", b"b", b"c"):
            sent(publisher, topic, 1, value)
    reader = Reader(log, "g", topic)
    reader.turn()
    mishaps.due["poll.delay"] = 1
    assert reader.turn() == {}
    reader.member.start(topic, 1, 0)
    # Of 24 partitions this is the second.
    mishaps.due["poll.partial"] = 2
    reader.turn()
    assert reader.values(1) == [b"a"]
    turned(reader)
    assert reader.values(1) == [b"a", b"b", b"c"]
    mishaps.due["poll.again"] = 24
    turned(reader)
    assert reader.values(1) == [b"a", b"b", b"c", b"b", b"c"]


def test_who_is_out_and_does_not_know_reads_on_beside_who_has_its_partitions(
    log: Log, topic: str, mishaps: Mishaps
) -> None:
    first = turned(Reader(log, "g", topic))
    mishaps.rest(16)
    second = turned(Reader(log, "g", topic))
    assert (len(first.held), len(second.held)) == (24, 24)
    sent(log.publisher("a"), topic, 1, b"a")
    mishaps.due["poll.unaware"] = 1
    first.turn()
    second.turn()
    assert (first.values(1), second.values(1)) == ([b"a"], [b"a"])
    first.turn()
    assert first.told[-1][0] == "gone"


def test_who_forgets_that_it_is_joining_stays_out_until_it_is_reminded(
    log: Log, topic: str, mishaps: Mishaps, monkeypatch: pytest.MonkeyPatch
) -> None:
    mishaps.due["join.forgotten"] = 1
    with monkeypatch.context() as patched:
        patched.setattr(Member, "_go_on_joining", lambda _: None)
        reader = turned(Reader(log, "g", topic), 9)
        assert reader.held == set()
    assert len(turned(reader).held) == 24


def test_who_is_killed_leaves_its_group_only_when_its_session_ends(log: Log, topic: str, mishaps: Mishaps) -> None:
    first, second = Reader(log, "g", topic), Reader(log, "g", topic)
    for _ in range(5):
        first.turn()
        second.turn()
    mishaps.dies_at = "close"
    with pytest.raises(KeyboardInterrupt):
        first.member.close()
    mishaps.dies_at = None
    mishaps.rest(8)
    assert len(turned(second).held) == 12
    mishaps.rest(8)
    assert len(turned(second).held) == 24


def test_nobody_is_given_what_another_holds_and_no_more_moves_than_must(log: Log, topic: str) -> None:
    readers: list[Reader] = []
    for _ in range(3):
        readers.append(Reader(log, "g", topic))
        for _ in range(5):
            for reader in readers:
                reader.turn()
                assert sum(len(one.held) for one in readers) == len(set.union(*(one.held for one in readers)))
    assert [len(reader.held) for reader in readers] == [8, 8, 8]
    moved = [[len(places) for word, places in reader.told if word == "gone"] for reader in readers]
    assert moved == [[12, 4], [4], []]


def test_a_partition_that_never_runs_dry_leaves_others_their_turn(
    log: Log, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pinned, "POLL_RECORDS_MAX", 4)
    with closing(log.publisher("a")) as publisher:
        sent(publisher, topic, 1, *[b"a"] * 40)
        sent(publisher, topic, 2, *[b"b"] * 40)
    reader = turned(Reader(log, "g", topic), 5)
    assert (len(reader.values(1)), len(reader.values(2))) == (8, 8)


def test_the_same_mishaps_make_the_same_story() -> None:
    def story() -> tuple[Any, ...]:
        mishaps = Mishaps()
        mishaps.due = {"poll.again": 7, "poll.partial": 9, "commit.lost-marker": 1, "join.forgotten": 1}
        log = MemoryLog(MemoryBroker(mishaps))
        log.ensure_topics("same", 1)
        readers = [Reader(log, "g", "same.events") for _ in range(3)]
        with closing(log.publisher("a")) as publisher:
            for number in range(20):
                sent(publisher, "same.events", number % 5, b"%d" % number)
                for reader in readers:
                    reader.turn()
        read = [[(m.partition, m.offset, m.value) for m in reader.read] for reader in readers]
        return log.topic("same.events").id, read, [reader.told for reader in readers], mishaps.steps

    first = story()
    assert first == story()
    assert {"init", "send", "flush", "flushed", "commit", "committed", "join", "poll", "polled", "seek"} <= {*first[3]}
