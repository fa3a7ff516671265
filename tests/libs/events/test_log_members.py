"""One suite for the groups of every log: Apache Kafka's and those of its double in memory."""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from uuid import uuid4

import pytest

from libs.events.kafka import Log, PlaceLost, Publisher, events_topic, pinned
from tests.libs.events.clusters import EITHER, Reader, cluster_of, cut, left_open, sent, source_of, turn_until

EVERY = set(range(24))


@pytest.fixture(params=EITHER)
def cluster(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Log:
    return cluster_of(request, monkeypatch)


class Group:
    """A topic, its publisher, and a group over it."""

    def __init__(self, log: Log, opened: ExitStack) -> None:
        self.log = log
        self.source = source_of(log)
        self.topic = events_topic(self.source)
        self.publisher: Publisher = opened.enter_context(closing(log.publisher(self.topic)))
        self._name = f"group{uuid4().hex[:8]}"
        self._opened = opened

    def member(self, *, start: bool = True) -> Reader:
        reader = Reader(self.log, self._name, self.topic, start=start)
        self._opened.callback(reader.member.close)
        return reader

    def send(self, partition: int, *values: bytes) -> None:
        sent(self.publisher, self.topic, partition, *values)


@pytest.fixture
def group(cluster: Log) -> Iterator[Group]:
    with ExitStack() as opened:
        yield Group(cluster, opened)


def shared(*readers: Reader) -> bool:
    """Whether they hold everything between them, evenly."""
    each = len(EVERY) // len(readers)
    return all(len(one.held) == each for one in readers) and set.union(*(one.held for one in readers)) == EVERY


def test_what_a_member_is_given_is_paused_until_it_says_from_where(group: Group) -> None:
    group.send(1, b"a", b"b", b"c")
    group.send(2, b"d")
    reader = group.member(start=False)
    turn_until(lambda: reader.held == EVERY, "its partitions", reader)
    reader.turn()
    assert reader.read == []
    reader.begin([1], offset=1)
    turn_until(lambda: len(reader.read) == 2, "what follows", reader)
    assert [(m.partition, m.offset, m.value) for m in reader.read] == [(1, 1, b"b"), (1, 2, b"c")]
    assert reader.member.position(group.topic, 1) == 4
    reader.member.stop(group.topic, 1)
    group.send(1, b"e")
    reader.begin([2])
    turn_until(lambda: len(reader.read) == 3, "another", reader)
    reader.turn()
    assert (reader.values(1), reader.values(2)) == ([b"b", b"c"], [b"d"])


def test_a_poll_brings_no_more_than_the_limit_and_every_partition_has_its_turn(
    group: Group, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pinned, "POLL_RECORDS_MAX", 4)
    values = [b"%d" % number for number in range(10)]
    for partition in (1, 2):
        for value in values:
            group.send(partition, value)
    reader = group.member()
    sizes: list[int] = []

    def turned() -> bool:
        sizes.append(sum(map(len, reader.turn().values())))
        return len(reader.read) == 20

    turn_until(turned, "all of it")
    assert max(sizes) == 4
    assert (reader.values(1), reader.values(2)) == (values, values)


def test_what_is_not_committed_is_not_read_and_its_place_is_behind_what_was_aborted(group: Group) -> None:
    group.send(1, b"a")
    group.publisher.abort_open(group.topic, [1])
    left_open(group.publisher, group.topic, 1, b"b")
    reader = group.member()
    turn_until(lambda: bool(reader.read), "the first", reader)
    reader.turn()
    assert (reader.values(1), reader.member.position(group.topic, 1)) == ([b"a"], 4)


def test_two_members_share_and_only_what_moves_is_taken_away_before_it_is_given(group: Group) -> None:
    group.send(0, b"a")
    first = group.member()
    turn_until(lambda: first.held == EVERY and first.read != [], "everything", first)
    second = group.member()
    turn_until(lambda: shared(first, second), "halves", first, second)
    assert first.told == [("fresh", EVERY), ("gone", second.held)]
    assert second.told == [("fresh", second.held)]
    for partition in EVERY:
        group.send(partition, b"b")
    turn_until(lambda: len(first.read) + len(second.read) == 25, "what came later", first, second)
    # What the first one kept it did not read again.
    assert {message.partition for message in first.read} == first.held | {0}
    assert first.values(0) + second.values(0) in ([b"a", b"b"], [b"a", b"a", b"b"])
    assert first.values(0) == ([b"a", b"b"] if 0 in first.held else [b"a"])


def test_what_a_member_that_leaves_had_goes_to_who_stays(group: Group) -> None:
    first, second = group.member(), group.member()
    turn_until(lambda: shared(first, second), "halves", first, second)
    kept = set(first.held)
    second.member.close()
    turn_until(lambda: first.held == EVERY, "everything", first)
    assert first.told[-1] == ("fresh", EVERY - kept)


def test_a_member_that_does_not_poll_in_time_loses_everything_and_comes_back(
    group: Group, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pinned, "POLL_INTERVAL_MS_MAX", 1_000)
    first, second = group.member(), group.member()
    turn_until(lambda: shared(first, second), "halves", first, second)
    lost, first.told = set(first.held), []
    turn_until(lambda: second.held == EVERY, "everything", second)
    turn_until(lambda: shared(first, second) and len(first.told) > 1, "halves again", first, second)
    assert first.told[0] == ("gone", lost)
    assert first.told[1][0] == "fresh"


def test_a_member_whose_place_was_deleted_says_so_until_it_reads_from_where_there_is_one(group: Group) -> None:
    for value in (b"a", b"b", b"c"):
        group.send(1, value)
    cut(group.log, group.topic, 1, 4)
    reader = group.member(start=False)
    turn_until(lambda: reader.held == EVERY, "its partitions", reader)
    reader.begin([1], offset=2)
    for _ in range(2):
        with pytest.raises(PlaceLost):
            turn_until(lambda: bool(reader.read), "an error", reader)
    reader.begin([1])
    turn_until(lambda: bool(reader.read), "the rest", reader)
    assert reader.values(1) == [b"c"]


def test_a_member_that_went_on_in_a_topic_made_anew_has_lost_its_place(group: Group) -> None:
    group.send(1, b"a", b"b")
    reader = group.member()
    turn_until(lambda: len(reader.read) == 2, "both", reader)
    group.log.delete_events(group.source)
    group.log.ensure_topics(group.source, 1)
    with closing(group.log.publisher("anew")) as publisher:
        sent(publisher, group.topic, 1, b"c")
        # Where the leader's first look falls between the two, it is taken away and given anew instead.
        try:
            turn_until(lambda: b"c" in reader.values(1), "it", reader)
        except PlaceLost:
            reader.begin([1])
            turn_until(lambda: b"c" in reader.values(1), "it", reader)
    assert reader.values(1) == [b"a", b"b", b"c"]


def test_a_topic_that_is_made_after_its_member_joined_is_given_to_it(
    cluster: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pinned, "METADATA_AGE_MS_MAX", 500)
    source = f"late{uuid4().hex[:8]}"
    reader = Reader(cluster, source, events_topic(source))
    with closing(reader.member):
        reader.turn()
        cluster.ensure_topics(source, 1)
        turn_until(lambda: reader.held == EVERY, "its partitions", reader)
