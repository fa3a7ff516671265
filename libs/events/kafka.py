"""Apache Kafka as this system uses it: the only file that knows the client, with what is unsafe by default pinned."""

import importlib.util
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from time import monotonic, sleep
from typing import Any, Protocol
from uuid import UUID

from kafka import ConsumerRebalanceListener, KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka import TopicPartition as TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType, NewTopic
from kafka.coordinator.assignors.cooperative_sticky import CooperativeStickyAssignor
from kafka.errors import KafkaError, LogTruncationError

# Doubles of the client raise what it raises.
from kafka.errors import KafkaTimeoutError as KafkaTimeoutError
from kafka.errors import MessageSizeTooLargeError as MessageSizeTooLargeError
from kafka.errors import OffsetOutOfRangeError as OffsetOutOfRangeError
from kafka.errors import ProducerFencedError as ProducerFencedError
from kafka.errors import TopicAlreadyExistsError as TopicAlreadyExistsError
from kafka.errors import UnknownTopicOrPartitionError as UnknownTopicOrPartitionError

from libs.events.partitions import PARTITIONS

MIB = 1 << 20
TRANSACTION_TIMEOUT_MS = 15_000
DELIVERY_TIMEOUT_MS = 10_000
REQUEST_TIMEOUT_MS = 4_000
BLOCK_MS_MAX = 10_000
CLOSE_SECONDS = 1
FETCH_BYTES_MAX = 16 * MIB
PARTITION_FETCH_BYTES_MAX = 2 * MIB
BATCH_BYTES = 128 << 10
LINGER_MS = 5
POLL_RECORDS_MAX = 5_000
SESSION_TIMEOUT_MS = 15_000
POLL_INTERVAL_MS_MAX = 120_000
METADATA_AGE_MS_MAX = 3_000
# The client's own half a minute would be added to every absence of a broker.
RECONNECT_MS_MAX = 1_000
TAIL_STEP = 8
ALL = range(PARTITIONS)
CONTENT_TYPE = [("content-type", b"application/cloudevents+json")]

# Kafka's own failures, so that callers need not import the client.
LogError = KafkaError
# Our place in the log is gone: it was deleted, re-created or cut.
PlaceLost = (OffsetOutOfRangeError, LogTruncationError)


class LogRefused(RuntimeError):
    """The log is not as this system needs it: partitions, policy, or the client's own build."""


class TopicMissing(KafkaError):  # type: ignore[misc]  # As below.
    """A topic is not there, or not yet: a broker that just started does not know all of its topics."""


class Unsettled(KafkaError):  # type: ignore[misc]  # The client has no types.
    """A transaction is still open at the end of the log; a moment later it is not."""


class LogRewound(KafkaError):  # type: ignore[misc]  # As above.
    """A partition ends before it ended: it was made anew or cut, and what is published next would hide that."""


@dataclass(frozen=True)
class Topic:
    """A topic as the broker describes it."""

    name: str
    id: UUID
    partitions: int
    replicas: int


class Message(Protocol):
    """One record as read from a partition."""

    @property
    def topic(self) -> str:
        """The topic that holds it."""

    @property
    def partition(self) -> int:
        """The partition."""

    @property
    def offset(self) -> int:
        """Its place in the partition."""

    @property
    def value(self) -> bytes | None:
        """What was published; None is no record of ours."""


def events_topic(service: str) -> str:
    """Where a service publishes its events."""
    return f"{service}.events"


def marks_topic(service: str) -> str:
    """Where a service publishes its marks."""
    return f"{service}.marks"


def _topics(service: str) -> dict[str, tuple[int, dict[str, str]]]:
    """How many partitions the topics of a service have, and what is kept in them: everything, for ever."""
    kept = {"retention.ms": "-1", "retention.bytes": "-1"}
    return {
        events_topic(service): (PARTITIONS, kept | {"cleanup.policy": "delete"}),
        marks_topic(service): (1, kept | {"cleanup.policy": "compact"}),
    }


class Log:
    """A Kafka cluster."""

    def __init__(self, bootstrap_servers: str) -> None:
        if importlib.util.find_spec("crc32c") is None:
            raise LogRefused("crc32c is not installed: checksums would be eight times slower")
        self._bootstrap = bootstrap_servers.split(",")

    def ensure_topics(self, service: str, replication: int) -> None:
        """Make a service's two topics where they are missing, then check them."""
        replicas = {"min.insync.replicas": str(min(2, replication))}
        wanted = [
            NewTopic(name, partitions, replication, topic_configs=policy | replicas)
            for name, (partitions, policy) in _topics(service).items()
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
        deadline = monotonic() + BLOCK_MS_MAX / 1000
        while name in self.topics():
            if monotonic() > deadline:
                raise LogRefused(f"{name} is not deleted: does the broker allow it?")
            sleep(RECONNECT_MS_MAX / 10_000)

    def topics(self) -> set[str]:
        """The names of all topics."""
        with self._admin() as admin:
            return set(admin.list_topics())

    def check_topics(self, service: str) -> Topic:
        """The events topic of a service; LogRefused when partitions or policy of it or of its marks are not ours."""
        with self._admin() as admin:
            for name, (partitions, wanted) in _topics(service).items():
                _check(admin, name, partitions, wanted)
            return _described(admin, events_topic(service))

    def topic(self, name: str) -> Topic:
        """A topic as it is now."""
        with self._admin() as admin:
            return _described(admin, name)

    def ends(self, topic: str, partitions: Sequence[int] = ALL, *, committed: bool = True) -> dict[int, int]:
        """The end offset of each partition: of what is committed, or the high watermark."""
        with self._consumer(isolation_level="read_committed" if committed else "read_uncommitted") as consumer:
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
    def horizon(self, topic: str, partitions: Sequence[int] = ALL) -> Iterator["Horizon"]:
        """The ends of a topic's partitions, to be asked for again and again."""
        with (
            self._consumer(isolation_level="read_committed") as committed,
            self._consumer(isolation_level="read_uncommitted") as written,
        ):
            yield Horizon([TopicPartition(topic, p) for p in partitions], committed, written)

    def tails(
        self, topic: str, ours: Callable[[Message], bool] = lambda _: True, partitions: Sequence[int] = ALL
    ) -> dict[int, Message]:
        """The last committed message of each partition that is one of ours, stepping back over all that is none.

        `Unsettled` while an open transaction hides the true end of a partition.
        """
        ends = self.ends(topic, partitions)
        if self.unsettled(topic, partitions):
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
        """Committed records of some partitions from `starts` until `ends`, in order per partition."""
        with self._consumer() as consumer:
            places = [TopicPartition(topic, p) for p, start in starts.items() if start < ends[p]]
            consumer.assign(places)
            for place in places:
                consumer.seek(place, starts[place.partition])
            waiting = set(places)
            while waiting:
                for place, records in consumer.poll(timeout_ms=500).items():
                    yield from (record for record in records if record.offset < ends[place.partition])
                arrived = {place for place in waiting if consumer.position(place) >= ends[place.partition]}
                consumer.pause(*arrived)
                waiting -= arrived

    def publisher(self, transactional_id: str) -> "Publisher":
        """A transactional producer; the caller holds the lock that makes it the only one."""
        return Publisher(
            KafkaProducer(
                bootstrap_servers=self._bootstrap,
                client_id=transactional_id,
                transactional_id=transactional_id,
                acks="all",
                enable_idempotence=True,
                allow_auto_create_topics=False,
                transaction_timeout_ms=TRANSACTION_TIMEOUT_MS,
                delivery_timeout_ms=DELIVERY_TIMEOUT_MS,
                request_timeout_ms=REQUEST_TIMEOUT_MS,
                max_block_ms=BLOCK_MS_MAX,
                reconnect_backoff_max_ms=RECONNECT_MS_MAX,
                retry_backoff_ms=5,
                linger_ms=LINGER_MS,
                batch_size=BATCH_BYTES,
                compression_type="zstd",
                max_in_flight_requests_per_connection=5,
            )
        )

    def member(self, group: str, topics: Sequence[str]) -> "Member":
        """One member of a consumer group over some topics."""
        return Member(
            self._make_consumer(
                group_id=group,
                partition_assignment_strategy=[CooperativeStickyAssignor()],
                session_timeout_ms=SESSION_TIMEOUT_MS,
                max_poll_interval_ms=POLL_INTERVAL_MS_MAX,
                fetch_max_wait_ms=50,
                # A topic that was not there yet when the group formed is noticed soon, not after five minutes.
                metadata_max_age_ms=METADATA_AGE_MS_MAX,
                retry_backoff_ms=20,
            ),
            topics,
        )

    @contextmanager
    def _admin(self) -> Iterator[Any]:
        admin = KafkaAdminClient(
            bootstrap_servers=self._bootstrap,
            request_timeout_ms=REQUEST_TIMEOUT_MS,
            reconnect_backoff_max_ms=RECONNECT_MS_MAX,
        )
        try:
            yield admin
        finally:
            admin.close()

    @contextmanager
    def _consumer(self, **settings: object) -> Iterator[Any]:
        consumer = self._make_consumer(**settings)
        try:
            yield consumer
        finally:
            consumer.close(autocommit=False)

    def _make_consumer(self, **settings: object) -> Any:
        pinned = {
            "bootstrap_servers": self._bootstrap,
            "enable_auto_commit": False,
            "auto_offset_reset": "none",
            "isolation_level": "read_committed",
            "allow_auto_create_topics": False,
            "reconnect_backoff_max_ms": RECONNECT_MS_MAX,
            "max_poll_records": POLL_RECORDS_MAX,
            "fetch_max_bytes": FETCH_BYTES_MAX,
            "max_partition_fetch_bytes": PARTITION_FETCH_BYTES_MAX,
        }
        return KafkaConsumer(**(pinned | settings))


class Horizon:
    """Both ends of each partition of a topic: of what is committed, and of what is written."""

    def __init__(self, places: Sequence[TopicPartition], committed: Any, written: Any) -> None:
        self._places = places
        self._committed = committed
        self._written = written
        self._ends: dict[Any, int] = {}

    def hidden(self) -> dict[int, int]:
        """By partition, the offset from which on an open transaction hides what was written.

        `LogRewound` where a partition ends before it ended the last time.
        """
        committed = self._committed.end_offsets(self._places, timeout_ms=BLOCK_MS_MAX)
        written = self._written.end_offsets(self._places, timeout_ms=BLOCK_MS_MAX)
        for place, end in written.items():
            if end < self._ends.get(place, 0):
                raise LogRewound(f"{place.topic}/{place.partition} ends before it ended a moment ago")
        self._ends = written
        return {place.partition: committed[place] for place in self._places if committed[place] != written[place]}


class Publisher:
    """Publishes batches whole or not at all; after any failure it must be closed and built anew."""

    def __init__(self, producer: Any) -> None:
        self._producer = producer
        self._ends: dict[tuple[str, int], int] = {}
        try:
            producer.init_transactions()
        except KafkaError:
            self.close()
            raise

    def go_on_from(self, topic: str, ends: Mapping[int, int]) -> None:
        """Publish nothing before these ends: what is written there lies in another log than was looked at."""
        self._ends.update({(topic, partition): end for partition, end in ends.items()})

    def publish(self, messages: Iterable[tuple[str, int, str, bytes]]) -> None:
        """Send (topic, partition, key, value) in order as one transaction; KafkaError when any of it failed.

        `LogRewound` where a partition lost its end since the last time.
        """
        self._producer.begin_transaction()
        futures = [
            self._producer.send(topic, value=value, key=key.encode(), partition=partition, headers=list(CONTENT_TYPE))
            for topic, partition, key, value in messages
        ]
        self._producer.flush(timeout=DELIVERY_TIMEOUT_MS / 1000)
        for future in futures:
            # flush() is silent about records that expired: only their futures tell.
            if not future.succeeded():
                raise future.exception or KafkaError("a record was not acknowledged in time")
        self._refuse_rewound(future.value for future in futures if future.value is not None)
        self._producer.commit_transaction()

    def _refuse_rewound(self, written: Iterable[Any]) -> None:
        for one in written:
            place = (one.topic, one.partition)
            # What was sent twice and written once has no offset.
            if 0 <= one.offset < self._ends.get(place, 0):
                raise LogRewound(f"{one.topic}/{one.partition} goes on before its end")
            self._ends[place] = one.offset + 1

    def abort_open(self, topic: str, partitions: Iterable[int]) -> None:
        """Write the end that an open transaction of ours lacks: what it holds counts as aborted.

        A broker killed just after a commit was acknowledged can lose that commit's marker (seen in 4 of 28 kills
        placed there); no later `init_transactions` writes it.
        """
        self._producer.begin_transaction()
        for partition in partitions:
            self._producer.send(topic, value=b"", key=b"", partition=partition)
        self._producer.flush(timeout=DELIVERY_TIMEOUT_MS / 1000)
        self._producer.abort_transaction()

    def close(self) -> None:
        """Drop what is unfinished: the next `init_transactions` aborts it."""
        # Alone, close() flushes first, and where that fails leaves its thread behind, sending.
        self._producer._sender.force_close()  # noqa: SLF001 -- There is no other way to drop what is unsent.
        with suppress(KafkaTimeoutError):
            self._producer.close(timeout=CLOSE_SECONDS)


class Member:
    """A group member whose assignments start paused: the caller claims, seeks and resumes in its own thread."""

    def __init__(self, consumer: Any, topics: Sequence[str]) -> None:
        self._consumer = consumer
        self._listener = _Paused(consumer)
        consumer.subscribe(topics=list(topics), listener=self._listener)

    def poll(self, timeout_ms: int) -> dict[tuple[str, int], list[Message]]:
        """The next records of the partitions that were resumed, in order by (topic, partition)."""
        self._go_on_joining()
        batch = self._consumer.poll(timeout_ms=timeout_ms)
        return {(place.topic, place.partition): records for place, records in batch.items()}

    def _go_on_joining(self) -> None:
        """Remind the client that it is joining.

        A poll that ends after the leader assigned partitions and before the group said so makes it forget that: it
        stays out of the group without a word, and follows nothing for ever (kafka-python 3.0.12, seen after
        restarts of PostgreSQL on a busy machine).
        """
        coordinator = self._consumer._coordinator  # noqa: SLF001 -- There is no other way to know or to say it.
        if coordinator.rejoining:
            coordinator.request_rejoin()

    def changes(self) -> tuple[set[tuple[str, int]], set[tuple[str, int]]]:
        """What was assigned and what was taken away since the last call, as (topic, partition)."""
        fresh, gone = self._listener.fresh, self._listener.gone
        self._listener.fresh, self._listener.gone = set(), set()
        return fresh, gone

    def start(self, topic: str, partition: int, offset: int) -> None:
        """Read a claimed partition from an offset on; from 0 is from where it begins."""
        place = TopicPartition(topic, partition)
        if offset:
            self._consumer.seek(place, offset)
        else:
            # Where its first records were deleted there is no offset 0, and what is missing shows in what comes first.
            self._consumer.seek_to_beginning(place)
        self._consumer.resume(place)

    def stop(self, topic: str, partition: int) -> None:
        """Read no further in one partition."""
        self._consumer.pause(TopicPartition(topic, partition))

    def position(self, topic: str, partition: int) -> int:
        """The offset that the next poll reads from."""
        offset: int = self._consumer.position(TopicPartition(topic, partition))
        return offset

    def close(self) -> None:
        """Leave the group."""
        self._consumer.close(autocommit=False)


class _Paused(ConsumerRebalanceListener):  # type: ignore[misc]  # The client has no types.
    """Runs inside poll(): it only notes, seeks and pauses, because any I/O here stops the heartbeats."""

    def __init__(self, consumer: Any) -> None:
        self._consumer = consumer
        self.fresh: set[tuple[str, int]] = set()
        self.gone: set[tuple[str, int]] = set()

    def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        for place in revoked:
            self.gone.add((place.topic, place.partition))
            self.fresh.discard((place.topic, place.partition))

    def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        for place in assigned:
            self._consumer.seek(place, 0)
            self._consumer.pause(place)
            self.fresh.add((place.topic, place.partition))

    def on_partitions_lost(self, lost: Iterable[TopicPartition]) -> None:
        self.on_partitions_revoked(lost)


def _check(admin: Any, name: str, partitions: int, wanted: Mapping[str, str]) -> None:
    found = _described(admin, name).partitions
    if found != partitions:
        raise LogRefused(f"{name} has {found} partitions, not {partitions}")
    resource = ConfigResource(ConfigResourceType.TOPIC, name)
    policy = admin.describe_configs([resource], config_filter="all")["topic"][name]
    for setting, value in wanted.items():
        if policy[setting]["value"] != value:
            raise LogRefused(f"{name} has {setting}={policy[setting]['value']}, not {value}")


def _described(admin: Any, name: str) -> Topic:
    found = admin.describe_topics([name])
    if not found or found[0].get("error_code"):
        raise TopicMissing(f"topic {name} does not exist: run `aftercare topics`")
    partitions = found[0]["partitions"]
    return Topic(name, UUID(str(found[0]["topic_id"])), len(partitions), len(partitions[0]["replica_nodes"]))
