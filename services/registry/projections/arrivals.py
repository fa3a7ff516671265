"""Cases on their way, as the commune sees them that they are coming to."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from libs.events.contracts.registry.case import CaseEnded, TransferBounced, TransferNotified, TransferReceived
from libs.events.projection import Projection


@dataclass(frozen=True)
class Arrival:
    """A case in transit; it is here until it was received, bounced or ended."""

    case_id: UUID
    person_id: UUID
    from_unit: str
    to_unit: str
    left_on: date


arrivals = Projection("registry.arrivals", 1, Arrival, unit="to_unit", indexes=["(to_unit)"])


@arrivals.on(TransferNotified, key=lambda e: e.case_id)
def notified(event: TransferNotified, row: Arrival | None) -> Arrival:
    """Somebody is coming."""
    return Arrival(event.case_id, event.person_id, event.from_unit, event.to_unit, event.left_on)


@arrivals.on(TransferReceived, key=lambda e: e.case_id)
def received(event: TransferReceived, row: Arrival | None) -> None:
    """In the ledger now."""


@arrivals.on(TransferBounced, key=lambda e: e.case_id)
def bounced(event: TransferBounced, row: Arrival | None) -> None:
    """Not coming."""


@arrivals.on(CaseEnded, key=lambda e: e.case_id)
def ended(event: CaseEnded, row: Arrival | None) -> None:
    """Not coming any more."""
