"""A service's database in memory that keeps every promise of the real one, for tests and simulation."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from threading import RLock, current_thread
from typing import Any, Protocol
from uuid import UUID

import orjson
from sqlalchemy.exc import OperationalError

from libs.events.journal import EVERYTHING, READ_BATCH_MAX, AlreadyDone, Head, JournalUnverified, StreamMoved
from libs.events.partitions import PARTITIONS
from libs.events.record import Draft, Record, first_link, next_link

_GONE = object()


class Turns(Protocol):
    """Who may go on, and what time it is: a scheduler that runs one thread at a time stands behind it."""

    def step(self, what: str) -> None:
        """A boundary: others may run before this returns, and the caller's process may die here."""

    def wait(self, what: str, until: Callable[[], bool]) -> None:
        """Let others run until something holds."""

    def now(self) -> datetime:
        """The database's clock."""


class Unscheduled:
    """Threads as the machine runs them; transactions run one after the other."""

    def step(self, what: str) -> None:
        """Nobody waits here."""

    def wait(self, what: str, until: Callable[[], bool]) -> None:
        """Nothing is held here."""

    def now(self) -> datetime:
        """The machine's clock."""
        return datetime.now(UTC)


class MemoryDatabase:
    """Spaces of keys and values.

    A transaction reads what is committed and what it wrote itself; it keeps its locks to its end, and what it wrote is
    seen by others then.
    """

    def __init__(self, service: str, turns: Turns | None = None) -> None:
        self.service = service
        self.turns = turns or Unscheduled()
        self.committed: dict[str, dict[Any, Any]] = defaultdict(dict)
        self.locks: dict[tuple[str, Any], MemoryTransaction] = {}
        self.open: dict[MemoryTransaction, None] = {}
        # Whose session holds the lock of the one relay.
        self.leader: object | None = None
        # Which database this is: another after a restore or a failover.
        self.identity = 1
        self._alone = RLock() if turns is None else nullcontext()

    @contextmanager
    def begin(self) -> Iterator["MemoryTransaction"]:
        """Commit on leaving, roll back on an exception."""
        with self._alone:
            self.turns.step("begin")
            transaction = MemoryTransaction(self)
            try:
                yield transaction
                transaction.commit()
            finally:
                transaction.end()

    def cut(self) -> None:
        """End every open transaction from the server's side, as a restart does."""
        for transaction in list(self.open):
            transaction.end()
        self.leader = None

    def snapshot(self) -> dict[str, dict[Any, Any]]:
        """A backup of all that is committed."""
        return {space: dict(values) for space, values in self.committed.items()}

    def restore(self, backup: dict[str, dict[Any, Any]]) -> None:
        """Put a backup in place of everything; it is another database then."""
        self.cut()
        self.committed = defaultdict(dict, {space: dict(values) for space, values in backup.items()})
        self.identity += 1


class MemoryTransaction:
    """One transaction."""

    connection = None

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database
        self._written: dict[str, dict[Any, Any]] = defaultdict(dict)
        self._ended = False
        # Whose session it is.
        self.owner = current_thread()
        database.open[self] = None

    def get(self, space: str, key: Any) -> Any:
        """The value of a key, or None."""
        self._alive()
        if key in self._written[space]:
            value = self._written[space][key]
            return None if value is _GONE else value
        return self.database.committed[space].get(key)

    def scan(self, space: str) -> dict[Any, Any]:
        """Every key and value of a space."""
        self._alive()
        found = self.database.committed[space] | self._written[space]
        return {key: value for key, value in found.items() if value is not _GONE}

    def put(self, space: str, key: Any, value: Any) -> None:
        """Write a value."""
        self._alive()
        self._written[space][key] = value

    def delete(self, space: str, key: Any) -> None:
        """Remove a key."""
        self.put(space, key, _GONE)

    def lock(self, space: str, key: Any) -> None:
        """Wait until nobody else holds it, and hold it until the end."""
        locks = self.database.locks
        self.database.turns.wait(f"lock {space}", lambda: self._ended or locks.get((space, key)) in (None, self))
        self._alive()
        locks[space, key] = self

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """A savepoint: what is written within is undone by an exception."""
        before = {space: dict(values) for space, values in self._written.items()}
        try:
            yield
        except Exception:
            self._written = defaultdict(dict, before)
            raise

    def append(self, drafts: Sequence[Draft]) -> list[Record]:
        """As the journal's protocol says."""
        self.database.turns.step("append")
        if drafts and self.get("identity", "verified") not in (None, self.database.identity):
            raise JournalUnverified
        for partition in sorted({draft.partition for draft in drafts}):
            self.lock("head", partition)
        return [self._append(draft) for draft in drafts]

    def _append(self, draft: Draft) -> Record:
        if self.get("stream", (draft.stream, draft.version)) is not None:
            raise StreamMoved
        if self.get("command", (draft.command_id, draft.command_index)) is not None:
            raise AlreadyDone
        head = head_of(self, draft.partition)
        at = self.recorded_at(head)
        sequence, chain = head.sequence + 1, next_link(head.chain, head.sequence + 1, at, draft.body)
        cloud = orjson.loads(draft.body)
        record = Record(self.database.service, draft.partition, sequence, at, chain, draft.body, cloud)
        self._keep(record)
        return record

    def put_back(self, record: Record) -> None:
        """Append an event as it was recorded before."""
        self.lock("head", record.partition)
        if record.sequence != head_of(self, record.partition).sequence + 1:
            raise ValueError(f"{record.position} does not follow")
        self._keep(record)

    def _keep(self, record: Record) -> None:
        at = record.recorded_at
        self.put("head", record.partition, Head(record.partition, record.sequence, record.chain, at))
        self.put("journal", (record.partition, record.sequence), record)
        self.put("stream", (record.stream, record.version), record)
        self.put("command", (record.command_id, record.cloud["commandindex"]), record)

    def recorded_at(self, head: Head) -> datetime:
        """The time of the next event of a partition, after the one before it."""
        now = self.database.turns.now()
        return now if head.recorded_at is None else max(now, head.recorded_at + timedelta(microseconds=1))

    def commit(self) -> None:
        """Make it seen, whole."""
        self.database.turns.step("commit")
        self._alive()
        for space, values in self._written.items():
            kept = self.database.committed[space]
            for key, value in values.items():
                if value is _GONE:
                    kept.pop(key, None)
                else:
                    kept[key] = value
        self.end()
        self.database.turns.step("committed")

    def end(self) -> None:
        """Let go of every lock, and of what was not committed."""
        self._ended = True
        self.database.open.pop(self, None)
        for held in [held for held, owner in self.database.locks.items() if owner is self]:
            del self.database.locks[held]

    def _alive(self) -> None:
        if self._ended:
            raise OperationalError("a statement", None, Exception("the server ended the session"))


def head_of(transaction: MemoryTransaction, partition: int) -> Head:
    """The end of a partition as a transaction sees it."""
    found: Head | None = transaction.get("head", partition)
    return found or Head(partition, 0, first_link(transaction.database.service, partition), None)


class MemoryJournal:
    """The journal of a service's database in memory."""

    def __init__(self, service: str, database: MemoryDatabase | None = None) -> None:
        self.service = service
        self.database = database or MemoryDatabase(service)

    @contextmanager
    def transaction(self) -> Iterator[MemoryTransaction]:
        """As the protocol says."""
        with self.database.begin() as transaction:
            yield transaction

    @property
    def records(self) -> list[Record]:
        """Everything, in the order of appending."""
        return list(self.database.committed["journal"].values())

    def streams(self, streams: Collection[str], since: Mapping[str, int] = EVERYTHING) -> dict[str, list[Record]]:
        """As the protocol says."""
        self.database.turns.step("read")
        return {stream: self._run("stream", stream, since.get(stream, 1)) for stream in streams}

    def commands(self, command_ids: Collection[UUID]) -> dict[UUID, list[Record]]:
        """As the protocol says."""
        self.database.turns.step("read")
        found = {one: self._run("command", one, 0) for one in command_ids}
        return {command_id: records for command_id, records in found.items() if records}

    def after(self, partition: int, sequence: int, limit: int = READ_BATCH_MAX) -> list[Record]:
        """As the protocol says."""
        return self.behind({partition: sequence}, limit)

    def behind(self, published: Mapping[int, int], limit: int = READ_BATCH_MAX) -> list[Record]:
        """The next events after what was published of each partition, by partition and sequence, in one read."""
        self.database.turns.step("read")
        return [one for p, sequence in published.items() for one in self._run("journal", p, sequence + 1)][:limit]

    def heads(self) -> list[Head]:
        """As the protocol says."""
        with self.database.begin() as transaction:
            return [head_of(transaction, partition) for partition in range(PARTITIONS)]

    def _run(self, space: str, of: Any, first: int) -> list[Record]:
        """The records of one stream, command or partition from a number on, until there is none."""
        kept, found = self.database.committed[space], list[Record]()
        while (record := kept.get((of, first + len(found)))) is not None:
            found.append(record)
        return found
