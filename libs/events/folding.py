"""Folding proved events into every followed projection: one transaction a batch, and what fails alone parks alone."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from libs.events.books import Books, Store
from libs.events.checkpoints import Checkpoint, Place
from libs.events.codec import Codec, Decoded
from libs.events.crash import crash_point
from libs.events.parked import BEHIND, Dropped, Parked
from libs.events.parking import Parking, Read, TooManyParked, read
from libs.events.projection import Projection
from libs.events.projector import Projector
from libs.events.proving import Batch
from libs.events.telling import told
from libs.events.transient import Transient


class Folding:
    """The followed projections of a service; `reacted` are wire names that its reactors handle."""

    def __init__(
        self, projections: Sequence[Projection[Any]], codec: Codec, store: Store, reacted: frozenset[str]
    ) -> None:
        self._projectors = [Projector(projection) for projection in projections]
        self._handled = reacted.union(*(projection.handled for projection in projections))
        self._codec = codec
        self._store = store
        self.dropped: frozenset[Dropped] = frozenset()

    def fold(
        self, held: Mapping[Place, Checkpoint], batches: Mapping[Place, Batch], reached: Mapping[Place, Checkpoint]
    ) -> None:
        """Fold batches and advance; an event that a projection cannot take is parked there.

        Raises what a later attempt may mend, and `TooManyParked`.
        """
        try:
            self._write(held, batches, reached, _at_once)
        except (*Transient, TooManyParked):
            raise
        except Exception:  # noqa: BLE001 -- Whatever a fold raises, it is found and parked.
            self._write(held, batches, reached, _carefully)

    def _write(
        self,
        held: Mapping[Place, Checkpoint],
        batches: Mapping[Place, Batch],
        reached: Mapping[Place, Checkpoint],
        apply: "Apply",
    ) -> None:
        records = [record for batch in batches.values() for record in batch.records]
        events = read(self._codec, records, self._handled)
        with self._store.begin() as books:
            books.hold({place: held[place] for place in batches})
            parking = Parking(books, self.dropped)
            self._fold(books, parking, events, apply)
            for batch in batches.values():
                for stray in batch.strays:
                    parking.add(stray)
            parking.close()
            books.ignore(Counter((one.source, one.type) for one in records if one.type not in self._handled))
            books.advance(reached)
            crash_point("follower.before-commit")
        crash_point("follower.after-commit")

    def _fold(self, books: Books, parking: Parking, events: Sequence[Read], apply: "Apply") -> None:
        tables = books.live()
        for projector in self._projectors:
            projection = projector.projection
            admitted = parking.admit(projection.name, projection.handled, events)
            apply(books, projector, tables[projection.name], admitted, parking)


Apply = Callable[[Books, Projector, str, Sequence[Decoded], Parking], None]


def _at_once(books: Books, projector: Projector, table: str, events: Sequence[Decoded], _parking: Parking) -> None:
    projector.apply(books, table, events)


def _carefully(books: Books, projector: Projector, table: str, events: Sequence[Decoded], parking: Parking) -> None:
    subjects: dict[tuple[str, str], list[Decoded]] = {}
    for one in events:
        subjects.setdefault((one[0].source, one[0].subject), []).append(one)
    _halve(books, projector, table, list(subjects.values()), parking)


def _halve(
    books: Books, projector: Projector, table: str, subjects: Sequence[Sequence[Decoded]], parking: Parking
) -> None:
    """Fold the events of some subjects, and park of each that fails the first that does, and what follows it."""
    if not subjects or _attempt(books, projector, table, [one for events in subjects for one in events]) is None:
        return
    if len(subjects) > 1:
        middle = len(subjects) // 2
        _halve(books, projector, table, subjects[:middle], parking)
        _halve(books, projector, table, subjects[middle:], parking)
        return
    why: str | None = None
    for one in subjects[0]:
        if why is None:
            why = _attempt(books, projector, table, [one])
            if why is not None:
                parking.add(Parked.of(projector.projection.name, one[0], why))
        else:
            parking.add(Parked.of(projector.projection.name, one[0], BEHIND))


def _attempt(books: Books, projector: Projector, table: str, events: Sequence[Decoded]) -> str | None:
    """Why the events cannot be folded; None when they were."""
    try:
        with books.attempt():
            projector.apply(books, table, events)
    except Transient:
        raise
    except Exception as error:  # noqa: BLE001 -- Whatever a fold raises, only its event is at fault.
        return told(error)
    return None
