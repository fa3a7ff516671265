"""Parked events: what a projection or a reactor could not take, in lines by subject, kept until somebody decides.

The first event of a line is the one that failed; later events of the same source and subject wait behind it for that
projection or reactor, and for no other.
"""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, text

from libs.events.checkpoints import LIVE, Place
from libs.events.record import Record, from_value, to_value

# Not one event that fails but a fault in the code or the log: the partition stops before it hides that.
PARKED_MAX = 1_000
BEHIND = "behind one that is parked"
# What parks bytes that are no record of the source: nobody could take them.
LOG = "log"


class Line(NamedTuple):
    """Whose events are parked, for which projection or reactor; how many, and what the first waits for."""

    taker: str
    source: str
    partition: int
    subject: str
    events: int = 0
    waits_for: str | None = None
    since: datetime | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        """What later events of the line are known by."""
        return self.taker, self.source, self.subject

    @property
    def place(self) -> Place:
        """The partition that they lie in."""
        return Place(self.source, self.partition)


@dataclass(frozen=True)
class Parked:
    """One parked event: `value` as it was published.

    Where it is no record of its source, `taker` is `log`, `sequence` is the offset and `subject` is empty.
    `waits_for` names the source without whose news a reactor could not decide yet.
    """

    taker: str
    source: str
    partition: int
    sequence: int
    subject: str
    value: bytes
    reason: str
    recorded_at: datetime | None = None
    waits_for: str | None = None
    parked_at: datetime | None = None

    @staticmethod
    def of(taker: str, record: Record, reason: str, waits_for: str | None = None) -> "Parked":
        """A record that a projection or reactor could not take."""
        place = (record.source, record.partition, record.sequence, record.subject)
        return Parked(taker, *place, to_value(record), reason, record.recorded_at, waits_for)

    @property
    def record(self) -> Record:
        """The record; `NotARecord` for what is none."""
        return from_value(self.partition, self.value)


class Dropped(NamedTuple):
    """An event that a projection or reactor is to pass over."""

    taker: str
    source: str
    partition: int
    sequence: int

    @staticmethod
    def at(taker: str, record: Record) -> "Dropped":
        """How a drop of this record would read."""
        return Dropped(taker, record.source, record.partition, record.sequence)


def lines(connection: Connection) -> list[Line]:
    """Every line."""
    return [Line(*row) for row in connection.execute(_LINES)]


def park(connection: Connection, events: Collection[Parked]) -> None:
    """Keep events; one that is parked already stays as it is."""
    if events:
        connection.execute(_PARK, [asdict(event) for event in events])


def parked_in(connection: Connection, line: Line) -> list[Parked]:
    """The events of a line in their order, under the lock of their partition: no follower adds to it meanwhile."""
    connection.execute(_LOCK, {"follower": LIVE, "source": line.source, "partition": line.partition})
    return [Parked(*row) for row in connection.execute(_LINE, line._asdict())]


def parked_of(connection: Connection, taker: str | None = None, subject: str | None = None) -> list[Parked]:
    """All parked events, or those of a projection or reactor, or of a subject, in the order of their lines."""
    return [Parked(*row) for row in connection.execute(_ALL, {"taker": taker, "subject": subject})]


def unpark(connection: Connection, events: Collection[Parked]) -> None:
    """Let go of events."""
    if events:
        connection.execute(_UNPARK, [asdict(event) for event in events])


def subjects_parked(connection: Connection, taker: str) -> frozenset[tuple[str, str]]:
    """Whose events are parked for a projection or reactor, as (source, subject)."""
    return frozenset((line.source, line.subject) for line in lines(connection) if line.taker == taker)


def unpark_all(connection: Connection, taker: str) -> None:
    """Let go of everything that is parked for a projection."""
    connection.execute(text("delete from parked_event where taker = :taker"), {"taker": taker})


_COLUMNS = "taker, source, partition, sequence, subject, value, reason, recorded_at, waits_for, parked_at"
_LINES = text(
    "select taker, source, partition, subject, count(*), (array_agg(waits_for order by sequence))[1], min(recorded_at)"
    " from parked_event group by 1, 2, 3, 4 order by 1, 2, 3, 4"
)
_PARK = text(
    "insert into parked_event (taker, source, partition, sequence, subject, value, reason, recorded_at, waits_for)"
    " values (:taker, :source, :partition, :sequence, :subject, :value, :reason, :recorded_at, :waits_for)"
    " on conflict do nothing"
)
_LOCK = text(
    "select from checkpoint where follower = :follower and source = :source and partition = :partition for update"
)
_LINE = text(
    f"select {_COLUMNS} from parked_event where (taker, source, partition, subject)"  # noqa: S608 -- Our own words.
    " = (:taker, :source, :partition, :subject) order by sequence"
)
_ALL = text(
    f"select {_COLUMNS} from parked_event where (cast(:taker as text) is null or taker = :taker)"  # noqa: S608 -- Our own words.
    " and (cast(:subject as text) is null or subject = :subject)"
    " order by taker, source, partition, subject, sequence"
)
_UNPARK = text(
    "delete from parked_event where (taker, source, partition, sequence) = (:taker, :source, :partition, :sequence)"
)
