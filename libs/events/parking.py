"""Parking within one transaction: who goes on, who waits behind whom, and when it is too much."""

from collections import Counter
from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from libs.events.books import Books
from libs.events.checkpoints import OwnershipLost, Place
from libs.events.codec import Codec
from libs.events.event import Event
from libs.events.parked import BEHIND, LOG, PARKED_MAX, Dropped, Line, Parked
from libs.events.record import Record
from libs.events.telling import told


class TooManyParked(RuntimeError):
    """A partition has so many parked events that it must be looked at before it is read on."""


@dataclass(frozen=True)
class Unreadable:
    """An event that cannot be decoded, and why: written in a newer version, or against its contract."""

    why: str


Read = tuple[Record, Event | Unreadable]


def read(codec: Codec, records: Sequence[Record], handled: AbstractSet[str]) -> list[Read]:
    """The records of these wire names, decoded or unreadable."""
    return [
        (record, event)
        for record in records
        if record.type in handled and (event := _decoded(codec, record)) is not None
    ]


def _decoded(codec: Codec, record: Record) -> Event | Unreadable | None:
    try:
        return codec.decode(record)
    except Exception as error:  # noqa: BLE001 -- Whatever is wrong with it, it is one event's.
        return Unreadable(told(error))


class Parking:
    """The lines of parked events as one transaction finds them, and who joins them in it.

    A taker stands behind its own line; a reactor that rests on projections, behind theirs as well.
    """

    def __init__(
        self,
        books: Books,
        dropped: AbstractSet[Dropped] = frozenset(),
        *,
        apart_from: Line | None = None,
    ) -> None:
        self._books = books
        self._dropped = dropped
        lines = books.lines()
        self._standing = {line.key for line in lines} - ({apart_from.key} if apart_from else set())
        self._filled: Counter[Place] = Counter()
        for line in lines:
            self._filled[line.place] += line.events
        self.fresh: list[Parked] = []

    def admit(
        self, taker: str, handled: AbstractSet[str], events: Sequence[Read], rests_on: Collection[str] = ()
    ) -> list[tuple[Record, Event]]:
        """Of the events that a projection or reactor handles, those that it can take now; the others are parked."""
        if not self._standing and not self._dropped and not any(type(event) is Unreadable for _, event in events):
            return [(record, event) for record, event in events if record.type in handled]  # type: ignore[misc]
        admitted: list[tuple[Record, Event]] = []
        for record, event in events:
            if record.type not in handled or self._is_dropped(taker, record):
                continue
            if self.stands((taker, *rests_on), record):
                self.add(Parked.of(taker, record, BEHIND))
            elif isinstance(event, Unreadable):
                self.add(Parked.of(taker, record, event.why))
            else:
                admitted.append((record, event))
        return admitted

    def stands(self, takers: Collection[str], record: Record) -> bool:
        """Whether an event of the same subject is parked before this one for any of them."""
        return any((taker, record.source, record.subject) in self._standing for taker in takers)

    def add(self, event: Parked) -> None:
        """Park an event; those of its subject that follow queue behind it."""
        if event.taker != LOG:
            self._standing.add((event.taker, event.source, event.subject))
        elif Dropped(LOG, event.source, event.partition, event.sequence) in self._dropped:
            return
        self._filled[Place(event.source, event.partition)] += 1
        self.fresh.append(event)

    def close(self) -> None:
        """Keep what was parked; `TooManyParked` when a partition has more of it than can be an accident."""
        for place in {Place(event.source, event.partition) for event in self.fresh}:
            if self._filled[place] > PARKED_MAX:
                raise TooManyParked(f"more than {PARKED_MAX} events of {place.source}/{place.partition} are parked")
        self._books.park(self.fresh)

    def _is_dropped(self, taker: str, record: Record) -> bool:
        return bool(self._dropped) and Dropped.at(taker, record) in self._dropped


def join(books: Books, events: Collection[Parked], rests_on: Collection[str]) -> None:
    """Park events that another transaction found in need of it; `OwnershipLost` when a line has gone since."""
    if not events:
        return
    parking = Parking(books)
    for event in events:
        if event.reason == BEHIND and not parking.stands((event.taker, *rests_on), event.record):
            raise OwnershipLost(f"a line of {event.taker} moved on")
        parking.add(event)
    parking.close()
