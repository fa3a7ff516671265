"""A Kafka broker in memory: topics, transactions with their markers, and fencing. It runs in no thread.

Nothing is compacted: readers of a compacted topic see every record, as they may of Kafka's.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from time import monotonic, sleep
from typing import Any, Protocol
from uuid import UUID, uuid5

from libs.events.kafka.client import (
    MessageSizeTooLargeError,
    OffsetOutOfRangeError,
    ProducerFencedError,
    TopicAlreadyExistsError,
    TopicPartition,
    UnknownTopicOrPartitionError,
)
from libs.events.memory_cluster.groups import Group

REST_SECONDS_MAX = 0.005
DEFAULTS = {
    "cleanup.policy": "delete",
    "max.message.bytes": "1048588",
    "retention.bytes": "-1",
    "retention.ms": "604800000",
}
_TOPICS = UUID("6c0a4e4e-6f5b-4d0b-9f0c-0b0d4c6f0a55")


class Hooks(Protocol):
    """Who may go on, what time it is, and whether something improbable happens.

    Its chances: "poll.delay", "poll.partial", "poll.again", "poll.unaware", "join.forgotten", "send.expires",
    "send.lost-answer", "commit.lost-request", "commit.lost-answer", "commit.lost-marker"; each is told where it is
    taken.
    """

    def step(self, what: str) -> None:
        """A boundary: others may run before this returns, and the caller's process may die here."""

    def rest(self, seconds: float) -> None:
        """Wait."""

    def seconds(self) -> float:
        """The broker's clock."""

    def chance(self, what: str, /) -> bool:
        """Whether it happens now."""


class NoFaults:
    """The machine's clock, and nothing ever goes wrong."""

    def step(self, what: str) -> None:
        """Nobody waits here."""

    def rest(self, seconds: float) -> None:
        """Wait, a little."""
        sleep(min(seconds, REST_SECONDS_MAX))

    def seconds(self) -> float:
        """The machine's clock."""
        return monotonic()

    def chance(self, _what: str) -> bool:
        """Never."""
        return False


@dataclass(eq=False)
class Entry:
    """One offset: a record, or the marker that ends a transaction there."""

    topic: str
    partition: int
    offset: int
    key: bytes | None = None
    value: bytes | None = None
    headers: tuple[tuple[str, bytes], ...] = ()
    is_marker: bool = False
    is_aborted: bool = False


@dataclass(eq=False)
class Partition:
    """An entry for each offset from `begin` on; what lay before was deleted."""

    place: TopicPartition
    begin: int = 0
    entries: list[Entry] = field(default_factory=list)
    # By transactional id, what it wrote since its last marker here.
    open: dict[str, list[Entry]] = field(default_factory=dict)

    @property
    def end(self) -> int:
        """The high watermark."""
        return self.begin + len(self.entries)

    @property
    def stable(self) -> int:
        """The last stable offset: where the first open transaction begins, or the end."""
        return min((max(self.begin, entries[0].offset) for entries in self.open.values()), default=self.end)

    def write(self, transactional_id: str, *record: Any) -> int:
        """The offset of a record: of its key, value and headers."""
        self.entries.append(Entry(self.place.topic, self.place.partition, self.end, *record))
        self.open.setdefault(transactional_id, []).append(self.entries[-1])
        return self.entries[-1].offset

    def mark(self, transactional_id: str, *, committed: bool) -> None:
        """End all that an id wrote since its last marker, also where that was of another transaction."""
        for entry in self.open.pop(transactional_id, ()):
            entry.is_aborted = not committed
        self.entries.append(Entry(self.place.topic, self.place.partition, self.end, is_marker=True))

    def read(self, offset: int, *, committed: bool) -> Iterator[Entry]:
        """The records from an offset on."""
        end = self.stable if committed else self.end
        for entry in self.entries[offset - self.begin : end - self.begin]:
            if not (entry.is_marker or (committed and entry.is_aborted)):
                yield entry

    def cut(self, before: int) -> None:
        """Delete what lies before an offset."""
        if before > self.end:
            raise OffsetOutOfRangeError(f"{self.place} ends at {self.end}")
        del self.entries[: max(before - self.begin, 0)]
        self.begin = max(self.begin, before)


@dataclass(eq=False)
class Topic:
    """A topic; made anew under the same name it is another."""

    id: UUID
    partitions: list[Partition]
    replicas: int
    configs: dict[str, str]


@dataclass(eq=False)
class Producer:
    """What the coordinator knows of a transactional id."""

    epoch: int = 0
    timeout: float = 0.0
    began: float = 0.0
    # Where the open transaction wrote.
    places: dict[TopicPartition, None] = field(default_factory=dict)


class MemoryBroker:
    """One broker, and the coordinator of everything."""

    def __init__(self, hooks: Hooks | None = None) -> None:
        self.hooks: Hooks = hooks or NoFaults()
        self.topics: dict[str, Topic] = {}
        self._producers: dict[str, Producer] = {}
        self._groups: dict[str, Group] = {}
        self._made = 0

    def create(self, name: str, partitions: int, replicas: int, configs: dict[str, str]) -> None:
        """A new topic."""
        if name in self.topics:
            raise TopicAlreadyExistsError(name)
        self._made += 1
        made = [Partition(TopicPartition(name, number)) for number in range(partitions)]
        self.topics[name] = Topic(uuid5(_TOPICS, f"{name} {self._made}"), made, replicas, DEFAULTS | configs)

    def delete(self, name: str) -> None:
        """What was open there has no end."""
        if self.topics.pop(name, None) is None:
            raise UnknownTopicOrPartitionError(name)

    def partition(self, place: TopicPartition) -> Partition:
        """One partition as it is now."""
        self._expire()
        topic = self.topics.get(place.topic)
        if topic is None or not 0 <= place.partition < len(topic.partitions):
            raise UnknownTopicOrPartitionError(f"{place.topic}/{place.partition}")
        found: Partition = topic.partitions[place.partition]
        return found

    def places(self, names: set[str]) -> list[TopicPartition]:
        """The partitions of those of some topics that there are."""
        return [one.place for name in sorted(names & self.topics.keys()) for one in self.topics[name].partitions]

    def committed(self, name: str, partition: int) -> list[Entry]:
        """The records of a partition that readers of committed ones see."""
        kept = self.partition(TopicPartition(name, partition))
        return list(kept.read(kept.begin, committed=True))

    def group(self, name: str) -> Group:
        """The coordinator of a group."""
        return self._groups.setdefault(name, Group(self.hooks.seconds, self.places))

    def fence(self, transactional_id: str, timeout: float) -> int:
        """Abort what is open under this id; whoever has an older epoch than the one returned is fenced."""
        producer = self._producers.setdefault(transactional_id, Producer())
        producer.timeout = timeout
        return self._bump(transactional_id)

    def write(self, transactional_id: str, epoch: int, place: TopicPartition, *record: Any) -> int:
        """The offset of a record within the open transaction of an id: of its key, value and headers."""
        kept, producer = self.partition(place), self._owner(transactional_id, epoch)
        key, value, _ = record
        if len(key or b"") + len(value or b"") > int(self.topics[place.topic].configs["max.message.bytes"]):
            raise MessageSizeTooLargeError(place)
        if not producer.places:
            producer.began = self.hooks.seconds()
        producer.places[place] = None
        return kept.write(transactional_id, *record)

    def end(self, transactional_id: str, epoch: int, *, committed: bool) -> None:
        """End the open transaction of an id."""
        self._expire()
        self._owner(transactional_id, epoch)
        self._mark(transactional_id, committed=committed)

    def _owner(self, transactional_id: str, epoch: int) -> Producer:
        producer = self._producers[transactional_id]
        if producer.epoch != epoch:
            raise ProducerFencedError(transactional_id)
        return producer

    def _bump(self, transactional_id: str) -> int:
        producer = self._producers[transactional_id]
        producer.epoch += 1
        self._mark(transactional_id, committed=False)
        return producer.epoch

    def _mark(self, transactional_id: str, *, committed: bool) -> None:
        producer = self._producers[transactional_id]
        places, producer.places = producer.places, {}
        # In a topic that was made anew meanwhile, the marker is its first entry, as in Kafka.
        known = {*self.places({place.topic for place in places})}
        for place in places:
            # Lost with a broker that died just after it acknowledged: nobody writes this marker again.
            lost = committed and self.hooks.chance("commit.lost-marker")
            if place in known and not lost:
                self.topics[place.topic].partitions[place.partition].mark(transactional_id, committed=committed)

    def _expire(self) -> None:
        now = self.hooks.seconds()
        for transactional_id, producer in self._producers.items():
            if producer.places and producer.began + producer.timeout < now:
                self._bump(transactional_id)
