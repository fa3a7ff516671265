"""The books of a service's database in memory: tables as dictionaries, with every promise of the real ones."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple, cast
from uuid import UUID

from sqlalchemy import Connection

from libs.events.checkpoints import LIVE, Checkpoint, Place, refuse_moved
from libs.events.digest import Digest, Subjects
from libs.events.journal import Head
from libs.events.marks import Mark
from libs.events.memory import MemoryDatabase, MemoryTransaction, head_of
from libs.events.parked import Dropped, Line, Parked
from libs.events.partitions import PARTITIONS
from libs.events.projection import Projection
from libs.events.record import Position, Record, first_link
from libs.events.rows import Changed, Stored
from libs.events.upkeep import drops
from libs.events.workshop import Keys, Version


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
        """There is none: who asks it for something needs PostgreSQL."""
        return cast("Connection", _NO_CONNECTION)

    def see_everything(self) -> None:
        """There are no walls here."""

    def attempt(self) -> AbstractContextManager[None]:
        """As the protocol says."""
        return self.transaction.attempt()

    def claim(self, place: Place, topic_id: UUID) -> Checkpoint:
        """As the protocol says."""
        self.transaction.lock("checkpoint", (LIVE, place))
        known: Checkpoint | None = self.transaction.get("checkpoint", (LIVE, place))
        before = known or Checkpoint(0, 0, first_link(*place), 0, 0, topic_id)
        offset = before.next_offset if before.topic_id == topic_id else 0
        claimed = replace(before, next_offset=offset, epoch=before.epoch + 1, topic_id=topic_id)
        self.transaction.put("checkpoint", (LIVE, place), claimed)
        return claimed

    def hold(self, held: Mapping[Place, Checkpoint], follower: str = LIVE) -> None:
        """As the protocol says."""
        self.transaction.database.turns.step("hold")
        for place in sorted(held):
            self.transaction.lock("checkpoint", (follower, place))
        found = {at: one for at in held if (one := self.transaction.get("checkpoint", (follower, at))) is not None}
        refuse_moved({place: (one.epoch, one.sequence, one.reacted) for place, one in found.items()}, held)

    def advance(self, reached: Mapping[Place, Checkpoint], follower: str = LIVE) -> None:
        """As the protocol says."""
        self.transaction.database.turns.step("advance")
        for place, checkpoint in reached.items():
            now: Checkpoint = self.transaction.get("checkpoint", (follower, place))
            moved = replace(checkpoint, epoch=now.epoch, topic_id=now.topic_id)
            self.transaction.put("checkpoint", (follower, place), moved)

    def positions(self, follower: str = LIVE, *, lock: bool = False) -> dict[Place, Checkpoint]:
        """As the protocol says."""
        places = sorted(place for of, place in self.transaction.scan("checkpoint") if of == follower)
        for place in places if lock else ():
            self.transaction.lock("checkpoint", (follower, place))
        return {place: self.transaction.get("checkpoint", (follower, place)) for place in places}

    def place(self, follower: str, checkpoints: Mapping[Place, Checkpoint]) -> None:
        """As the protocol says."""
        for place, checkpoint in checkpoints.items():
            placed = replace(checkpoint, reacted=checkpoint.sequence, topic_id=None)
            self.transaction.put("checkpoint", (follower, place), placed)

    def unplace(self, follower: str) -> None:
        """As the protocol says."""
        for key in self.transaction.scan("checkpoint"):
            if key[0] == follower:
                self.transaction.delete("checkpoint", key)

    def heads(self, *, lock: bool = False) -> list[Head]:
        """As the protocol says."""
        for partition in range(PARTITIONS) if lock else ():
            self.transaction.lock("head", partition)
        return [head_of(self.transaction, partition) for partition in range(PARTITIONS)]

    def now(self) -> datetime:
        """As the protocol says."""
        return self.transaction.database.turns.now()

    @property
    def workshop(self) -> "MemoryWorkshop":
        """As the protocol says."""
        return MemoryWorkshop(self.transaction)

    def live(self) -> Mapping[str, str]:
        """As the protocol says; a projection whose table nobody made has its own name for one."""
        return _Pointers({name: live for name, (live, _) in self.transaction.scan("pointer").items()})

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
        self.transaction.lock("checkpoint", (LIVE, line.place))
        found = self.transaction.scan("parked").values()
        of_line = [one for one in found if (one.taker, one.source, one.subject) == line.key]
        return sorted(of_line, key=lambda one: one.sequence)

    def unpark(self, events: Collection[Parked]) -> None:
        """As the protocol says."""
        for event in events:
            self.transaction.delete("parked", (event.taker, event.source, event.partition, event.sequence))

    def subjects_parked(self, taker: str) -> frozenset[tuple[str, str]]:
        """As the protocol says."""
        return frozenset((line.source, line.subject) for line in self.lines() if line.taker == taker)

    def unpark_all(self, taker: str) -> None:
        """As the protocol says."""
        for key in self.transaction.scan("parked"):
            if key[0] == taker:
                self.transaction.delete("parked", key)

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
        newest = self.newest_mark(source)
        return None if newest is None else newest.known_until

    def newest_mark(self, source: str) -> Mark | None:
        """As the protocol says."""
        marks = [mark for (of, _), mark in self.transaction.scan("mark").items() if of == source]
        done = {place.partition: c.sequence for place, c in self._checkpoints(source).items()}
        counts = [mark for mark in marks if all(done.get(p, 0) >= s for p, s in enumerate(mark.sequences))]
        return max(counts, key=lambda mark: mark.known_until, default=None)

    def _checkpoints(self, source: str) -> dict[Place, Checkpoint]:
        kept = self.transaction.scan("checkpoint").items()
        return {place: one for (of, place), one in kept if of == LIVE and place.source == source}


_NO_CONNECTION = object()


class _Pointers(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return name


@dataclass(frozen=True)
class MemoryWorkshop:
    """The tables of the projections; the first version of each is a table of its own name."""

    transaction: MemoryTransaction

    def make(self, projection: Projection[Any], build: str) -> str:
        """As the protocol says."""
        number = (self.transaction.get("made", projection.name) or 1) + 1
        self.transaction.put("made", projection.name, number)
        table = f"{projection.name}_v{projection.version}_{number}"
        self.transaction.put(
            "version", table, (projection.name, Version(table, projection.version, projection.shape), build)
        )
        return table

    def under_construction(self, build: str) -> dict[str, Version]:
        """As the protocol says."""
        return {name: version for name, version, of in self.transaction.scan("version").values() if of == build}

    def live(self, projection: Projection[Any]) -> Version:
        """As the protocol says."""
        live, _ = self.transaction.get("pointer", projection.name) or (projection.name, None)
        return self._version(projection, live)

    def previous(self, projection: Projection[Any]) -> Version | None:
        """As the protocol says."""
        _, previous = self.transaction.get("pointer", projection.name) or (projection.name, None)
        return None if previous is None else self._version(projection, previous)

    def point(self, projection: Projection[Any], table: str) -> None:
        """As the protocol says."""
        live, previous = self.transaction.get("pointer", projection.name) or (projection.name, None)
        self.transaction.put("pointer", projection.name, (table, live))
        self.transaction.put("version", table, (projection.name, self._version(projection, table), None))
        if previous not in (None, table):
            self.drop(previous)

    def drop(self, table: str) -> None:
        """As the protocol says."""
        self.transaction.delete("version", table)
        for key in self.transaction.scan(table):
            self.transaction.delete(table, key)

    def digest(self, _projection: Projection[Any], table: str, without: Subjects = frozenset()) -> Digest:
        """As the protocol says."""
        spelled = sorted(self._spelled(table, without).values())
        return Digest(len(spelled), sha256("".join(spelled).encode()).hexdigest())

    def differing(
        self, _projection: Projection[Any], tables: tuple[str, str], without: Subjects = frozenset(), keys: Keys = None
    ) -> list[str]:
        """As the protocol says."""
        one, other = (self._spelled(table, without) for table in tables)
        wanted = None if keys is None else set(map(str, keys))
        differ = {key[0] for key in one.keys() | other.keys() if one.get(key) != other.get(key)}
        return sorted(key for key in differ if wanted is None or key in wanted)

    def certify(self, certificate: str) -> None:
        """As the protocol says."""
        self.transaction.put("certificate", len(self.transaction.scan("certificate")), certificate)

    def _spelled(self, table: str, without: Subjects) -> dict[tuple[str, str], str]:
        return {
            (str(key), str(one.record.position)): repr((key, one.row, str(one.record.position), one.known_to))
            for key, kept in self.transaction.scan(table).items()
            for one in kept
            if (one.record.source, one.record.subject) not in without
        }

    def _version(self, projection: Projection[Any], table: str) -> Version:
        noted = self.transaction.get("version", table)
        return noted[1] if noted else Version(table, projection.version, projection.shape)


@dataclass(frozen=True)
class MemoryStore:
    """Where a service in memory keeps its books."""

    database: MemoryDatabase

    @contextmanager
    def begin(self, *, snapshot: bool = False) -> Iterator[MemoryBooks]:  # noqa: ARG002 -- The protocol's.
        """As the protocol says."""
        with self.database.begin() as transaction:
            yield MemoryBooks(transaction)


def memory_books(transaction: Any, _codec: Any) -> MemoryBooks:
    """How a `Handler` gets at the books of a transaction in memory."""
    return MemoryBooks(transaction)
