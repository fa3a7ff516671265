"""What a service keeps beside its journal, one transaction at a time: rows, checkpoints, marks, parked events."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import Connection, Engine, text

from libs.events.checkpoints import LIVE, Checkpoint, Place, advance, claim, hold, place, positions, unplace
from libs.events.codec import Codec
from libs.events.journal import Head, read_heads
from libs.events.marks import Mark, known_until, newest_mark, store_mark
from libs.events.parked import Dropped, Line, Parked, lines, park, parked_in, subjects_parked, unpark, unpark_all
from libs.events.projection import Projection, live_tables
from libs.events.record import Position
from libs.events.rows import Changed, Stored, load_rows, write_rows
from libs.events.upkeep import drops
from libs.events.workshop import PostgresWorkshop, Workshop


class Books(Protocol):
    """One transaction; what is written is seen by others when it ends well."""

    @property
    def connection(self) -> Connection:
        """The connection itself, for reads that are PostgreSQL's own."""

    def see_everything(self) -> None:
        """See rows of every unit, to the transaction's end."""

    def attempt(self) -> AbstractContextManager[None]:
        """A part that can fail alone: what it wrote is undone, and the transaction goes on."""

    def claim(self, place: Place, topic_id: UUID) -> Checkpoint:
        """Become the follower of a partition."""

    def hold(self, held: Mapping[Place, Checkpoint], follower: str = LIVE) -> None:
        """Lock the checkpoints; `OwnershipLost` where one does not stand where this process left it."""

    def advance(self, reached: Mapping[Place, Checkpoint], follower: str = LIVE) -> None:
        """Write checkpoints that are held."""

    def positions(self, follower: str = LIVE, *, lock: bool = False) -> dict[Place, Checkpoint]:
        """Where a follower stands; locked, it stands still."""

    def place(self, follower: str, checkpoints: Mapping[Place, Checkpoint]) -> None:
        """Put a follower somewhere."""

    def unplace(self, follower: str) -> None:
        """Forget a follower."""

    def heads(self, *, lock: bool = False) -> list[Head]:
        """The ends of the service's own journal; locked, nothing can be appended."""

    def now(self) -> datetime:
        """What time it is, as the next event would be recorded."""

    @property
    def workshop(self) -> Workshop:
        """The tables of the projections."""

    def live(self) -> Mapping[str, str]:
        """The table that readers use now, by projection."""

    def load(self, projection: Projection[Any], table: str, keys: Sequence[Any], /) -> dict[Any, Stored]:
        """The rows of these keys, each with its owner."""

    def write(self, projection: Projection[Any], table: str, stored: Collection[Any], changed: Changed, /) -> None:
        """Bring rows to what events made of them; `stored` are the keys that had one before."""

    def due(self, rows: Projection[Any], most: int) -> list[tuple[Any, Position]]:
        """Deadlines that are over by now and were not told of, the oldest first, each with what set it."""

    def ignore(self, counts: Mapping[tuple[str, str], int]) -> None:
        """Count events, by source and wire name, that nothing here handles."""

    def lines(self) -> list[Line]:
        """Who stands before which projection or reactor, parked."""

    def park(self, events: Collection[Parked]) -> None:
        """Keep events that could not be taken."""

    def parked_in(self, line: Line) -> list[Parked]:
        """The events of one line, in order, locked."""

    def unpark(self, events: Collection[Parked]) -> None:
        """Let go of events that were taken, or dropped."""

    def subjects_parked(self, taker: str) -> frozenset[tuple[str, str]]:
        """Whose events are parked for a projection or reactor, as (source, subject)."""

    def unpark_all(self, taker: str) -> None:
        """Let go of everything that is parked for a projection."""

    def dropped(self) -> frozenset[Dropped]:
        """The events that projections and reactors of this service pass over."""

    def store_mark(self, mark: Mark) -> None:
        """Keep a mark that was followed."""

    def known_until(self, source: str) -> datetime | None:
        """Until when everything of a source is applied here."""

    def newest_mark(self, source: str) -> Mark | None:
        """The newest mark of a source that is applied here."""


class Store(Protocol):
    """Where a service keeps its books."""

    def begin(self, *, snapshot: bool = False) -> AbstractContextManager[Books]:
        """Commit on leaving, roll back on an exception; a snapshot sees one instant throughout."""


class PostgresBooks:
    """The books in the service's PostgreSQL database."""

    def __init__(self, connection: Connection, codec: Codec) -> None:
        self.connection = connection
        self._codec = codec

    def see_everything(self) -> None:
        """As the protocol says."""
        self.connection.execute(_EVERYWHERE)

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """As the protocol says."""
        with self.connection.begin_nested():
            yield

    def claim(self, place: Place, topic_id: UUID) -> Checkpoint:
        """As the protocol says."""
        return claim(self.connection, LIVE, place, topic_id)

    def hold(self, held: Mapping[Place, Checkpoint], follower: str = LIVE) -> None:
        """As the protocol says."""
        hold(self.connection, follower, held)

    def advance(self, reached: Mapping[Place, Checkpoint], follower: str = LIVE) -> None:
        """As the protocol says."""
        advance(self.connection, follower, reached)

    def positions(self, follower: str = LIVE, *, lock: bool = False) -> dict[Place, Checkpoint]:
        """As the protocol says."""
        return positions(self.connection, follower, lock=lock)

    def place(self, follower: str, checkpoints: Mapping[Place, Checkpoint]) -> None:
        """As the protocol says."""
        place(self.connection, follower, checkpoints)

    def unplace(self, follower: str) -> None:
        """As the protocol says."""
        unplace(self.connection, follower)

    def heads(self, *, lock: bool = False) -> list[Head]:
        """As the protocol says."""
        return read_heads(self.connection, lock=lock)

    def now(self) -> datetime:
        """As the protocol says."""
        at: datetime = self.connection.execute(text("select journal_now()")).scalar_one()
        return at

    @property
    def workshop(self) -> Workshop:
        """As the protocol says."""
        return PostgresWorkshop(self.connection, f"{self._codec.source}_api")

    def live(self) -> Mapping[str, str]:
        """As the protocol says."""
        return live_tables(self.connection)

    def load(self, projection: Projection[Any], table: str, keys: Sequence[Any], /) -> dict[Any, Stored]:
        """As the protocol says."""
        return load_rows(self.connection, projection, table, keys)

    def write(self, projection: Projection[Any], table: str, stored: Collection[Any], changed: Changed, /) -> None:
        """As the protocol says."""
        write_rows(self.connection, self._codec, projection, table, stored, changed)

    def due(self, rows: Projection[Any], most: int) -> list[tuple[Any, Position]]:
        """As the protocol says."""
        passed = "not passed and passes_at <= journal_now()"
        return rows.placed(self.connection, passed, tail=f"order by passes_at limit {most:d}")

    def ignore(self, counts: Mapping[tuple[str, str], int]) -> None:
        """As the protocol says."""
        rows = [{"source": source, "type": wire, "events": n} for (source, wire), n in sorted(counts.items())]
        if rows:
            self.connection.execute(_IGNORED, rows)

    def lines(self) -> list[Line]:
        """As the protocol says."""
        return lines(self.connection)

    def park(self, events: Collection[Parked]) -> None:
        """As the protocol says."""
        park(self.connection, events)

    def parked_in(self, line: Line) -> list[Parked]:
        """As the protocol says."""
        return parked_in(self.connection, line)

    def unpark(self, events: Collection[Parked]) -> None:
        """As the protocol says."""
        unpark(self.connection, events)

    def subjects_parked(self, taker: str) -> frozenset[tuple[str, str]]:
        """As the protocol says."""
        return subjects_parked(self.connection, taker)

    def unpark_all(self, taker: str) -> None:
        """As the protocol says."""
        unpark_all(self.connection, taker)

    def dropped(self) -> frozenset[Dropped]:
        """As the protocol says."""
        rows = drops(self._codec.source).read(self.connection)
        return frozenset(Dropped(row.taker, row.of_source, row.of_partition, row.of_sequence) for row in rows)

    def store_mark(self, mark: Mark) -> None:
        """As the protocol says."""
        store_mark(self.connection, mark)

    def known_until(self, source: str) -> datetime | None:
        """As the protocol says."""
        return known_until(self.connection, [source])

    def newest_mark(self, source: str) -> Mark | None:
        """As the protocol says."""
        return newest_mark(self.connection, source)


class PostgresStore:
    """Books in a service's database, opened by its worker."""

    def __init__(self, engine: Engine, codec: Codec) -> None:
        self._engine = engine
        self._codec = codec

    @contextmanager
    def begin(self, *, snapshot: bool = False) -> Iterator[PostgresBooks]:
        """As the protocol says; rows of every unit are seen."""
        session = self._engine.connect()
        if snapshot:
            session = session.execution_options(isolation_level="REPEATABLE READ")
        with session as connection, connection.begin():
            books = PostgresBooks(connection, self._codec)
            books.see_everything()
            yield books


_EVERYWHERE = text("select set_config('aftercare.scope', '*', true)")
_IGNORED = text(
    "insert into ignored_event as i (follower, source, type, reason, events)"
    " values ('live', :source, :type, 'nothing here handles it', :events)"
    " on conflict (follower, source, type, reason) do update set events = i.events + excluded.events"
)
