"""A Kafka cluster, and what is asked of it."""

import importlib.util
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from copy import copy
from time import monotonic, sleep
from typing import Any

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka.admin import NewTopic

from libs.events.kafka import pinned
from libs.events.kafka.client import (
    LogRefused,
    LogRewound,
    Message,
    TopicAlreadyExistsError,
    TopicPartition,
    Unsettled,
)
from libs.events.kafka.horizon import Horizon
from libs.events.kafka.member import Member
from libs.events.kafka.publisher import Publisher
from libs.events.kafka.topics import Topic, check_topic, described, events_topic, wanted_topics
from libs.events.partitions import PARTITIONS

TAIL_STEP = 8
ALL = range(PARTITIONS)


class Log:
    """A Kafka cluster."""

    _kept: Any = None

    def __init__(self, bootstrap_servers: str) -> None:
        if importlib.util.find_spec("crc32c") is None:
            raise LogRefused("crc32c is not installed: checksums would be eight times slower")
        self._servers = bootstrap_servers.split(",")

    def ensure_topics(self, service: str, replication: int) -> None:
        """Make a service's two topics where they are missing, then check them."""
        replicas = {"min.insync.replicas": str(min(2, replication))}
        wanted = [
            NewTopic(name, partitions, replication, topic_configs=policy | replicas)
            for name, (partitions, policy) in wanted_topics(service).items()
        ]
        with self._admin() as admin:
            for topic in wanted:
                with suppress(TopicAlreadyExistsError):
                    admin.create_topics([topic])
            admin.wait_for_topics([topic.name for topic in wanted])
        self.check_topics(service)

    def delete_events(self, service: str) -> None:
        """Delete the events topic of a service, and return when it is gone: for a log that is made anew."""
        name = events_topic(service)
        with self._admin() as admin:
            admin.delete_topics([name])
        deadline = monotonic() + pinned.BLOCK_MS_MAX / 1000
        while name in self.topics():
            if monotonic() > deadline:
                raise LogRefused(f"{name} is not deleted: does the broker allow it?")
            sleep(pinned.RECONNECT_MS_MAX / 10_000)

    def topics(self) -> set[str]:
        """The names of all topics."""
        with self._admin() as admin:
            return set(admin.list_topics())

    def check_topics(self, service: str) -> Topic:
        """The events topic of a service; LogRefused when partitions or policy of it or of its marks are not ours."""
        with self._admin() as admin:
            for name, (partitions, wanted) in wanted_topics(service).items():
                check_topic(admin, name, partitions, wanted)
            return described(admin, events_topic(service))

    def topic(self, name: str) -> Topic:
        """A topic as it is now."""
        with self._admin() as admin:
            return described(admin, name)

    def ends(self, topic: str, partitions: Sequence[int] = ALL, *, committed: bool = True) -> dict[int, int]:
        """The end offset of each partition: of what is committed, or the high watermark."""
        with self._consumer(**({} if committed else pinned.UNCOMMITTED)) as consumer:
            found = consumer.end_offsets([TopicPartition(topic, p) for p in partitions])
        return {place.partition: offset for place, offset in found.items()}

    def begins(self, topic: str, partitions: Sequence[int] = ALL) -> dict[int, int]:
        """The offset that each partition begins at: more than 0 where somebody deleted records."""
        with self._consumer() as consumer:
            found = consumer.beginning_offsets([TopicPartition(topic, p) for p in partitions])
        return {place.partition: offset for place, offset in found.items()}

    def unsettled(self, topic: str, partitions: Sequence[int] = ALL) -> list[int]:
        """The partitions whose true end an open transaction hides."""
        with self.horizon(topic, partitions) as horizon:
            return sorted(horizon.hidden())

    @contextmanager
    def horizon(self, topic: str, partitions: Sequence[int] = ALL) -> Iterator[Horizon]:
        """The ends of a topic's partitions, to be asked for again and again."""
        with (
            self._consumer() as committed,
            self._consumer(**pinned.UNCOMMITTED) as written,
        ):
            yield Horizon([TopicPartition(topic, p) for p in partitions], committed, written)

    def tails(
        self,
        topic: str,
        ours: Callable[[Message], bool] = lambda _: True,
        partitions: Sequence[int] = ALL,
        *,
        settled: bool = True,
    ) -> dict[int, Message]:
        """The last committed message of each partition that is one of ours, stepping back over all that is none.

        `Unsettled` while an open transaction hides the true end of a partition, unless more may come than is told.
        """
        ends = self.ends(topic, partitions)
        if settled and self.unsettled(topic, partitions):
            raise Unsettled(f"{topic} ends in an open transaction")
        tails: dict[int, Message] = {}
        step = TAIL_STEP
        begin = self.begins(topic, partitions)
        open_ones = [p for p in partitions if ends[p] > begin[p]]
        while open_ones:
            starts = {p: max(begin[p], ends[p] - step) for p in open_ones}
            for message in self.read(topic, starts, ends):
                if ours(message):
                    tails[message.partition] = message
            open_ones = [p for p in open_ones if p not in tails and starts[p] > begin[p]]
            step *= TAIL_STEP
        return tails

    def read(self, topic: str, starts: Mapping[int, int], ends: Mapping[int, int]) -> Iterator[Message]:
        """Committed records of some partitions from `starts` until `ends`, in order per partition.

        `LogRewound` where a partition does not reach its end any more.
        """
        with self._consumer() as consumer:
            places = [TopicPartition(topic, p) for p, start in starts.items() if start < ends[p]]
            consumer.assign(places)
            for place in places:
                consumer.seek(place, starts[place.partition])
            waiting = set(places)
            while waiting:
                found = consumer.poll(timeout_ms=500)
                for place, records in found.items():
                    yield from (record for record in records if record.offset < ends[place.partition])
                if not found:
                    _refuse_shorter(consumer, waiting, ends)
                arrived = {place for place in waiting if consumer.position(place) >= ends[place.partition]}
                consumer.pause(*arrived)
                waiting -= arrived

    @contextmanager
    def connected(self) -> Iterator["Log"]:
        """The same over a connection that is kept, for one thread that reads what is committed again and again."""
        with self._consumer() as consumer:
            connected = copy(self)
            connected._kept = consumer  # noqa: SLF001 -- A copy of its own.
            yield connected

    def publisher(self, transactional_id: str) -> Publisher:
        """A transactional producer; the caller holds the lock that makes it the only one."""
        return Publisher(KafkaProducer(**pinned.producer(self._servers, transactional_id)))

    def member(self, group: str, topics: Sequence[str], instance: str | None = None) -> Member:
        """One member of a consumer group over some topics.

        A member with an `instance` of its own keeps its partitions while it is away for less than a session. Two with
        the same would read the same records: only who is certain to be the only one may name one.
        """
        return Member(self._make_consumer(**pinned.member(group, instance)), topics)

    @contextmanager
    def _admin(self) -> Iterator[Any]:
        admin = KafkaAdminClient(**pinned.admin(self._servers))
        try:
            yield admin
        finally:
            admin.close()

    @contextmanager
    def _consumer(self, **settings: object) -> Iterator[Any]:
        if self._kept is not None and not settings:
            try:
                yield self._kept
            finally:
                self._kept.assign([])
            return
        consumer = self._make_consumer(**settings)
        try:
            yield consumer
        finally:
            consumer.close(autocommit=False)

    def _make_consumer(self, **settings: object) -> Any:
        return KafkaConsumer(**{**pinned.consumer(self._servers), **settings})


def _refuse_shorter(consumer: Any, places: Collection[TopicPartition], ends: Mapping[int, int]) -> None:
    """Of a topic that was made anew or cut nothing more would come, and nobody would say so."""
    for place, end in consumer.end_offsets(list(places), timeout_ms=pinned.BLOCK_MS_MAX).items():
        if end < ends[place.partition]:
            raise LogRewound(f"{place.topic}/{place.partition} ends before it ended a moment ago")
