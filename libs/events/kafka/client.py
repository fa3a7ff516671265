"""What of the client is used: the failures that callers may meet, and its records; all else stays in this folder."""

from typing import Protocol

from kafka import TopicPartition as TopicPartition
from kafka.errors import KafkaError, LogTruncationError

# Doubles of the client raise what it raises.
from kafka.errors import KafkaTimeoutError as KafkaTimeoutError
from kafka.errors import MessageSizeTooLargeError as MessageSizeTooLargeError
from kafka.errors import OffsetOutOfRangeError as OffsetOutOfRangeError
from kafka.errors import ProducerFencedError as ProducerFencedError
from kafka.errors import TopicAlreadyExistsError as TopicAlreadyExistsError
from kafka.errors import UnknownTopicOrPartitionError as UnknownTopicOrPartitionError

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
