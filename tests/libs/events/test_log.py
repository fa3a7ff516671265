"""One suite for every log: Apache Kafka and its double in memory keep the same promises."""

import os
from contextlib import closing

import pytest

from libs.events.kafka import (
    Log,
    LogError,
    LogRefused,
    LogRewound,
    PlaceLost,
    TopicMissing,
    Unsettled,
    events_topic,
    marks_topic,
    pinned,
)
from libs.events.kafka.client import ProducerFencedError
from tests.libs.events.clusters import (
    EITHER,
    cluster_of,
    cut,
    left_open,
    made,
    sent,
    source_of,
    topic_of,
    values_of,
)
from tests.libs.events.waiting import until


@pytest.fixture(params=EITHER)
def cluster(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Log:
    return cluster_of(request, monkeypatch)


def test_topics_are_made_once_and_found_the_second_time(cluster: Log) -> None:
    source = source_of(cluster)
    first = cluster.check_topics(source)
    cluster.ensure_topics(source, 1)
    assert (cluster.check_topics(source), first.partitions, first.replicas) == (first, 24, 1)
    assert {events_topic(source), marks_topic(source)} <= cluster.topics()


@pytest.mark.parametrize(
    ("partitions", "settings", "why"),
    [
        (3, {}, "has 3 partitions, not 24"),
        (24, {"cleanup_policy": "compact"}, "has cleanup.policy=compact, not delete"),
        (24, {"retention_ms": "604800000"}, "has retention.ms=604800000, not -1"),
    ],
)
def test_a_topic_that_would_lose_or_scatter_events_is_refused(
    cluster: Log, partitions: int, settings: dict[str, str], why: str
) -> None:
    source = f"refused{os.urandom(4).hex()}"
    made(cluster, events_topic(source), partitions, **settings)
    with pytest.raises(LogRefused, match=why):
        cluster.ensure_topics(source, 1)


def test_marks_that_would_be_lost_are_refused_as_well(cluster: Log) -> None:
    source = f"refused{os.urandom(4).hex()}"
    made(cluster, events_topic(source), 24)
    made(cluster, marks_topic(source), 1)
    with pytest.raises(LogRefused, match=r"marks has cleanup.policy=delete, not compact"):
        cluster.check_topics(source)


def test_a_topic_that_is_not_there_is_said_to_be_missing_and_is_not_made(
    cluster: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pinned, "BLOCK_MS_MAX", 1_000)
    with pytest.raises(TopicMissing, match=r"run `aftercare topics`"):
        cluster.topic("never-made.events")
    with pytest.raises(LogError):
        cluster.unsettled("never-made.events")
    with closing(cluster.publisher("nowhere")) as publisher, pytest.raises(LogError):
        sent(publisher, "never-made.events", 0, b"a")
    with pytest.raises(LogError):
        cluster.delete_events("never-made")
    assert "never-made.events" not in cluster.topics()


def test_what_is_published_is_read_in_its_order_and_each_transaction_ends_with_a_marker(cluster: Log) -> None:
    topic = topic_of(cluster)
    with closing(cluster.publisher(topic)) as publisher:
        sent(publisher, topic, 1, b"a", b"b")
        publisher.publish([(topic, 1, "key", b"c"), (topic, 2, "key", b"d")])
    found = list(cluster.read(topic, {1: 0, 2: 0}, cluster.ends(topic)))
    assert [(m.topic, m.offset, m.value) for m in found if m.partition == 1] == [
        (topic, 0, b"a"),
        (topic, 1, b"b"),
        (topic, 3, b"c"),
    ]
    assert [(m.offset, m.value) for m in found if m.partition == 2] == [(0, b"d")]
    assert cluster.ends(topic, [0, 1, 2]) == {0: 0, 1: 5, 2: 2}
    assert values_of(cluster, topic, 1, start=1) == [b"b", b"c"]


def test_of_a_batch_that_the_broker_does_not_take_whole_nothing_is_in_the_log(cluster: Log) -> None:
    topic = f"small{os.urandom(4).hex()}.events"
    made(cluster, topic, 24, max_message_bytes="2000")
    with closing(cluster.publisher(topic)) as publisher:
        with pytest.raises(LogError):
            publisher.publish([(topic, 1, "k", b"{}"), (topic, 2, "k", os.urandom(100_000))])
        with pytest.raises(LogError):
            publisher._producer.commit_transaction()
    with closing(cluster.publisher(topic)):
        assert cluster.tails(topic) == {}


def test_what_an_open_transaction_wrote_and_all_behind_it_is_hidden_until_it_ends(cluster: Log) -> None:
    topic = topic_of(cluster)
    with closing(cluster.publisher(topic)) as slow, closing(cluster.publisher(f"{topic} too")) as quick:
        sent(slow, topic, 1, b"a")
        client = left_open(slow, topic, 1, b"b")
        sent(quick, topic, 1, b"c")
        assert (cluster.ends(topic, [1]), cluster.ends(topic, [1], committed=False)) == ({1: 2}, {1: 5})
        assert cluster.unsettled(topic) == [1]
        with cluster.horizon(topic) as horizon:
            assert horizon.hidden() == {1: 2}
        with pytest.raises(Unsettled):
            cluster.tails(topic)
        assert values_of(cluster, topic, 1) == [b"a"]
        client.commit_transaction()
        assert (values_of(cluster, topic, 1), cluster.unsettled(topic)) == ([b"a", b"b", b"c"], [])


def test_whoever_begins_under_an_id_aborts_what_was_left_open_and_fences_who_left_it(cluster: Log) -> None:
    topic = topic_of(cluster)
    with closing(cluster.publisher(topic)) as older:
        sent(older, topic, 1, b"a")
        client = left_open(older, topic, 1, b"b")
        with closing(cluster.publisher(topic)) as newer:
            assert (cluster.unsettled(topic), values_of(cluster, topic, 1)) == ([], [b"a"])
            with pytest.raises(ProducerFencedError):
                client.commit_transaction()
            with pytest.raises(LogError):
                client.begin_transaction()
            with pytest.raises(LogError):
                sent(older, topic, 1, b"c")
            sent(newer, topic, 1, b"d")
    assert values_of(cluster, topic, 1) == [b"a", b"d"]


def test_a_fenced_publisher_learns_of_it_when_it_publishes(cluster: Log) -> None:
    topic = topic_of(cluster)
    with closing(cluster.publisher(topic)) as older, closing(cluster.publisher(topic)):
        with pytest.raises(ProducerFencedError):
            sent(older, topic, 1, b"a")
        with pytest.raises(LogError):
            older.abort_open(topic, [1])
    assert (values_of(cluster, topic, 1), cluster.unsettled(topic)) == ([], [])


def test_publishers_of_different_ids_do_not_mind_each_other(cluster: Log) -> None:
    topic = topic_of(cluster)
    with closing(cluster.publisher(topic)) as one, closing(cluster.publisher(f"{topic} too")) as other:
        sent(one, topic, 1, b"a")
        sent(other, topic, 1, b"b")
        sent(one, topic, 1, b"c")
    assert values_of(cluster, topic, 1) == [b"a", b"b", b"c"]


def test_a_tail_is_found_behind_markers_strays_and_all_that_was_aborted(cluster: Log) -> None:
    topic = topic_of(cluster)
    with closing(cluster.publisher(topic)) as publisher:
        sent(publisher, topic, 1, b"ours", b"stray")
        sent(publisher, topic, 2, b"stray")
        for _ in range(12):
            publisher.abort_open(topic, [1])
        assert cluster.ends(topic, [1]) == {1: 27}
    assert {p: tail.value for p, tail in cluster.tails(topic).items()} == {1: b"stray", 2: b"stray"}
    tails = cluster.tails(topic, lambda message: message.value == b"ours")
    assert {p: (tail.offset, tail.value) for p, tail in tails.items()} == {1: (0, b"ours")}


def test_before_where_a_partition_begins_and_behind_its_end_there_is_no_place(cluster: Log) -> None:
    topic = topic_of(cluster)
    with closing(cluster.publisher(topic)) as publisher:
        for value in (b"a", b"b", b"c"):
            sent(publisher, topic, 1, value)
    cut(cluster, topic, 1, 3)
    assert (cluster.begins(topic, [0, 1]), cluster.ends(topic, [1])) == ({0: 0, 1: 3}, {1: 6})
    assert values_of(cluster, topic, 1, start=3) == [b"c"]
    with pytest.raises(PlaceLost):
        values_of(cluster, topic, 1)
    with pytest.raises(PlaceLost):
        list(cluster.read(topic, {1: 7}, {1: 8}))
    cut(cluster, topic, 1, 6)
    assert cluster.tails(topic) == {}


def test_a_topic_made_anew_is_another_and_who_went_on_publishing_notices(cluster: Log) -> None:
    source = source_of(cluster)
    topic = events_topic(source)
    first = cluster.topic(topic)
    with closing(cluster.publisher(topic)) as publisher, cluster.horizon(topic) as horizon:
        sent(publisher, topic, 1, b"a", b"b")
        assert horizon.hidden() == {}
        cluster.delete_events(source)
        assert topic not in cluster.topics()
        cluster.ensure_topics(source, 1)
        assert cluster.topic(topic).id != first.id
        assert (cluster.ends(topic, [1]), cluster.tails(topic)) == ({1: 0}, {})
        with pytest.raises(LogRewound):
            horizon.hidden()
        with pytest.raises(LogRewound):
            sent(publisher, topic, 1, b"c")


def test_a_topic_made_anew_is_noticed_by_who_never_saw_the_other_one_end(cluster: Log) -> None:
    source = source_of(cluster)
    topic = events_topic(source)
    with closing(cluster.publisher(topic)) as publisher, cluster.horizon(topic) as horizon:
        assert horizon.hidden(publisher.ends(topic)) == {}
        sent(publisher, topic, 1, b"a", b"b")
        ends = cluster.ends(topic)
        cluster.delete_events(source)
        cluster.ensure_topics(source, 1)
        assert horizon.hidden() == {}
        with pytest.raises(LogRewound):
            horizon.hidden(publisher.ends(topic))
    with pytest.raises(LogRewound, match="ends before it ended a moment ago"):
        list(cluster.read(topic, dict.fromkeys(ends, 0), ends))


def test_a_transaction_that_outlives_its_topic_leaves_but_its_marker_in_the_next(cluster: Log) -> None:
    source = source_of(cluster)
    topic = events_topic(source)
    with closing(cluster.publisher(topic)) as publisher:
        client = left_open(publisher, topic, 1, b"a")
        cluster.delete_events(source)
        cluster.ensure_topics(source, 1)
        client.commit_transaction()
    until(lambda: cluster.ends(topic, [1]) == {1: 1}, "the marker")
    assert values_of(cluster, topic, 1) == []
