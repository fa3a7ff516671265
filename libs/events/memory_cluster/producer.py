"""A transactional producer of the cluster in memory: what `Publisher` uses of kafka-python's."""

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from libs.events.kafka.client import KafkaTimeoutError, LogError, TopicPartition
from libs.events.kafka.pinned import BLOCK_MS_MAX
from libs.events.memory_cluster.broker import MemoryBroker


@dataclass(eq=False)
class Future:
    """What becomes of one record; nobody knows before a flush."""

    value: Any = None
    exception: BaseException | None = None
    is_done: bool = False

    def succeeded(self) -> bool:
        """Whether it was written, and we were told."""
        return self.is_done and self.exception is None


class MemoryProducer:
    """Records reach the broker one by one as they are sent, as the client's thread may send them."""

    def __init__(self, broker: MemoryBroker, transactional_id: str, timeout_seconds: float) -> None:
        self._broker = broker
        self._hooks = broker.hooks
        self._id = transactional_id
        self._timeout = timeout_seconds
        self._epoch = 0
        self._is_open = False
        self._sent: list[Future] = []
        self._failure: LogError | None = None
        self._sender = SimpleNamespace(force_close=lambda: None)

    def init_transactions(self) -> None:
        """Fence whoever came before, and abort what they left open."""
        self._hooks.step("init")
        self._epoch = self._broker.fence(self._id, self._timeout)
        self._hooks.step("initialised")

    def begin_transaction(self) -> None:
        """The broker knows nothing of it before the first record."""
        self._refuse_failed()
        if self._is_open:
            raise LogError(f"{self._id} is in a transaction")
        self._is_open, self._sent = True, []

    def send(
        self, topic: str, *, value: bytes | None, key: bytes | None, partition: int, headers: Any = None
    ) -> Future:
        """Write one record."""
        self._refuse_failed()
        if not self._is_open:
            raise LogError(f"{self._id} is in no transaction")
        self._hooks.step("send")
        known = self._broker.places({topic})
        if not known:
            self._hooks.rest(BLOCK_MS_MAX / 1000)
            raise KafkaTimeoutError(f"{topic} is not there")
        place = TopicPartition(topic, partition)
        if place not in known:
            raise ValueError(f"{topic} has no partition {partition}")
        self._sent.append(self._written(place, key, value, tuple(headers or ())))
        return self._sent[-1]

    def _written(self, place: TopicPartition, *record: Any) -> Future:
        # A record that expires fails no transaction: the client commits what is left of it.
        if self._hooks.chance("send.expires"):
            return Future(exception=KafkaTimeoutError("the record expired"))
        try:
            offset = self._broker.write(self._id, self._epoch, place, *record)
        except LogError as failure:
            self._failure = failure
            return Future(exception=failure)
        if self._hooks.chance("send.lost-answer"):
            return Future(exception=KafkaTimeoutError("the record was written, and nobody said so"))
        return Future(SimpleNamespace(topic=place.topic, partition=place.partition, offset=offset))

    def flush(self, timeout: float | None = None) -> None:  # noqa: ARG002 -- The client's.
        """Whatever failed, only the futures tell."""
        self._hooks.step("flush")
        for future in self._sent:
            future.is_done = True
        self._hooks.step("flushed")

    def commit_transaction(self) -> None:
        """All of it is there for readers, or none."""
        self._refuse_failed()
        self._hooks.step("commit")
        if self._sent and self._hooks.chance("commit.lost-request"):
            raise KafkaTimeoutError("the commit never arrived")
        self._end(committed=True)
        self._hooks.step("committed")
        if self._sent and self._hooks.chance("commit.lost-answer"):
            raise KafkaTimeoutError("no answer to the commit")

    def abort_transaction(self) -> None:
        """None of it is there."""
        self._refuse_failed()
        self._hooks.step("abort")
        self._end(committed=False)
        self._hooks.step("aborted")

    def close(self, timeout: float | None = None) -> None:
        """What was open stays so until its id is fenced, or it expires."""

    def _end(self, *, committed: bool) -> None:
        self._is_open = False
        # The client asks the broker for nothing where nothing was sent: then a fenced one does not learn of it.
        if not self._sent:
            return
        try:
            self._broker.end(self._id, self._epoch, committed=committed)
        except LogError as failure:
            self._failure = failure
            raise

    def _refuse_failed(self) -> None:
        if self._failure is not None:
            raise LogError(f"{self._id} failed before: {self._failure!r}")
