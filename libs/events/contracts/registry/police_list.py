"""A police list (danh sách của Công an) as it was applied, and the rows that wait for a human."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from libs.events.contracts.values import UnitRef
from libs.events.event import Event, Personal


class RowOutcome(StrEnum):
    """The four ends of a row; a list's rows are always their sum."""

    MATCHED = "matched"
    NEW = "new"
    QUARANTINED = "quarantined"
    REJECTED = "rejected"


class ListReceived(Event, type="registry.list-received", version=1, effective="as_of"):
    """A list was accepted whole; `content` is a keyed fingerprint of its rows, whatever their order or file name."""

    list_id: UUID
    unit: UnitRef
    as_of: date
    received: int
    content: str


class RowQuarantined(Event, type="registry.row-quarantined", version=1):
    """A row waits for a human; its cells lie encrypted under the file's key, not here.

    `unit` is the row's own where it could be told, else the list's; `sheet` and `row` count from 1, as the sender
    sees them. `candidates` are persons it may be, best first; `problems` are codes of domain 5.5 and of the matching.
    """

    list_id: UUID
    row_id: UUID
    unit: UnitRef
    sheet: int
    row: int
    problems: tuple[str, ...]
    candidates: tuple[UUID, ...] = ()


class RowResolved(Event, type="registry.row-resolved", version=1):
    """A human said who a quarantined row is, or that it is nobody's (`rejected`); the person's facts follow from it.

    `corrections` are cells read instead of those that came; like them they end with the file's key.
    """

    list_id: UUID
    row_id: UUID
    outcome: RowOutcome
    person_id: UUID | None = None
    corrections: Personal[dict[str, str]] | None = None


class ListApplied(Event, type="registry.list-applied", version=1):
    """Every row of the list has its end: received = matched + new + quarantined + rejected.

    `carried` of the quarantined rows wait already, word for word, under an earlier list of the same unit.
    """

    list_id: UUID
    received: int
    matched: int
    new: int
    quarantined: int
    rejected: int
    carried: int = 0
