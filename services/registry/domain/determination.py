"""The determination of addiction; after a completed episode it is a relapse, whatever became of the case."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, assert_never
from uuid import UUID

from libs.events.contracts.registry.determination import DeterminationRecorded, RelapseConfirmed
from libs.events.contracts.values import UnitRef
from libs.events.decider import Decider, Invalid, Refused, Unknown
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
class ConfirmRelapse:
    """A completion before the determination became known, or was corrected to lie before it."""

    last_completion: LastCompletion


DeterminationCommand = RecordDetermination | ConfirmRelapse


@dataclass(frozen=True)
class Determination:
    """Whether and how it was recorded, and whether it was found to be a relapse."""

    recorded: DeterminationRecorded | None = None
    relapse: bool = False


class DeterminedInTheFuture(Invalid):
    """A determination was dated after today."""

    problem = "determined-in-the-future"


class AlreadyDetermined(Refused):
    """The determination was recorded before, otherwise than said now."""

    problem = "already-determined"


def decide(command: DeterminationCommand, determination: Determination, law: Any) -> list[Event]:
    """What follows from a command; nothing when it says what is known already."""
    match command:
        case RecordDetermination():
            return record(command, determination)
        case ConfirmRelapse():
            return confirm_relapse(command, determination)
        case _:
            assert_never(command)


def record(command: RecordDetermination, determination: Determination) -> list[Event]:
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
    return [recorded, *_relapse(recorded, command.last_completion)]


def confirm_relapse(command: ConfirmRelapse, determination: Determination) -> list[Event]:
    """The relapse that a determination turns out to have proved; found once, it stays one."""
    if determination.recorded is None:
        raise Unknown("there is no such determination")
    return [] if determination.relapse else _relapse(determination.recorded, command.last_completion)


def _relapse(recorded: DeterminationRecorded, last: LastCompletion | None) -> list[Event]:
    if not recorded.addicted or last is None or last.completed_on > recorded.determined_on:
        return []
    return [
        RelapseConfirmed(
            determination_id=recorded.determination_id,
            person_id=recorded.person_id,
            episode_id=last.episode_id,
            unit=recorded.unit,
            determined_on=recorded.determined_on,
            relied_on=last.position,
        )
    ]


def evolve(determination: Determination, event: Event) -> Determination:
    """The determination after one more fact."""
    match event:
        case DeterminationRecorded():
            return Determination(event)
        case RelapseConfirmed():
            return replace(determination, relapse=True)
        case _:
            return determination


determination_decider: Decider[DeterminationCommand, Determination] = Decider(
    "determination", Determination(), decide, evolve
)
