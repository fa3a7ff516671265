"""The relay: publishes the journal to Kafka, in order, once; the journal is the outbox and the log the checkpoint."""

import logging
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from threading import Event as Stop
from threading import Timer
from time import monotonic

import psycopg
from sqlalchemy.exc import DBAPIError

from libs.events.crash import crash_point
from libs.events.journal import JournalUnverified
from libs.events.kafka import (
    Horizon,
    Log,
    LogError,
    LogRefused,
    Message,
    Publisher,
    Unsettled,
    events_topic,
    marks_topic,
)
from libs.events.marks import KEY, MARK_SECONDS, Mark
from libs.events.outbox import Leadership, NotTrusted, Outbox
from libs.events.partitions import PARTITIONS
from libs.events.record import NotARecord, Position, Record, Written, chained, first_link, from_value, to_value
from libs.events.telemetry import span

BATCH_MAX = 2_000
BUSY_SECONDS = 0.02
IDLE_SECONDS = 0.1
IDLE_AFTER_SECONDS = 1.0
BACKOFF_SECONDS_MAX = 5.0
LEADER_SECONDS = 1.0
STUCK_SECONDS_MAX = 60
SETTLE_SECONDS = 5.0
_log = logging.getLogger(__name__)


class LogDiffers(LogRefused):
    """Journal and log disagree: nothing is appended or published until somebody restores one from the other."""


class Relay:
    """Publishes one service's journal. `run` returns when `stop` is set, and raises when it must not go on."""

    def __init__(self, outbox: Outbox, log: Log, clock: Callable[[], float] = monotonic) -> None:
        self._outbox = outbox
        self._log = log
        self._clock = clock
        self._service = outbox.journal.service
        self.published: dict[int, int] = {}
        self._chains: dict[int, bytes] = {}
        # What follows the batch that is under way.
        self._ahead: Sequence[Written] = []
        self._mark: Mark | None = None
        self._mark_due = 0.0

    def run(self, stop: Stop) -> None:
        """Lead when the lock is free, publish, and begin anew after any failure of Kafka or the database."""
        backoff = BUSY_SECONDS
        while not stop.is_set():
            try:
                self._lead(stop)
                backoff = BUSY_SECONDS
            except (LogError, NotTrusted, JournalUnverified, DBAPIError, psycopg.Error) as error:
                _log.warning("relay of %s begins anew after %s", self._service, type(error).__name__)
                stop.wait(backoff)
                backoff = min(backoff * 2, BACKOFF_SECONDS_MAX)

    def _lead(self, stop: Stop) -> None:
        with self._outbox.leadership() as leadership:
            while not leadership.taken():
                if stop.wait(LEADER_SECONDS):
                    return
            self._log.check_topics(self._service)
            publisher = self._log.publisher(f"relay.{self._service}")
            try:
                self.settle(stop, publisher)
                topic = events_topic(self._service)
                # Before the tails are read: nothing may come between that hides that they are another topic's.
                publisher.go_on_from(topic, self._log.ends(topic))
                self.verify()
                with self._log.horizon(topic) as horizon:
                    lookout = _Lookout(horizon, partial(publisher.ends, topic), self._clock)
                    self._publish_until(stop, leadership, publisher, lookout)
            finally:
                publisher.close()

    def settle(self, stop: Stop, publisher: Publisher) -> None:
        """Wait for open transactions to end, and end those that nobody will: the journal publishes them again."""
        topic = events_topic(self._service)
        deadline = self._clock() + SETTLE_SECONDS
        while (stuck := self._log.unsettled(topic)) and not stop.wait(BUSY_SECONDS):
            if self._clock() > deadline:
                _log.warning("relay of %s ends a transaction left open in %d partitions", self._service, len(stuck))
                publisher.abort_open(topic, stuck)
                deadline = self._clock() + SETTLE_SECONDS

    def verify(self) -> None:
        """Compare the log's tails with the journal; only then may this database be appended to.

        `LogDiffers` when the log is ahead of the journal or chained otherwise, or is empty though it was published
        to. A log that is merely shorter than what was published is filled up again from the journal; what is no
        record of ours is passed over.
        """
        topic = events_topic(self._service)
        found = self._log.tails(topic, lambda message: record_of(self._service, message) is not None)
        tails = {p: record for p, tail in found.items() if (record := record_of(self._service, tail)) is not None}
        try:
            self._compare(tails)
        except LogDiffers:
            self._outbox.distrust()
            raise
        for partition, offset in self._log.begins(topic).items():
            if offset:
                _log.error("%s/%s begins at offset %s: what lay before it was deleted", topic, partition, offset)
        self._outbox.trust()
        if tails:
            self._outbox.hint({partition: tail.sequence for partition, tail in tails.items()})
        everywhere = range(PARTITIONS)
        self.published = {p: tails[p].sequence if p in tails else 0 for p in everywhere}
        self._chains = {p: tails[p].chain if p in tails else first_link(self._service, p) for p in everywhere}

    def _compare(self, tails: Mapping[int, Record]) -> None:
        hints = self._outbox.hints()
        if not tails and any(hints.values()) and self._is_bare():
            raise LogDiffers(
                f"{events_topic(self._service)} is empty, and was published to before: see `aftercare log restore`"
            )
        for partition, hint in hints.items():
            if hint > (tails[partition].sequence if partition in tails else 0):
                _log.warning("%s/%s is shorter than was published: filling it up", self._service, partition)
        for partition, tail in tails.items():
            ours = self._outbox.journal.after(partition, tail.sequence - 1, 1)
            if not ours:
                raise LogDiffers(
                    f"{tail.position} is in the log and not in the journal: import the missing tail, see"
                    " `aftercare journal restore`"
                )
            if ours[0].chain != tail.chain:
                raise LogDiffers(f"{tail.position} is chained otherwise in the log than in the journal")

    def _is_bare(self) -> bool:
        """Whether the log holds no offset at all: what was aborted, or lost its markers, has some."""
        topic = events_topic(self._service)
        begins = self._log.begins(topic)
        return all(end <= begins[partition] for partition, end in self._log.ends(topic, committed=False).items())

    def _publish_until(self, stop: Stop, leadership: Leadership, publisher: Publisher, lookout: "_Lookout") -> None:
        self._ahead = []
        busy_until = 0.0
        checked = self._clock()
        while not stop.is_set():
            if self._clock() - checked > LEADER_SECONDS:
                leadership.check()
                checked = self._clock()
            lookout.look()
            self._take_mark()
            records = self._ahead or self._outbox.behind(self.published, BATCH_MAX)
            if self._publish(publisher, records):
                busy_until = self._clock() + IDLE_AFTER_SECONDS
            if len(records) < BATCH_MAX:
                stop.wait(BUSY_SECONDS if self._clock() < busy_until else IDLE_SECONDS)

    def _take_mark(self) -> None:
        if self._mark is None and (self._clock() >= self._mark_due or self._outbox.mark_requested()):
            self._mark = self._outbox.take_mark()
            self._mark_due = self._clock() + MARK_SECONDS

    def _publish(self, publisher: Publisher, records: Sequence[Written]) -> bool:
        reached, chains = self._reached(records)
        mark = self._mark if self._mark and all(reached[p] >= s for p, s in enumerate(self._mark.sequences)) else None
        topic = events_topic(self._service)
        messages = [(topic, record.partition, record.subject, to_value(record)) for record in records]
        if mark is not None:
            messages.append((marks_topic(self._service), 0, KEY, mark.to_value()))
        if not messages:
            return False
        links = (record.read(self._service).cloud.get("traceparent") for record in records)
        attributes = {"messaging.system": "kafka", "messaging.destination.name": topic}
        with span(f"send {topic}", attributes, kind="producer", links=links), _unstuck():
            crash_point("relay.before-commit")
            publisher.publish(messages, partial(self._read_on, reached, more=len(records) >= BATCH_MAX))
            crash_point("relay.after-commit")
        self._chains = chains
        self._advance(reached, mark)
        return bool(records)

    def _read_on(self, reached: Mapping[int, int], *, more: bool) -> None:
        self._ahead = self._outbox.behind(reached, BATCH_MAX) if more else []

    def _reached(self, records: Sequence[Written]) -> tuple[dict[int, int], dict[int, bytes]]:
        """How far each partition is published with these, and its chain there; `LogDiffers` where one does not fit."""
        reached, chains = dict(self.published), dict(self._chains)
        for record in records:
            partition = record.partition
            if record.sequence != reached[partition] + 1:
                raise LogDiffers(f"the journal has no {self._service}/{partition}/{reached[partition] + 1}")
            # The first of a partition is enough: the journal itself chains what comes after it.
            if reached[partition] == self.published[partition] and chained(chains[partition], [record]):
                at = Position(self._service, partition, record.sequence)
                raise LogDiffers(f"{at} does not follow from what was published before it")
            reached[partition], chains[partition] = record.sequence, record.chain
        return reached, chains

    def _advance(self, reached: dict[int, int], mark: Mark | None) -> None:
        moved = {partition: s for partition, s in reached.items() if s != self.published[partition]}
        self.published = reached
        if mark is not None:
            self._mark = None
        if moved:
            self._outbox.hint(moved)


class _Lookout:
    """Looks out for a commit whose marker a dying broker lost: a publisher that outlived the broker does not notice.

    Its events stay hidden until something else is published to their partition, which may be never.
    """

    def __init__(self, horizon: Horizon, reached: Callable[[], Mapping[int, int]], clock: Callable[[], float]) -> None:
        self._horizon = horizon
        self._reached = reached
        self._clock = clock
        self._hidden: Mapping[int, int] = {}
        self._due = clock()

    def look(self) -> None:
        """Now and then: `Unsettled` when the same transaction hides the end of a partition as the last time.

        `LogRewound` when a partition ends before it did then, or before what was published since: somebody made the
        topic anew, or cut it.
        """
        if self._clock() < self._due:
            return
        hidden = self._horizon.hidden(self._reached())
        if stuck := hidden.items() & self._hidden.items():
            raise Unsettled(f"{len(stuck)} partitions end in a transaction that was committed")
        self._hidden, self._due = hidden, self._clock() + SETTLE_SECONDS


class _unstuck:  # noqa: N801 -- Reads as a word at its call site.
    """Ends the process when a publish hangs: commit_transaction() waits without any timeout."""

    def __enter__(self) -> None:
        self._timer = Timer(STUCK_SECONDS_MAX, os._exit, [70])
        self._timer.daemon = True
        self._timer.start()

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()


def record_of(service: str, message: Message) -> Record | None:
    """The record of a service in a message of its topic; any other bytes are strays, and mean nothing."""
    with suppress(NotARecord):
        record = from_value(message.partition, message.value or b"")
        return record if record.source == service else None
    return None
