"""A journal in memory that keeps every promise of the real one, for tests of what stands on journals."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import RLock
from uuid import UUID

import orjson

from libs.events.journal import READ_BATCH_MAX, AlreadyDone, Head, StreamMoved
from libs.events.partitions import PARTITIONS
from libs.events.record import Draft, Record, first_link, next_link


class MemoryTransaction:
    """A transaction: what it appended is seen by others when it ends well."""

    connection = None

    def __init__(self, journal: "MemoryJournal") -> None:
        self._journal = journal
        self.records: list[Record] = []

    def append(self, drafts: Sequence[Draft]) -> list[Record]:
        """As the protocol says."""
        fresh: list[Record] = []
        for draft in drafts:
            known = [*self._journal.records, *self.records, *fresh]
            if any(r.stream == draft.stream and r.version == draft.version for r in known):
                raise StreamMoved
            if any(r.command_id == draft.command_id and r.cloud["commandindex"] == draft.command_index for r in known):
                raise AlreadyDone
            fresh.append(self._record(draft, known))
        self.records += fresh
        return fresh

    def _record(self, draft: Draft, known: Sequence[Record]) -> Record:
        head = next((r for r in reversed(known) if r.partition == draft.partition), None)
        sequence = head.sequence + 1 if head else 1
        at = self._journal.now()
        if head is not None:
            at = max(at, head.recorded_at + timedelta(microseconds=1))
        previous = head.chain if head else first_link(self._journal.service, draft.partition)
        chain = next_link(previous, sequence, at, draft.body)
        return Record(self._journal.service, draft.partition, sequence, at, chain, draft.body, orjson.loads(draft.body))


class MemoryJournal:
    """The journal of a service in this process; transactions run one after the other."""

    def __init__(self, service: str) -> None:
        self.service = service
        self.records: list[Record] = []
        self._lock = RLock()

    def now(self) -> datetime:
        """The time of the next append."""
        return datetime.now(UTC)

    @contextmanager
    def transaction(self) -> Iterator[MemoryTransaction]:
        """As the protocol says."""
        with self._lock:
            transaction = MemoryTransaction(self)
            yield transaction
            self.records += transaction.records

    def streams(self, streams: Collection[str]) -> dict[str, list[Record]]:
        """As the protocol says."""
        with self._lock:
            return {stream: [r for r in self.records if r.stream == stream] for stream in streams}

    def commands(self, command_ids: Collection[UUID]) -> dict[UUID, list[Record]]:
        """As the protocol says."""
        with self._lock:
            found = {c: [r for r in self.records if r.command_id == c] for c in command_ids}
        return {command_id: records for command_id, records in found.items() if records}

    def after(self, partition: int, sequence: int, limit: int = READ_BATCH_MAX) -> list[Record]:
        """As the protocol says."""
        with self._lock:
            return [r for r in self.records if r.partition == partition and r.sequence > sequence][:limit]

    def heads(self) -> list[Head]:
        """As the protocol says."""
        return [self._head(partition) for partition in range(PARTITIONS)]

    def _head(self, partition: int) -> Head:
        last = next((r for r in reversed(self.records) if r.partition == partition), None)
        if last is None:
            return Head(partition, 0, first_link(self.service, partition), None)
        return Head(partition, last.sequence, last.chain, last.recorded_at)
