"""What the suites of the log run against: the real Kafka and its double in memory."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from kafka import KafkaConsumer
from kafka.admin import NewTopic

from libs.events.kafka import Log, Member, Publisher, TopicPartition, events_topic, pinned
from libs.events.memory_cluster.broker import MemoryBroker, NoFaults
from libs.events.memory_cluster.log import MemoryLog
from tests.libs.events.waiting import until

EITHER = ["memory", pytest.param("kafka", marks=pytest.mark.stack)]
KEPT = {"cleanup.policy": "delete", "retention.ms": "-1"}
POLL_MS = 100
Batch = dict[tuple[str, int], list[Any]]


class Clock(NoFaults):
    """A clock that only waiting moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def rest(self, seconds: float) -> None:
        self.now += seconds

    def seconds(self) -> float:
        return self.now


def cluster_of(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Log:
    """The cluster that a parameter names."""
    if request.param == "memory":
        return MemoryLog(MemoryBroker(Clock()))
    # A rebalance is noticed by a heartbeat.
    monkeypatch.setitem(KafkaConsumer.DEFAULT_CONFIG, "heartbeat_interval_ms", 200)
    found: Log = request.getfixturevalue("log")
    return found


def source_of(log: Log) -> str:
    """A new source with its topics."""
    source = f"log{uuid4().hex[:8]}"
    log.ensure_topics(source, 1)
    return source


def topic_of(log: Log) -> str:
    """The events topic of a new source."""
    return events_topic(source_of(log))


def made(log: Log, name: str, partitions: int, **settings: str) -> None:
    """A topic that somebody else made."""
    configs = KEPT | {setting.replace("_", "."): value for setting, value in settings.items()}
    with log._admin() as admin:
        admin.create_topics([NewTopic(name, partitions, 1, topic_configs=configs)])
        admin.wait_for_topics([name])


def cut(log: Log, topic: str, partition: int, before: int) -> None:
    """Somebody deletes the first records of a partition."""
    with log._admin() as admin:
        admin.delete_records({TopicPartition(topic, partition): before})


def sent(publisher: Publisher, topic: str, partition: int, *values: bytes) -> None:
    """One transaction."""
    publisher.publish([(topic, partition, "key", value) for value in values])


def left_open(publisher: Publisher, topic: str, partition: int, *values: bytes) -> Any:
    """Send and neither commit nor abort; the client."""
    publisher._producer.begin_transaction()
    for value in values:
        publisher._producer.send(topic, value=value, key=b"key", partition=partition)
    publisher._producer.flush(timeout=pinned.DELIVERY_TIMEOUT_MS / 1000)
    return publisher._producer


def values_of(log: Log, topic: str, partition: int, start: int = 0) -> list[bytes | None]:
    """What readers of a partition see."""
    ends = log.ends(topic, [partition])
    return [message.value for message in log.read(topic, {partition: start}, ends)]


class Reader:
    """A member that notes what it is given, what is taken from it, and what it reads."""

    def __init__(self, log: Log, group: str, topic: str, *, start: bool = True, instance: str | None = None) -> None:
        self.member: Member = log.member(group, [topic], instance)
        self.log = log
        self._topic = topic
        self.held: set[int] = set()
        self.told: list[tuple[str, set[int]]] = []
        self.read: list[Any] = []
        self._starts = start

    def turn(self) -> Batch:
        """One poll; what is given is read from the start."""
        batch = self.member.poll(POLL_MS)
        self.read += [message for part in batch.values() for message in part]
        fresh, gone = ({partition for _, partition in places} for places in self.member.changes())
        self.told += [(word, places) for word, places in (("gone", gone), ("fresh", fresh)) if places]
        self.held = self.held - gone | fresh
        if self._starts:
            self.begin(fresh)
        return batch

    def begin(self, partitions: Iterable[int], offset: int = 0) -> None:
        """Read some of them from an offset on."""
        for partition in partitions:
            self.member.start(self._topic, partition, offset)

    def values(self, partition: int) -> list[bytes]:
        """What it read of one partition."""
        return [message.value for message in self.read if message.partition == partition]


def turn_until(holds: Callable[[], bool], what: str, *readers: Reader) -> None:
    """They poll until it holds: at the same time where they can, as processes do.

    A join that ends while its member is not polling is thrown away by kafka-python, and begins anew for all.
    """
    together = 1 if any(isinstance(reader.log, MemoryLog) for reader in readers) else len(readers)
    with ThreadPoolExecutor(max(together, 1)) as pool:

        def turned() -> bool:
            list(pool.map(Reader.turn, readers))
            return holds()

        until(turned, what)
