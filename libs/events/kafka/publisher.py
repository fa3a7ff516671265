"""A transactional producer, with what it is silent about made loud."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any

from kafka.errors import KafkaError, KafkaTimeoutError

from libs.events.kafka import pinned
from libs.events.kafka.client import LogRewound
from libs.events.kafka.topics import content_type

CLOSE_SECONDS = 1


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

    def ends(self, topic: str) -> dict[int, int]:
        """Where each partition ended after what was last written there, as far as this publisher knows."""
        return {partition: end for (of, partition), end in self._ends.items() if of == topic}

    def publish(
        self, messages: Iterable[tuple[str, int, str, bytes]], meanwhile: Callable[[], object] = lambda: None
    ) -> None:
        """Send (topic, partition, key, value) in order as one transaction; KafkaError when any of it failed.

        `meanwhile` is called while they are under way. `LogRewound` where a partition lost its end since the last time.
        """
        self._producer.begin_transaction()
        futures = [
            self._producer.send(topic, value=value, key=key.encode(), partition=partition, headers=_headers(topic))
            for topic, partition, key, value in messages
        ]
        meanwhile()
        self._producer.flush(timeout=pinned.DELIVERY_TIMEOUT_MS / 1000)
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
        self._producer.flush(timeout=pinned.DELIVERY_TIMEOUT_MS / 1000)
        self._producer.abort_transaction()

    def close(self) -> None:
        """Drop what is unfinished: the next `init_transactions` aborts it."""
        # Alone, close() flushes first, and where that fails leaves its thread behind, sending.
        self._producer._sender.force_close()  # noqa: SLF001 -- There is no other way to drop what is unsent.
        with suppress(KafkaTimeoutError):
            self._producer.close(timeout=CLOSE_SECONDS)


def _headers(topic: str) -> list[tuple[str, bytes]]:
    return [("content-type", content_type(topic).encode())]
