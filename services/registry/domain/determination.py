"""The determination of addiction; after a completed episode it is a relapse, whatever became of the case."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from libs.events.contracts.registry.determination import DeterminationRecorded, RelapseConfirmed
from libs.events.contracts.values import UnitRef
from libs.events.decider import Decider, Invalid, Refused
from libs.events.event import Event


@dataclass(frozen=True)
class LastCompletion:
    """The last completed episode before the determination, and where the registry knows it from."""

    episode_id: UUID
    completed_on: date
    position: str


@dataclass(frozen=True)
class RecordDetermination:
    """Record what a competent body found; the route adds the last completion that the registry knows."""

    determination_id: UUID
    person_id: UUID
    unit: UnitRef
    determined_on: date
    today: date
    addicted: bool
    body: str
    certificate_number: str
    last_completion: LastCompletion | None


@dataclass(frozen=True)
class Determination:
    """Whether and how it was recorded."""

    recorded: DeterminationRecorded | None = None


class DeterminedInTheFuture(Invalid):
    """A determination was dated after today."""

    problem = "determined-in-the-future"


class AlreadyDetermined(Refused):
    """The determination was recorded before, otherwise than said now."""

    problem = "already-determined"


def decide(command: RecordDetermination, determination: Determination, law: Any) -> list[Event]:
    """The determination, and beside it the relapse it proves (D116 Art 3(6)): after a completion, once."""
    if command.determined_on > command.today:
        raise DeterminedInTheFuture("a determination is dated after today")
    recorded = DeterminationRecorded(
        determination_id=command.determination_id,
        person_id=command.person_id,
        unit=command.unit,
        determined_on=command.determined_on,
        addicted=command.addicted,
        body=command.body,
        certificate_number=command.certificate_number,
    )
    if determination.recorded == recorded:
        return []  # Said twice, true once.
    if determination.recorded is not None:
        raise AlreadyDetermined("the determination was recorded before")
    return [recorded, *_relapse(command)]


def _relapse(command: RecordDetermination) -> list[Event]:
    last = command.last_completion
    if not command.addicted or last is None or last.completed_on > command.determined_on:
        return []
    return [
        RelapseConfirmed(
            determination_id=command.determination_id,
            person_id=command.person_id,
            episode_id=last.episode_id,
            unit=command.unit,
            determined_on=command.determined_on,
            relied_on=last.position,
        )
    ]


def evolve(determination: Determination, event: Event) -> Determination:
    """The determination after one more fact."""
    return Determination(event) if isinstance(event, DeterminationRecorded) else determination


determination_decider: Decider[RecordDetermination, Determination] = Decider(
    "determination", Determination(), decide, evolve
)
