"""The determination of addiction; after a completed episode it is a relapse, whatever became of the case."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, assert_never
from uuid import UUID

from libs.events.contracts.registry.determination import (
    DeterminationAnnulled,
    DeterminationCorrected,
    DeterminationRecorded,
    RelapseConfirmed,
    RelapseWithdrawn,
)
from libs.events.contracts.values import UnitRef
from libs.events.decider import Decider, Invalid, Refused, Unknown
from libs.events.event import Event
from services.registry.domain.life import Life, said_before


@dataclass(frozen=True)
class LastCompletion:
    """The last completed episode before the determination, and where the registry knows it from."""

    episode_id: UUID
    completed_on: date
    position: str


@dataclass(frozen=True)
class RecordDetermination:
    """Record what a competent body found; the route adds the last completion, and what is known of the life."""

    determination_id: UUID
    person_id: UUID
    unit: UnitRef
    determined_on: date
    today: date
    addicted: bool
    body: str
    certificate_number: str
    last_completion: LastCompletion | None
    life: Life


@dataclass(frozen=True)
class CorrectDetermination:
    """The record was wrong; the route adds the last completion before the corrected date, and the life."""

    determined_on: date
    addicted: bool
    today: date
    reason: str
    last_completion: LastCompletion | None
    life: Life


@dataclass(frozen=True)
class AnnulDetermination:
    """The determination must count for nothing."""

    today: date
    reason: str


@dataclass(frozen=True)
class ConfirmRelapse:
    """A completion before the determination became known, or was corrected to lie before it."""

    last_completion: LastCompletion


DeterminationCommand = RecordDetermination | CorrectDetermination | AnnulDetermination | ConfirmRelapse


@dataclass(frozen=True)
class Determination:
    """How it was recorded, what it says now, and the relapse that it proves."""

    recorded: DeterminationRecorded | None = None
    determined_on: date | None = None
    addicted: bool = False
    annulled: bool = False
    relapse: RelapseConfirmed | None = None


class DeterminedInTheFuture(Invalid):
    """A determination was dated after today."""

    problem = "determined-in-the-future"


class AlreadyDetermined(Refused):
    """The determination was recorded before, otherwise than said now; correct it instead."""

    problem = "already-determined"


class DeterminationIsAnnulled(Refused):
    """An annulled determination cannot be corrected."""

    problem = "determination-annulled"


def decide(command: DeterminationCommand, determination: Determination, law: Any) -> list[Event]:
    """What follows from a command; nothing when it says what is known already."""
    if isinstance(command, RecordDetermination):
        return record(command, determination)
    if determination.recorded is None:
        raise Unknown("there is no such determination")
    match command:
        case CorrectDetermination():
            return correct(command, determination, determination.recorded)
        case AnnulDetermination():
            return annul(command, determination, determination.recorded)
        case ConfirmRelapse():
            return confirm_relapse(command, determination, determination.recorded)
        case _:
            assert_never(command)


def record(command: RecordDetermination, determination: Determination) -> list[Event]:
    """The determination, and beside it the relapse it proves (D116 Art 3(6)): after a completion, once."""
    if command.determined_on > command.today:
        raise DeterminedInTheFuture("a determination is dated after today")
    command.life.check(command.determined_on)
    recorded = DeterminationRecorded(
        determination_id=command.determination_id,
        person_id=command.person_id,
        unit=command.unit,
        determined_on=command.determined_on,
        addicted=command.addicted,
        body=command.body,
        certificate_number=command.certificate_number,
        age=command.life.age_on(command.determined_on),
        relied_on=command.life.position,
    )
    if said_before(determination.recorded, recorded):
        return []  # Said twice, true once.
    if determination.recorded is not None:
        raise AlreadyDetermined("the determination was recorded before")
    return [recorded, *_relapse(recorded, recorded.determined_on, command.last_completion, addicted=recorded.addicted)]


def correct(
    command: CorrectDetermination, determination: Determination, recorded: DeterminationRecorded
) -> list[Event]:
    """What it proved is withdrawn, and confirmed anew where it still proves it; the case follows by reaction."""
    if determination.annulled:
        raise DeterminationIsAnnulled("the determination was annulled")
    if command.determined_on > command.today:
        raise DeterminedInTheFuture("a determination is dated after today")
    command.life.check(command.determined_on)
    if (determination.determined_on, determination.addicted) == (command.determined_on, command.addicted):
        return []
    corrected = DeterminationCorrected(
        determination_id=recorded.determination_id,
        person_id=recorded.person_id,
        determined_on=command.determined_on,
        addicted=command.addicted,
        was=determination.determined_on or recorded.determined_on,
        reason=command.reason,
        age=command.life.age_on(command.determined_on),
        relied_on=command.life.position,
    )
    anew = _relapse(recorded, command.determined_on, command.last_completion, addicted=command.addicted)
    return [corrected, *_withdrawn(determination), *anew]


def annul(command: AnnulDetermination, determination: Determination, recorded: DeterminationRecorded) -> list[Event]:
    """Annulled twice, annulled once; what it proved is withdrawn."""
    if determination.annulled:
        return []
    annulled = DeterminationAnnulled(
        determination_id=recorded.determination_id,
        person_id=recorded.person_id,
        annulled_on=command.today,
        reason=command.reason,
    )
    return [annulled, *_withdrawn(determination)]


def confirm_relapse(
    command: ConfirmRelapse, determination: Determination, recorded: DeterminationRecorded
) -> list[Event]:
    """The relapse that a determination turns out to have proved; found once, it stays one until it is withdrawn."""
    if determination.relapse is not None or determination.annulled or determination.determined_on is None:
        return []
    return _relapse(recorded, determination.determined_on, command.last_completion, addicted=determination.addicted)


def _withdrawn(determination: Determination) -> list[Event]:
    if (relapse := determination.relapse) is None:
        return []
    return [
        RelapseWithdrawn(
            determination_id=relapse.determination_id,
            person_id=relapse.person_id,
            episode_id=relapse.episode_id,
            determined_on=relapse.determined_on,
        )
    ]


def _relapse(
    recorded: DeterminationRecorded, determined_on: date, last: LastCompletion | None, *, addicted: bool
) -> list[Event]:
    if not addicted or last is None or last.completed_on > determined_on:
        return []
    return [
        RelapseConfirmed(
            determination_id=recorded.determination_id,
            person_id=recorded.person_id,
            episode_id=last.episode_id,
            unit=recorded.unit,
            determined_on=determined_on,
            relied_on=last.position,
        )
    ]


def evolve(determination: Determination, event: Event) -> Determination:
    """The determination after one more fact."""
    match event:
        case DeterminationRecorded():
            return Determination(event, event.determined_on, event.addicted)
        case DeterminationCorrected():
            return replace(determination, determined_on=event.determined_on, addicted=event.addicted)
        case DeterminationAnnulled():
            return replace(determination, annulled=True)
        case RelapseConfirmed():
            return replace(determination, relapse=event)
        case RelapseWithdrawn():
            return replace(determination, relapse=None)
        case _:
            return determination


determination_decider: Decider[DeterminationCommand, Determination] = Decider(
    "determination", Determination(), decide, evolve
)
