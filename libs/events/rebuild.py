"""Rebuild: a new version beside the live one, compared at the same positions, then swapped under its readers."""

from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, text

from libs.events.books import PostgresBooks
from libs.events.checkpoints import Checkpoint, Place
from libs.events.codec import Codec, Decoded
from libs.events.digest import Digest, Subjects, differing_keys, digest_of
from libs.events.feeds import Feed, Positions
from libs.events.parked import Dropped, subjects_parked, unpark_all
from libs.events.projection import Projection
from libs.events.projector import Projector
from libs.events.tables import drop_table, make_table

LEVEL_EVENTS_MAX = 500
Progress = Callable[[int, int], None]


class RebuildDiffers(RuntimeError):
    """A rebuilt version does not hold the same rows as the live one at the same positions; nothing was swapped."""


@dataclass(frozen=True)
class Compared:
    """One projection's outcome; `live` is None when its shape changed and there is nothing to compare.

    `apart` and `live` leave out the subjects, `parked` in number, whose events the live version could not take.
    """

    name: str
    version: int
    table: str
    rebuilt: Digest
    apart: Digest
    live: Digest | None
    parked: int = 0
    differences: tuple[str, ...] = ()

    @property
    def same(self) -> bool:
        """Whether the comparison found no difference."""
        return self.live is None or self.live == self.apart


@dataclass(frozen=True)
class Certificate:
    """What was proved by a rebuild: at these positions (sequence and chain of every partition) these digests."""

    made_at: datetime
    positions: dict[str, tuple[int, str]]
    projections: tuple[Compared, ...]

    @property
    def same(self) -> bool:
        """Whether every projection is the same."""
        return all(projection.same for projection in self.projections)

    def to_json(self) -> str:
        """As stored and compared."""
        return orjson.dumps(asdict(self) | {"same": self.same}, option=orjson.OPT_SORT_KEYS).decode()


class Rebuild:
    """Builds new versions of some projections from a feed; `engine` is the worker's, without a transaction bound."""

    def __init__(
        self, projections: Sequence[Projection[Any]], codec: Codec, feed: Feed, engine: Engine, api: str
    ) -> None:
        self._projections = projections
        self._projectors = {projection.name: Projector(projection) for projection in projections}
        self._handled = frozenset(wire for projection in projections for wire in projection.handled)
        self._codec = codec
        self._feed = feed
        self._engine = engine
        self._api = api
        self._done: dict[Place, Checkpoint] = feed.beginning()
        self._dropped: AbstractSet[Dropped] = frozenset()
        self.tables: dict[str, str] = {}

    @property
    def _names(self) -> list[str]:
        return [projection.name for projection in self._projections]

    def run(self, progress: Progress = lambda _done, _goal: None, *, swap: bool = True) -> Certificate:
        """Fill, compare, and unless told otherwise swap; the certificate is stored, also one that says "differs".

        `RebuildDiffers`, as any failure, leaves the live version as it was and nothing beside it.
        """
        with self._engine.begin() as connection:
            self._dropped = PostgresBooks(connection, self._codec).dropped()
            self.tables = {p.name: make_table(connection, p, self._api) for p in self._projections}
        try:
            self._catch_up(progress)
            certificate = self._compare()
            self._end(certificate, swap=swap)
        except BaseException:
            self.discard()
            raise
        return certificate

    def discard(self) -> None:
        """Remove what was built and not swapped in."""
        with self._engine.begin() as connection:
            for table in self.tables.values():
                drop_table(connection, table)
        self.tables = {}

    def _catch_up(self, progress: Progress) -> None:
        while True:
            with self._engine.connect() as connection:
                goal = self._feed.live(connection)
            if _missing(self._done, goal) <= LEVEL_EVENTS_MAX:
                return
            total = sum(checkpoint.sequence for checkpoint in goal.values())
            for batch in self._feed.batches(self._done, goal):
                with self._engine.begin() as connection:
                    self._fold(connection, batch)
                progress(total - _missing(self._done, goal), total)

    def _compare(self) -> Certificate:
        """Digests of both versions at the positions that one snapshot of the live version shows."""
        with (
            self._engine.connect().execution_options(isolation_level="REPEATABLE READ") as snapshot,
            snapshot.begin(),
        ):
            goal = self._feed.live(snapshot)
            parked = {name: subjects_parked(snapshot, name) for name in self._names}
            live = {p.name: self._live(snapshot, p, parked[p.name]) for p in self._projections}
            made_at = snapshot.execute(text("select journal_now()")).scalar_one()
        self._level(goal)
        compared = tuple(self._compared(p, live[p.name], parked[p.name]) for p in self._projections)
        if not all(one.same for one in compared):
            compared = self._explained(compared)
        spelled = {f"{p.source}/{p.partition}": (c.sequence, c.chain.hex()) for p, c in sorted(goal.items())}
        return Certificate(made_at, spelled, compared)

    def _level(self, goal: Positions) -> None:
        for batch in self._feed.batches(self._done, goal):
            with self._engine.begin() as connection:
                self._fold(connection, batch)

    def _live(self, connection: Connection, projection: Projection[Any], parked: Subjects) -> Digest | None:
        table = projection.live(connection)
        shape = connection.execute(_SHAPE, {"table": table}).one()
        if (shape.shape, shape.version) != (projection.shape, projection.version):
            return None
        return digest_of(connection, projection, table, parked)

    def _compared(self, projection: Projection[Any], live: Digest | None, parked: Subjects) -> Compared:
        table = self.tables[projection.name]
        with self._engine.connect() as connection:
            rebuilt = digest_of(connection, projection, table)
            apart = digest_of(connection, projection, table, parked) if parked else rebuilt
        return Compared(projection.name, projection.version, table, rebuilt, apart, live, len(parked))

    def _explained(self, compared: Sequence[Compared]) -> tuple[Compared, ...]:
        """The same with the keys that differ."""
        with self._standing_still() as connection:
            return tuple(
                one if one.same else replace(one, differences=_differing(connection, p, one.table))
                for p, one in zip(self._projections, compared, strict=True)
            )

    def _end(self, certificate: Certificate, *, swap: bool) -> None:
        if certificate.same and swap:
            with self._standing_still() as connection:
                _store(connection, certificate)
                self._point(connection)
            return
        with self._engine.begin() as connection:
            _store(connection, certificate)
        if not certificate.same:
            raise RebuildDiffers(certificate.to_json())

    def _point(self, connection: Connection) -> None:
        """Move every pointer of the group at once."""
        for name, table in self.tables.items():
            forgotten = connection.execute(_POINT, {"name": name, "table": table}).scalar_one_or_none()
            if forgotten is not None:
                drop_table(connection, forgotten)
            # What the version before could not take is in this one.
            unpark_all(connection, name)

    @contextmanager
    def _standing_still(self) -> Iterator[Connection]:
        """A transaction in which the live version is stopped for an instant, and the new one level with it."""
        with self._engine.connect() as connection:
            goal = self._feed.live(connection)
        self._level(goal)
        with self._engine.begin() as connection:
            goal = self._feed.live(connection, lock=True)
            for batch in self._feed.batches(self._done, goal):
                self._fold(connection, batch)
            yield connection

    def _fold(self, connection: Connection, batch: dict[Place, Any]) -> None:
        events = [
            (record, event)
            for part in batch.values()
            for record in part.records
            if record.type in self._handled and (event := self._codec.decode(record)) is not None
        ]
        books = PostgresBooks(connection, self._codec)
        for name, projector in self._projectors.items():
            projector.apply(books, self.tables[name], self._kept(name, events))
        self._done.update({place: part.reached for place, part in batch.items()})

    def _kept(self, name: str, events: Sequence[Decoded]) -> Sequence[Decoded]:
        """The events that were not dropped for this projection."""
        if not self._dropped:
            return events
        return [one for one in events if Dropped.at(name, one[0]) not in self._dropped]


def _differing(connection: Connection, projection: Projection[Any], table: str) -> tuple[str, ...]:
    parked = subjects_parked(connection, projection.name)
    return tuple(differing_keys(connection, projection, (projection.live(connection), table), parked))


def _store(connection: Connection, certificate: Certificate) -> None:
    connection.execute(_STORE, {"body": certificate.to_json()})


def verify(connection: Connection, projections: Sequence[Projection[Any]], feed: Feed, certificate: str) -> list[str]:
    """What a saved certificate and the live tables disagree on; empty when they agree.

    Positions that differ come first, since digests can only be the same at the same positions.
    """
    saved = orjson.loads(certificate)
    now = {f"{p.source}/{p.partition}": [c.sequence, c.chain.hex()] for p, c in feed.live(connection).items()}
    moved = [
        f"{place} is at {now.get(place)}, not {wanted}"
        for place, wanted in saved["positions"].items()
        if now.get(place) != wanted
    ]
    if moved:
        return moved
    wanted = {one["name"]: one["rebuilt"] for one in saved["projections"]}
    found = {p.name: asdict(digest_of(connection, p, p.live(connection))) for p in projections}
    return [
        f"{name} has {found.get(name)}, not {digest}" for name, digest in wanted.items() if found.get(name) != digest
    ]


def _missing(done: Positions, goal: Positions) -> int:
    return sum(max(0, checkpoint.sequence - done[place].sequence) for place, checkpoint in goal.items())


_STORE = text("insert into projection_certificate (body) values (:body)")
_SHAPE = text("select shape, version from projection_version where table_name = :table")
_POINT = text(
    "with before as (select name, previous from projection_pointer where name = :name)"
    " update projection_pointer p set previous = live, live = :table from before b where p.name = b.name"
    " returning b.previous"
)
