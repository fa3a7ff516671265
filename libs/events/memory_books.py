"""The books of a service's database in memory: tables as dictionaries, with every promise of the real ones."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection

from libs.events.checkpoints import Checkpoint, Place, refuse_moved
from libs.events.digest import Digest, Subjects
from libs.events.marks import Mark
from libs.events.memory import MemoryDatabase, MemoryTransaction
from libs.events.parked import Dropped, Line, Parked
from libs.events.projection import Projection
from libs.events.record import Position, Record, first_link
from libs.events.rows import Changed, Stored
from libs.events.upkeep import drops


class Kept(NamedTuple):
    """One version of a row, the event that made it, and until when it was known; None for as yet."""

    row: Any
    record: Record
    known_to: datetime | None = None


@dataclass(frozen=True)
class MemoryBooks:
    """One transaction on the books; a table is a space of keys, each with the versions of its row."""

    transaction: MemoryTransaction

    @property
    def connection(self) -> Connection:
        """There is none: who needs SQL cannot do without PostgreSQL."""
        raise NotImplementedError("books in memory have no connection")

    def see_everything(self) -> None:
        """There are no walls here."""

    def attempt(self) -> AbstractContextManager[None]:
        """As the protocol says."""
        return self.transaction.attempt()

    def claim(self, place: Place, topic_id: UUID) -> Checkpoint:
        """As the protocol says."""
        self.transaction.lock("checkpoint", place)
        known: Checkpoint | None = self.transaction.get("checkpoint", place)
        before = known or Checkpoint(0, 0, first_link(*place), 0, 0, topic_id)
        offset = before.next_offset if before.topic_id == topic_id else 0
        claimed = replace(before, next_offset=offset, epoch=before.epoch + 1, topic_id=topic_id)
        self.transaction.put("checkpoint", place, claimed)
        return claimed

    def hold(self, held: Mapping[Place, Checkpoint]) -> None:
        """As the protocol says."""
        self.transaction.database.turns.step("hold")
        for place in sorted(held):
            self.transaction.lock("checkpoint", place)
        found = {place: one for place in held if (one := self.transaction.get("checkpoint", place)) is not None}
        refuse_moved({place: (one.epoch, one.sequence, one.reacted) for place, one in found.items()}, held)

    def advance(self, reached: Mapping[Place, Checkpoint]) -> None:
        """As the protocol says."""
        self.transaction.database.turns.step("advance")
        for place, checkpoint in reached.items():
            now: Checkpoint = self.transaction.get("checkpoint", place)
            moved = replace(checkpoint, epoch=now.epoch, topic_id=now.topic_id)
            self.transaction.put("checkpoint", place, moved)

    def live(self) -> Mapping[str, str]:
        """As the protocol says; a projection whose table nobody made has its own name for one."""
        return _Pointers(self.transaction.scan("pointer"))

    def load(self, _projection: Projection[Any], table: str, keys: Sequence[Any]) -> dict[Any, Stored]:
        """As the protocol says."""
        self.transaction.database.turns.step("load")
        found = {key: kept[-1] for key in keys if (kept := self.transaction.get(table, key))}
        return {
            key: (one.row, (one.record.source, one.record.subject))
            for key, one in found.items()
            if one.known_to is None
        }

    def write(self, projection: Projection[Any], table: str, _stored: Collection[Any], changed: Changed) -> None:
        """As the protocol says."""
        self.transaction.database.turns.step("write")
        for key, versions in changed.items():
            before: tuple[Kept, ...] = self.transaction.get(table, key) or ()
            if before and before[-1].known_to is None:
                before = (*before[:-1], before[-1]._replace(known_to=versions[0].record.recorded_at))
            after = [Kept(one.row, one.record, one.known_to) for one in versions if one.row is not None]
            kept = (*before, *after) if projection.history else after[-1:] if versions[-1].row is not None else ()
            if kept:
                self.transaction.put(table, key, tuple(kept))
            else:
                self.transaction.delete(table, key)

    def digest(self, _projection: Projection[Any], table: str, without: Subjects = frozenset()) -> Digest:
        """How many rows a table has, and a sum over them."""
        rows = [
            (str(key), one.row, str(one.record.position), one.known_to)
            for key, kept in self.transaction.scan(table).items()
            for one in kept
            if (one.record.source, one.record.subject) not in without
        ]
        return Digest(len(rows), sha256(repr(sorted(rows, key=lambda row: (row[0], row[2]))).encode()).hexdigest())

    def due(self, rows: Projection[Any], most: int) -> list[tuple[Any, Position]]:
        """As the protocol says."""
        now = self.transaction.database.turns.now()
        kept = [versions[-1] for versions in self.transaction.scan(self.live()[rows.name]).values()]
        over = [one for one in kept if not one.row.passed and one.row.passes_at <= now]
        return [(one.row, one.record.position) for one in sorted(over, key=lambda one: one.row.passes_at)][:most]

    def ignore(self, counts: Mapping[tuple[str, str], int]) -> None:
        """As the protocol says."""
        for key, count in counts.items():
            self.transaction.put("ignored", key, (self.transaction.get("ignored", key) or 0) + count)

    def lines(self) -> list[Line]:
        """As the protocol says."""
        found = sorted(self.transaction.scan("parked").values(), key=lambda one: (one.taker, one.source, one.sequence))
        counts = Counter((one.taker, one.source, one.partition, one.subject) for one in found)
        firsts = {(one.taker, one.source, one.partition, one.subject): one for one in reversed(found)}
        return [Line(*key, n, firsts[key].waits_for, firsts[key].recorded_at) for key, n in counts.items()]

    def park(self, events: Collection[Parked]) -> None:
        """As the protocol says."""
        for event in events:
            key = (event.taker, event.source, event.partition, event.sequence)
            if self.transaction.get("parked", key) is None:
                self.transaction.put("parked", key, event)

    def parked_in(self, line: Line) -> list[Parked]:
        """As the protocol says."""
        self.transaction.lock("checkpoint", line.place)
        found = self.transaction.scan("parked").values()
        of_line = [one for one in found if (one.taker, one.source, one.subject) == line.key]
        return sorted(of_line, key=lambda one: one.sequence)

    def unpark(self, events: Collection[Parked]) -> None:
        """As the protocol says."""
        for event in events:
            self.transaction.delete("parked", (event.taker, event.source, event.partition, event.sequence))

    def dropped(self) -> frozenset[Dropped]:
        """As the protocol says."""
        table = self.live()[drops(self.transaction.database.service).name]
        rows = [kept[-1].row for kept in self.transaction.scan(table).values()]
        return frozenset(Dropped(row.taker, row.of_source, row.of_partition, row.of_sequence) for row in rows)

    def store_mark(self, mark: Mark) -> None:
        """As the protocol says."""
        self.transaction.put("mark", (mark.source, mark.known_until), mark)

    def known_until(self, source: str) -> datetime | None:
        """As the protocol says."""
        marks = [mark for (of, _), mark in self.transaction.scan("mark").items() if of == source]
        done = {place.partition: c.sequence for place, c in self._checkpoints(source).items()}
        counts = [m.known_until for m in marks if all(done.get(p, 0) >= s for p, s in enumerate(m.sequences))]
        return max(counts, default=None)

    def _checkpoints(self, source: str) -> dict[Place, Checkpoint]:
        return {place: one for place, one in self.transaction.scan("checkpoint").items() if place.source == source}


class _Pointers(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return name


@dataclass(frozen=True)
class MemoryStore:
    """Where a service in memory keeps its books."""

    database: MemoryDatabase

    @contextmanager
    def begin(self) -> Iterator[MemoryBooks]:
        """As the protocol says."""
        with self.database.begin() as transaction:
            yield MemoryBooks(transaction)


def memory_books(transaction: Any, _codec: Any) -> MemoryBooks:
    """How a `Handler` gets at the books of a transaction in memory."""
    return MemoryBooks(transaction)
