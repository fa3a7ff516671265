"""Deadlines: rows that events set, move and clear; one that passes becomes an event, once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any
from uuid import UUID, uuid5

from libs.events.books import Books, Store
from libs.events.contracts.upkeep import DeadlinePassed, upkeep
from libs.events.decider import Decider, Refused
from libs.events.handling import Handler, Outcome, Target
from libs.events.projection import Projection
from libs.events.reactor import Reaction
from libs.events.record import Meta, Position

BATCH_MAX = 200
RING_SECONDS = 1.0


class DeadlineMoved(Refused):
    """The deadline was met, or is another by now: nothing has passed."""

    problem = "deadline-moved"


@dataclass(frozen=True)
class DeadlineRow:
    """What is due of one aggregate; `due` as the event that set it says, `passes_at` the instant when that is over."""

    of: UUID
    subject: str
    due: str
    passes_at: datetime
    passed: bool = False

    @staticmethod
    def on(of: UUID, subject: str, due: date, zone: tzinfo) -> "DeadlineRow":
        """Due on a civil date: it passes with the end of that day in the zone."""
        return DeadlineRow(of, subject, due.isoformat(), datetime.combine(due + timedelta(days=1), time.min, zone))

    @staticmethod
    def at(of: UUID, subject: str, due: datetime) -> "DeadlineRow":
        """Due at an instant, which must say its offset."""
        if due.utcoffset() is None:
            raise ValueError("an instant without an offset is no deadline")
        return DeadlineRow(of, subject, due.isoformat(), due)


@dataclass(frozen=True, eq=False)
class Deadlines:
    """One kind of deadline of a service: its rows, and the command that computes one anew by the law as it is now."""

    rows: Projection[DeadlineRow]
    redate: Callable[[DeadlineRow], Reaction] | None = None


def deadline_rows(name: str) -> Projection[DeadlineRow]:
    """The rows of one kind, `<service>.<kind>`, an inline projection; the service adds what sets, moves, clears them.

    An event that says a due again that has passed leaves it passed; another due is open again.
    """
    rows = Projection(name, 1, DeadlineRow, indexes=["(passes_at) where not passed"])

    @rows.on(upkeep(_service_of(name)).passed, key=lambda event: event.of if event.deadline == name else ())
    def passed(event: DeadlinePassed, row: DeadlineRow | None) -> DeadlineRow | None:
        return replace(row, passed=True) if row is not None and row.due == event.due else row

    return rows


def still(row: DeadlineRow | None, due: DeadlineRow) -> DeadlineRow:
    """The row after an event that says when it is due: as it was where nothing changed."""
    return row if row is not None and row.due == due.due else due


class Alarm:
    """Tells of deadlines that have passed; any number may ring at once, and each is told of once."""

    def __init__(self, deadlines: Sequence[Deadlines], handler: Handler, store: Store) -> None:
        self._deadlines = deadlines
        self._handler = handler
        self._store = store

    def ring(self) -> int:
        """Tell of everything that has passed by now; how many were."""
        return sum(self._ring(one.rows) for one in self._deadlines)

    def _ring(self, rows: Projection[DeadlineRow]) -> int:
        told = 0
        while due := self._due(rows):
            told += sum(self._tell(rows, row, since) for row, since in due)
            if len(due) < BATCH_MAX:
                break
        return told

    def _tell(self, rows: Projection[DeadlineRow], row: DeadlineRow, since: Position) -> bool:
        def unmoved(books: Books, _outcome: Outcome) -> None:
            # Under the lock of its partition: what met or moved the deadline meanwhile is seen here.
            found, _ = books.load(rows, books.live()[rows.name], [row.of]).get(row.of, (None, None))
            if found is None or found.due != row.due:
                raise DeadlineMoved("the deadline is another by now")

        try:
            self._handler.handle(self._target(rows.name, row, since), unmoved)
        except DeadlineMoved:
            return False
        return True

    def _due(self, rows: Projection[DeadlineRow]) -> list[tuple[DeadlineRow, Position]]:
        with self._store.begin() as books:
            return books.due(rows, BATCH_MAX)

    def _target(self, name: str, row: DeadlineRow, since: Position) -> Target[Any, Any]:
        deadline = uuid5(row.of, name)
        # Told once for the event that set it: a due that comes back after another is told of again.
        command_id = uuid5(deadline, str(since))
        event = upkeep(_service_of(name)).passed(of=row.of, deadline=name, due=row.due)
        meta = Meta(command_id, f"deadline:{name}", command_id)
        return Target(_passing, f"deadline-{deadline}", event, meta, row.subject)


def _service_of(name: str) -> str:
    return name.split(".", 1)[0]


# A stream of one deadline: every time that it passed.
_passing: Decider[DeadlinePassed, None] = Decider(
    "deadline", None, lambda event, _told, _law: [event], lambda told, _: told
)
