"""What becomes of parked events: taken after all, in the order of their line, or dropped for good."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from libs.events.books import Books, Store
from libs.events.checkpoints import Checkpoint, Place
from libs.events.codec import Codec
from libs.events.contracts.upkeep import upkeep
from libs.events.handling import Handler, Outcome, Target
from libs.events.keyring import SubjectForgotten
from libs.events.parked import LOG, Line, Parked
from libs.events.parking import read
from libs.events.projection import Projection
from libs.events.projector import Projector
from libs.events.reacting import Reacting
from libs.events.record import Meta
from libs.events.telling import told
from libs.events.transient import Transient
from libs.events.upkeep import once

OF_NOBODY = "of somebody who was forgotten"


@dataclass(frozen=True)
class Redriven:
    """How many events of a line were taken, and why the next one could not be; None when none is left."""

    taken: int
    left: str | None = None


class Redriving:
    """Tries parked lines again. Safe beside running followers: a line's partition is locked where it matters."""

    def __init__(self, projections: Sequence[Projection[Any]], reacting: Reacting, codec: Codec, store: Store) -> None:
        self._projectors = {projection.name: Projector(projection) for projection in projections}
        self._reacting = reacting
        self._codec = codec
        self._store = store

    def redrive_told(self, held: Mapping[Place, Checkpoint]) -> None:
        """Try the lines of these partitions that waited for a source which has told everything of their time since."""
        with self._store.begin() as books:
            waiting = [line for line in books.lines() if line.place in held and _is_told(books, line)]
            # After a restore a line can stand before its own event was folded again.
            told_ = [line for line in waiting if books.parked_in(line)[0].sequence <= held[line.place].sequence]
        for line in told_:
            self.redrive(line)

    def redrive(self, line: Line) -> Redriven:
        """Take the events of a line in order, until one fails again; a projection takes all of them or none."""
        if line.taker == LOG:
            return Redriven(0, "no record, and never one; it can be dropped")
        try:
            return self._fold(line) if line.taker in self._projectors else self._react(line)
        except Transient:
            raise
        except Exception as error:  # noqa: BLE001 -- As when it was parked.
            return Redriven(0, told(error))

    def _fold(self, line: Line) -> Redriven:
        projector = self._projectors[line.taker]
        with self._store.begin() as books:
            parked = books.parked_in(line)
            events = [(one.record, event) for one in parked if (event := self._codec.decode(one.record)) is not None]
            projector.apply(books, books.live()[line.taker], events)
            books.unpark(parked)
        return Redriven(len(parked))

    def _react(self, line: Line) -> Redriven:
        taken = 0
        while (first := self._first(line)) is not None:
            if left := self._taken(line, first):
                return Redriven(taken, left)
            taken += 1
        return Redriven(taken)

    def _first(self, line: Line) -> Parked | None:
        with self._store.begin() as books:
            return next(iter(books.parked_in(line)), None)

    def _taken(self, line: Line, parked: Parked) -> str | None:
        """Why a reactor cannot take an event; None when it did, and the event is gone from its line."""
        record = parked.record
        for one in read(self._codec, [record], frozenset({record.type})):
            if left := self._reacting.again(line, one):
                return left[0].reason
        with self._store.begin() as books:
            books.parked_in(line)
            books.unpark([parked])
        return None


def drop(handler: Handler, parked: Parked, because: str, meta: Meta) -> Outcome:
    """Let go of a parked event for good: an event of its own, which every rebuild honours.

    Of somebody who was forgotten no reason is kept: nothing could ever make it unreadable again.
    """
    try:
        return _drop(handler, parked, because, meta, parked.subject)
    except SubjectForgotten:
        return _drop(handler, parked, OF_NOBODY, meta, "")


def _drop(handler: Handler, parked: Parked, because: str, meta: Meta, subject: str) -> Outcome:
    event = upkeep(handler.journal.service).dropped(
        drop_id=uuid4(),
        taker=parked.taker,
        of_source=parked.source,
        of_partition=parked.partition,
        of_sequence=parked.sequence,
        because=because,
    )
    stream = f"drop-{event.drop_id}"
    target = Target(once, stream, event, meta, subject or stream)
    return handler.handle(target, lambda books, _: books.unpark([parked]))


def _is_told(books: Books, line: Line) -> bool:
    if line.waits_for is None or line.since is None:
        return False
    known = books.known_until(line.waits_for)
    return known is not None and known > line.since
