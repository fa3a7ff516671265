"""A police list, received whole and applied once; and each of its rows that waits for a human, until one decides.

A row is a stream of its own beside its list's, both under the list as subject: who decides about one row of
thousands does not load them all. A row never opens or ends a case.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, assert_never
from uuid import UUID

from libs.events.contracts.registry.police_list import (
    ListApplied,
    ListReceived,
    RowOutcome,
    RowQuarantined,
    RowResolved,
)
from libs.events.contracts.values import UnitRef
from libs.events.decider import Decider, Invalid, Refused, Unknown, WrongStage
from libs.events.event import Event


@dataclass(frozen=True)
class Counts:
    """How the rows of a list ended; `carried` of the quarantined ones wait under an earlier list already."""

    matched: int = 0
    new: int = 0
    quarantined: int = 0
    rejected: int = 0
    carried: int = 0

    @property
    def received(self) -> int:
        """All rows: the sum of the four ends."""
        return self.matched + self.new + self.quarantined + self.rejected


@dataclass(frozen=True)
class ReceiveList:
    """Accept a list whose every row was read."""

    list_id: UUID
    unit: UnitRef
    as_of: date
    today: date
    received: int
    content: str


@dataclass(frozen=True)
class FinishList:
    """Say how its rows ended."""

    counts: Counts


@dataclass(frozen=True)
class QuarantineRow:
    """Have a row wait for a human."""

    list_id: UUID
    row_id: UUID
    unit: UnitRef
    sheet: int
    row: int
    problems: tuple[str, ...]
    candidates: tuple[UUID, ...] = ()


@dataclass(frozen=True)
class ResolveRow:
    """Say that a row is a known person, a new one (whose id comes with it), or nobody's.

    `corrections` are cells read instead of those that came, in the clear here.
    """

    outcome: RowOutcome
    person_id: UUID | None = None
    corrections: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def end(self) -> tuple[RowOutcome, UUID | None]:
        """Who the row is, however its cells were read."""
        return self.outcome, self.person_id


@dataclass(frozen=True)
class PoliceList:
    """A list as far as it came."""

    received: ListReceived | None = None
    counts: Counts | None = None


@dataclass(frozen=True)
class WaitingRow:
    """A row in quarantine, and who it was found to be."""

    quarantined: RowQuarantined | None = None
    resolved: ResolveRow | None = None


class ListOfTomorrow(Invalid):
    """A list is dated after today."""

    problem = "list-of-tomorrow"


class CountsDiffer(Invalid):
    """The ends of the rows do not add up to the rows received."""

    problem = "counts-differ"


class AlreadyResolved(Refused):
    """Somebody found the row to be somebody else's."""

    problem = "row-already-resolved"


class OutcomeUnfit(Invalid):
    """A row is resolved as a person, named, or as nobody's, without one."""

    problem = "outcome-unfit"


def decide_list(command: ReceiveList | FinishList, known: PoliceList, law: Any) -> list[Event]:
    """What follows from a command on a list."""
    match command:
        case ReceiveList():
            return receive(command, known)
        case FinishList():
            return finish(command, known)
        case _:
            assert_never(command)


def receive(command: ReceiveList, known: PoliceList) -> list[Event]:
    """A list that was received before adds nothing; its id stands for its content."""
    if command.as_of > command.today:
        raise ListOfTomorrow("a list is dated after today")
    if known.received is not None:
        return []
    return [
        ListReceived(
            list_id=command.list_id,
            unit=command.unit,
            as_of=command.as_of,
            received=command.received,
            content=command.content,
        )
    ]


def finish(command: FinishList, known: PoliceList) -> list[Event]:
    """Every row has its end, once."""
    if known.received is None:
        raise Unknown("no list was received under this id")
    if known.counts == command.counts:
        return []
    if known.counts is not None:
        raise WrongStage("the list was applied before")
    if command.counts.received != known.received.received or command.counts.carried > command.counts.quarantined:
        raise CountsDiffer("the rows do not add up")
    return [
        ListApplied(
            list_id=known.received.list_id,
            received=command.counts.received,
            matched=command.counts.matched,
            new=command.counts.new,
            quarantined=command.counts.quarantined,
            rejected=command.counts.rejected,
            carried=command.counts.carried,
        )
    ]


def evolve_list(known: PoliceList, event: Event) -> PoliceList:
    """The list after one more fact."""
    match event:
        case ListReceived():
            return replace(known, received=event)
        case ListApplied():
            counts = Counts(event.matched, event.new, event.quarantined, event.rejected, event.carried)
            return replace(known, counts=counts)
        case _:
            return known


def decide_row(command: QuarantineRow | ResolveRow, row: WaitingRow, law: Any) -> list[Event]:
    """What follows from a command on a row."""
    match command:
        case QuarantineRow():
            return quarantine(command, row)
        case ResolveRow():
            return resolve(command, row)
        case _:
            assert_never(command)


def quarantine(command: QuarantineRow, row: WaitingRow) -> list[Event]:
    """A row waits once; its id stands for its content."""
    if row.quarantined is not None:
        return []
    return [
        RowQuarantined(
            list_id=command.list_id,
            row_id=command.row_id,
            unit=command.unit,
            sheet=command.sheet,
            row=command.row,
            problems=command.problems,
            candidates=command.candidates,
        )
    ]


def resolve(command: ResolveRow, row: WaitingRow) -> list[Event]:
    """What a human found, once; who finds otherwise later is refused."""
    if row.quarantined is None:
        raise Unknown("no row waits under this id")
    if row.resolved is not None and row.resolved.end == command.end:
        return []  # Said twice, true once: with the corrections that came first.
    if row.resolved is not None:
        raise AlreadyResolved("the row was resolved before")
    somebody = command.outcome in {RowOutcome.MATCHED, RowOutcome.NEW}
    if command.outcome is RowOutcome.QUARANTINED or somebody != (command.person_id is not None):
        raise OutcomeUnfit("a row is a named person or nobody's")
    known = row.quarantined
    return [
        RowResolved(
            list_id=known.list_id,
            row_id=known.row_id,
            outcome=command.outcome,
            person_id=command.person_id,
            corrections=dict(command.corrections) or None,
        )
    ]


def evolve_row(row: WaitingRow, event: Event) -> WaitingRow:
    """The row after one more fact."""
    match event:
        case RowQuarantined():
            return replace(row, quarantined=event)
        case RowResolved():
            corrections = event.corrections if isinstance(event.corrections, dict) else {}
            return replace(row, resolved=ResolveRow(event.outcome, event.person_id, corrections))
        case _:
            return row


list_decider: Decider[ReceiveList | FinishList, PoliceList] = Decider("list", PoliceList(), decide_list, evolve_list)
row_decider: Decider[QuarantineRow | ResolveRow, WaitingRow] = Decider("row", WaitingRow(), decide_row, evolve_row)
