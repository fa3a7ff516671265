"""A member of a consumer group that reads nothing before it was claimed."""

from collections.abc import Iterable, Sequence
from typing import Any

from kafka import ConsumerRebalanceListener, TopicPartition

from libs.events.kafka.client import Message


class Member:
    """A group member whose assignments start paused: the caller claims, seeks and resumes in its own thread."""

    def __init__(self, consumer: Any, topics: Sequence[str]) -> None:
        self._consumer = consumer
        self._listener = Paused(consumer)
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


class Paused(ConsumerRebalanceListener):  # type: ignore[misc]  # The client has no types.
    """Runs inside poll(): it only notes, seeks and pauses, because any I/O here stops the heartbeats."""

    def __init__(self, consumer: Any) -> None:
        self._consumer = consumer
        self.fresh: set[tuple[str, int]] = set()
        self.gone: set[tuple[str, int]] = set()

    def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """Note what is ours no more."""
        for place in revoked:
            self.gone.add((place.topic, place.partition))
            self.fresh.discard((place.topic, place.partition))

    def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """Note what became ours, paused at its start."""
        for place in assigned:
            self._consumer.seek(place, 0)
            self._consumer.pause(place)
            self.fresh.add((place.topic, place.partition))

    def on_partitions_lost(self, lost: Iterable[TopicPartition]) -> None:
        """Note what others took while this member was away."""
        self.on_partitions_revoked(lost)
