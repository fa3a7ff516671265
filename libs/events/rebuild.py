"""Rebuild: a new version beside the live one, compared at the same positions, then swapped under its readers."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from time import sleep
from typing import Any

import orjson

from libs.events.books import Books, Store
from libs.events.checkpoints import Checkpoint, OwnershipLost, Place
from libs.events.codec import Codec, Decoded
from libs.events.crash import crash_point
from libs.events.digest import Digest, Subjects
from libs.events.feeds import Feed, Positions
from libs.events.parked import Dropped
from libs.events.projection import Projection
from libs.events.projector import Projector
from libs.events.proving import Batch

LEVEL_EVENTS_MAX = 500
# Before the live version is stopped: each brings what came during the one before, so that little is left to do then.
APPROACHES = 3
Progress = Callable[[int, int], None]


class RebuildDiffers(RuntimeError):
    """A rebuilt version does not hold the same rows as the live one at the same positions; nothing was swapped."""


class NothingToRollBack(LookupError):
    """There is no version before the live one, or not one that this code folds."""


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
        return self.live is None or (self.live == self.apart and not self.differences)


@dataclass(frozen=True)
class Certificate:
    """What was proved: at these positions (sequence and chain of every partition) these digests."""

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
    """Builds new versions of one group of projections from a feed.

    How far it came is kept with what it built: after any failure the same rebuild goes on where it stood, and
    `discard` gives it up. Several processes may `fill` it at once, each its own partitions.
    """

    def __init__(
        self, group: str, projections: Sequence[Projection[Any]], codec: Codec, feed: Feed, store: Store
    ) -> None:
        self.name = f"build:{group}"
        self._before = f"previous:{group}"
        self._projections = projections
        self._projectors = {projection.name: Projector(projection) for projection in projections}
        self._handled = frozenset(wire for projection in projections for wire in projection.handled)
        self._codec = codec
        self._feed = feed
        self._store = store
        self._done: dict[Place, Checkpoint] = {}
        self._dropped: frozenset[Dropped] = frozenset()
        # By projection, the keys of rows that were touched after the comparison.
        self._since: dict[str, set[Any]] = {}
        self.tables: dict[str, str] = {}

    def run(self, progress: Progress = lambda _done, _goal: None, *, swap: bool = True) -> Certificate:
        """Fill, compare, and unless told otherwise swap; the certificate is stored, also one that says "differs".

        `RebuildDiffers` leaves the live version as it was and nothing beside it.
        """
        self.begin()
        self.fill(progress=progress)
        return self.finish(swap=swap)

    def begin(self) -> bool:
        """Go on with what was begun, or begin anew where that is nothing or other code's; whether it goes on."""
        with self._store.begin() as books:
            built = books.workshop.under_construction(self.name)
            going_on = set(built) == set(self._projectors) and all(
                built[projection.name].fits(projection) for projection in self._projections
            )
            if not going_on:
                self._clear(books)
                for projection in self._projections:
                    books.workshop.make(projection, self.name)
                books.place(self.name, self._feed.beginning())
        self._resume()
        return going_on

    def fill(
        self,
        *,
        partitions: Collection[int] | None = None,
        progress: Progress = lambda _done, _goal: None,
        events_per_second: float | None = None,
    ) -> None:
        """Fold until almost level with the live version; of some partitions only, and not faster than told."""
        self._resume()
        while True:
            goal = self._shared(self._live_positions(), partitions)
            if missing(self._done, goal) <= LEVEL_EVENTS_MAX:
                return
            total = sum(checkpoint.sequence for checkpoint in goal.values())
            for batch in self._feed.batches(self._done, goal):
                self._fold(batch)
                progress(total - missing(self._done, goal), total)
                if events_per_second:
                    sleep(sum(len(part.records) for part in batch.values()) / events_per_second)

    def finish(self, *, swap: bool = True) -> Certificate:
        """Compare what was filled, store the certificate, and swap or give up."""
        self._resume()
        certificate = self._compare()
        if certificate.same and swap:
            certificate = self._swap(certificate)
        if certificate.same and swap:
            return certificate
        with self._store.begin() as books:
            books.workshop.certify(certificate.to_json())
        self.discard()
        if not certificate.same:
            raise RebuildDiffers(certificate.to_json())
        return certificate

    def _swap(self, certificate: Certificate) -> Certificate:
        """Point at the new version, unless what came since the comparison differs: then the certificate says so."""
        with self._standing_still() as books:
            projections = tuple(self._compared_since(books, one) for one in certificate.projections)
            certificate = replace(certificate, projections=projections)
            if certificate.same:
                books.workshop.certify(certificate.to_json())
                self._point(books)
        crash_point("swap.after-commit")
        return certificate

    def _compared_since(self, books: Books, one: Compared) -> Compared:
        keys = self._since.get(one.name, set())
        if one.live is None or not keys:
            return one
        projection = next(projection for projection in self._projections if projection.name == one.name)
        return replace(one, differences=self._differing(books, projection, keys))

    def until(
        self,
        goal: Positions | None = None,
        instant: datetime | None = None,
        progress: Progress = lambda _done, _goal: None,
    ) -> Certificate:
        """What the projections hold at some positions, or as of an instant; nothing is swapped, and nothing stays."""
        self.discard()
        self.begin()
        goal = self._live_positions() if goal is None else goal
        total = sum(checkpoint.sequence for checkpoint in goal.values())
        over: set[Place] = set()
        for batch in self._feed.batches(self._done, goal):
            early = {
                place: _recorded_until(part, self._done[place], instant)
                for place, part in batch.items()
                if place not in over
            }
            over |= {place for place, part in early.items() if part is not batch[place]}
            self._fold(early)
            progress(total - missing(self._done, goal), total)
        with self._store.begin(snapshot=True) as books:
            compared = tuple(self._compared(books, p, None, frozenset()) for p in self._projections)
            reached = {place: self._done[place] for place in goal}
            certificate = Certificate(books.now(), _spelled(reached), compared)
            books.workshop.certify(certificate.to_json())
        self.discard()
        return certificate

    def roll_back(self) -> None:
        """Have readers use the version before the live one, brought level with it; that one is kept in its turn.

        `NothingToRollBack` where there is none, or where this code does not fold as the code that made it.
        """
        with self._store.begin() as books:
            found = {projection.name: books.workshop.previous(projection) for projection in self._projections}
            if not all((one := found[p.name]) is not None and one.fits(p) for p in self._projections):
                raise NothingToRollBack(f"{', '.join(found)}: no version before this one, or none of this code")
            self._done = books.positions(self._before)
            self.tables = {name: version.table for name, version in found.items() if version is not None}
            self._dropped = books.dropped()
        self.name = self._before
        with self._standing_still() as books:
            self._point(books)

    def discard(self) -> None:
        """Remove what was built and not swapped in."""
        with self._store.begin() as books:
            self._clear(books)
        self.tables = {}

    def _clear(self, books: Books) -> None:
        for version in books.workshop.under_construction(self.name).values():
            books.workshop.drop(version.table)
        books.unplace(self.name)

    def _resume(self) -> None:
        with self._store.begin() as books:
            self.tables = {name: one.table for name, one in books.workshop.under_construction(self.name).items()}
            self._done = books.positions(self.name)
            self._dropped = books.dropped()
        if not self._done:
            raise OwnershipLost(f"{self.name} is not there any more: somebody gave it up, or put back an older copy")

    def _live_positions(self) -> Positions:
        with self._store.begin() as books:
            return self._feed.live(books)

    def _shared(self, goal: Positions, partitions: Collection[int] | None) -> Positions:
        if partitions is None:
            return goal
        return {place: checkpoint for place, checkpoint in goal.items() if place.partition in partitions}

    def _compare(self) -> Certificate:
        """Digests of both versions at the positions that one snapshot of the live version shows."""
        with self._store.begin(snapshot=True) as books:
            goal = self._feed.live(books)
            parked = {p.name: books.subjects_parked(p.name) for p in self._projections}
            live = {p.name: self._live(books, p, parked[p.name]) for p in self._projections}
            made_at = books.now()
        self._level(self._feed, goal)
        self._since = {projection.name: set() for projection in self._projections}
        with self._store.begin() as books:
            compared = tuple(self._compared(books, p, live[p.name], parked[p.name]) for p in self._projections)
        if not all(one.same for one in compared):
            compared = self._explained(compared)
        return Certificate(made_at, _spelled(goal), compared)

    def _level(self, feed: Feed, goal: Positions) -> None:
        for batch in feed.batches(self._done, goal):
            self._fold(batch)

    def _live(self, books: Books, projection: Projection[Any], parked: Subjects) -> Digest | None:
        version = books.workshop.live(projection)
        return books.workshop.digest(projection, version.table, parked) if version.fits(projection) else None

    def _compared(self, books: Books, projection: Projection[Any], live: Digest | None, parked: Subjects) -> Compared:
        table = self.tables[projection.name]
        rebuilt = books.workshop.digest(projection, table)
        apart = books.workshop.digest(projection, table, parked) if parked else rebuilt
        return Compared(projection.name, projection.version, table, rebuilt, apart, live, len(parked))

    def _explained(self, compared: Sequence[Compared]) -> tuple[Compared, ...]:
        """The same with the keys that differ."""
        with self._standing_still() as books:
            return tuple(
                one if one.same else replace(one, differences=self._differing(books, projection))
                for projection, one in zip(self._projections, compared, strict=True)
            )

    def _differing(
        self, books: Books, projection: Projection[Any], keys: Collection[Any] | None = None
    ) -> tuple[str, ...]:
        tables = (books.workshop.live(projection).table, self.tables[projection.name])
        return tuple(books.workshop.differing(projection, tables, books.subjects_parked(projection.name), keys))

    def _point(self, books: Books) -> None:
        """Move every pointer of the group at once, and note where the version before stands."""
        for projection in self._projections:
            books.workshop.point(projection, self.tables[projection.name])
            # What the version before could not take is in this one.
            books.unpark_all(projection.name)
        books.unplace(self.name)
        books.unplace(self._before)
        books.place(self._before, self._done)

    @contextmanager
    def _standing_still(self) -> Iterator[Books]:
        """A transaction in which the live version is stopped for an instant, and this one level with it."""
        with self._feed.at_hand() as feed:
            for _ in range(APPROACHES):
                self._level(feed, self._live_positions())
            with self._store.begin() as books:
                goal = self._feed.live(books, lock=True)
                self._refuse_elsewhere(books, goal)
                for batch in feed.batches(self._done, goal):
                    self._apply(books, batch)
                    books.advance({place: part.reached for place, part in batch.items()}, self.name)
                    self._reached(batch)
                yield books
                crash_point("swap.before-commit")

    def _refuse_elsewhere(self, books: Books, goal: Positions) -> None:
        """`OwnershipLost` where an older copy was put in place of the database since the comparison."""
        books.hold(self._done, self.name)
        for place, live in goal.items():
            if self._done[place].sequence > live.sequence:
                raise OwnershipLost(f"{place.source}/{place.partition} is built further than the live version stands")

    def _fold(self, batch: Mapping[Place, Batch]) -> None:
        with self._store.begin() as books:
            held = {place: self._done[place] for place in batch}
            books.hold(held, self.name)
            self._apply(books, batch)
            books.advance({place: part.reached for place, part in batch.items()}, self.name)
            crash_point("rebuild.before-commit")
        self._reached(batch)
        crash_point("rebuild.after-commit")

    def _reached(self, batch: Mapping[Place, Batch]) -> None:
        self._done.update({place: part.reached for place, part in batch.items()})

    def _apply(self, books: Books, batch: Mapping[Place, Batch]) -> None:
        events = [
            (record, event)
            for part in batch.values()
            for record in part.records
            if record.type in self._handled and (event := self._codec.decode(record)) is not None
        ]
        for name, projector in self._projectors.items():
            kept = self._kept(name, events)
            projector.apply(books, self.tables[name], kept)
            if name in self._since:
                self._since[name].update(key for _, event in kept for key in projector.projection.keys_of(event))

    def _kept(self, name: str, events: Sequence[Decoded]) -> Sequence[Decoded]:
        """The events that were not dropped for this projection."""
        if not self._dropped:
            return events
        return [one for one in events if Dropped.at(name, one[0]) not in self._dropped]


def certificate_of(books: Books, projections: Sequence[Projection[Any]], feed: Feed) -> Certificate:
    """What the live versions hold, where they stand: to be taken in one snapshot."""
    compared = []
    for projection in projections:
        version = books.workshop.live(projection)
        digest = books.workshop.digest(projection, version.table)
        compared.append(Compared(projection.name, version.version, version.table, digest, digest, digest))
    return Certificate(books.now(), _spelled(feed.live(books)), tuple(compared))


def verify(books: Books, projections: Sequence[Projection[Any]], feed: Feed, certificate: str) -> list[str]:
    """What a saved certificate and the live tables disagree on; empty when they agree.

    Positions that differ come first, since digests can only be the same at the same positions.
    """
    saved = orjson.loads(certificate)
    now = {name: list(at) for name, at in _spelled(feed.live(books)).items()}
    moved = [
        f"{place} is at {now.get(place)}, not {wanted}"
        for place, wanted in saved["positions"].items()
        if now.get(place) != wanted
    ]
    if moved:
        return moved
    wanted = {one["name"]: one["rebuilt"] for one in saved["projections"]}
    found = {p.name: asdict(books.workshop.digest(p, books.workshop.live(p).table)) for p in projections}
    return [
        f"{name} has {found.get(name)}, not {digest}" for name, digest in wanted.items() if found.get(name) != digest
    ]


def missing(done: Positions, goal: Positions) -> int:
    """How many events lie between two positions."""
    return sum(max(0, checkpoint.sequence - done[place].sequence) for place, checkpoint in goal.items())


def _recorded_until(part: Batch, held: Checkpoint, instant: datetime | None) -> Batch:
    """The part of a batch that was recorded until an instant; the batch itself where that is all of it."""
    if instant is None or not part.records or part.records[-1].recorded_at <= instant:
        return part
    records = tuple(record for record in part.records if record.recorded_at <= instant)
    if not records:
        return replace(part, records=(), reached=held)
    last = records[-1]
    reached = replace(part.reached, sequence=last.sequence, chain=last.chain, reacted=last.sequence)
    return replace(part, records=records, reached=reached)


def _spelled(positions: Positions) -> dict[str, tuple[int, str]]:
    return {f"{p.source}/{p.partition}": (c.sequence, c.chain.hex()) for p, c in sorted(positions.items())}
