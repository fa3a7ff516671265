"""Determinations of addiction as they stand, and the completion after which each is a relapse."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from libs.events.contracts.registry.determination import (
    DeterminationAnnulled,
    DeterminationCorrected,
    DeterminationRecorded,
    RelapseConfirmed,
    RelapseWithdrawn,
)
from libs.events.projection import Projection


@dataclass(frozen=True)
class DeterminationRow:
    """A determination; `episode_id` is the completed episode after which it is a relapse, where that was found.

    `age` is the person's on the day, where known.
    """

    determination_id: UUID
    person_id: UUID
    unit: str
    determined_on: date
    addicted: bool
    age: int | None
    annulled: bool = False
    episode_id: UUID | None = None


determinations = Projection(
    "registry.determinations", 1, DeterminationRow, unit="unit", indexes=["(person_id, determined_on)"]
)
# A determination of addiction after no completion that the registry knows.
UNPLACED = "addicted and not annulled and episode_id is null"


@determinations.on(DeterminationRecorded, key=lambda e: e.determination_id)
def recorded(event: DeterminationRecorded, row: DeterminationRow | None) -> DeterminationRow:
    """A first row."""
    return DeterminationRow(
        event.determination_id, event.person_id, event.unit, event.determined_on, event.addicted, event.age
    )


@determinations.on(DeterminationCorrected, key=lambda e: e.determination_id)
def corrected(event: DeterminationCorrected, row: DeterminationRow | None) -> DeterminationRow | None:
    """What it says now."""
    return row and replace(row, determined_on=event.determined_on, addicted=event.addicted, age=event.age)


@determinations.on(DeterminationAnnulled, key=lambda e: e.determination_id)
def annulled(event: DeterminationAnnulled, row: DeterminationRow | None) -> DeterminationRow | None:
    """The row stays."""
    return row and replace(row, annulled=True)


@determinations.on(RelapseConfirmed, key=lambda e: e.determination_id)
def relapse_confirmed(event: RelapseConfirmed, row: DeterminationRow | None) -> DeterminationRow | None:
    """Its completion was found."""
    return row and replace(row, episode_id=event.episode_id)


@determinations.on(RelapseWithdrawn, key=lambda e: e.determination_id)
def relapse_withdrawn(event: RelapseWithdrawn, row: DeterminationRow | None) -> DeterminationRow | None:
    """It is none, or has to be found anew."""
    return row and replace(row, episode_id=None)
