"""Determinations of addiction that are no relapse yet: no completion before them is known."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from libs.events.contracts.registry.determination import DeterminationRecorded, RelapseConfirmed
from libs.events.projection import Projection


@dataclass(frozen=True)
class UnplacedDetermination:
    """A determination of addiction, after no completion that the registry knows."""

    determination_id: UUID
    person_id: UUID
    determined_on: date
    unit: str


unplaced_determinations = Projection(
    "registry.unplaced_determinations",
    1,
    UnplacedDetermination,
    unit="unit",
    indexes=["(person_id)"],
)


@unplaced_determinations.on(DeterminationRecorded, key=lambda e: e.determination_id)
def recorded(event: DeterminationRecorded, row: UnplacedDetermination | None) -> UnplacedDetermination | None:
    """Only addiction can be a relapse."""
    if not event.addicted:
        return None
    return UnplacedDetermination(event.determination_id, event.person_id, event.determined_on, event.unit)


@unplaced_determinations.on(RelapseConfirmed, key=lambda e: e.determination_id)
def relapse_confirmed(event: RelapseConfirmed, row: UnplacedDetermination | None) -> None:
    """Its completion was found."""
