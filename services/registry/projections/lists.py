"""Police lists as they were applied, and the rows of them that wait for a human: the worklist of a commune."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from libs.events.contracts.registry.police_list import (
    ListApplied,
    ListReceived,
    RowOutcome,
    RowQuarantined,
    RowResolved,
)
from libs.events.projection import Projection


@dataclass(frozen=True)
class ListLine:
    """A list with its counts, which add up once it is applied; `unit` is the sender's."""

    list_id: UUID
    unit: str
    as_of: date
    received: int
    matched: int = 0
    new: int = 0
    quarantined: int = 0
    rejected: int = 0
    carried: int = 0
    applied: bool = False


@dataclass(frozen=True)
class QuarantinedRow:
    """A row that waits, or waited: `outcome` says what a human found."""

    row_id: UUID
    list_id: UUID
    unit: str
    sheet: int
    row: int
    problems: tuple[str, ...]
    candidates: tuple[UUID, ...]
    outcome: RowOutcome | None = None
    person_id: UUID | None = None


lists = Projection("registry.lists", 1, ListLine, unit="unit", indexes=["(unit, as_of)"])
quarantine = Projection(
    "registry.quarantine", 1, QuarantinedRow, unit="unit", indexes=["(unit) where outcome is null", "(list_id)"]
)


@lists.on(ListReceived, key=lambda e: e.list_id)
def received(event: ListReceived, row: ListLine | None) -> ListLine:
    """A first line."""
    return ListLine(event.list_id, event.unit, event.as_of, event.received)


@lists.on(ListApplied, key=lambda e: e.list_id)
def applied(event: ListApplied, row: ListLine | None) -> ListLine | None:
    """With its counts."""
    return row and replace(
        row,
        matched=event.matched,
        new=event.new,
        quarantined=event.quarantined,
        rejected=event.rejected,
        carried=event.carried,
        applied=True,
    )


@quarantine.on(RowQuarantined, key=lambda e: e.row_id)
def waits(event: RowQuarantined, row: QuarantinedRow | None) -> QuarantinedRow:
    """On the worklist."""
    return QuarantinedRow(
        row_id=event.row_id,
        list_id=event.list_id,
        unit=event.unit,
        sheet=event.sheet,
        row=event.row,
        problems=event.problems,
        candidates=event.candidates,
    )


@quarantine.on(RowResolved, key=lambda e: e.row_id)
def resolved(event: RowResolved, row: QuarantinedRow | None) -> QuarantinedRow | None:
    """Off the worklist, and kept."""
    return row and replace(row, outcome=event.outcome, person_id=event.person_id)
