"""What can be asked of an enrolment. `today` is the civil date of the request.

`managed` is what the registry was known to say of the person, `relied_on` its event from which it was known.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from libs.events.contracts.support.training import DropReason, TrainingKind
from libs.events.contracts.values import UnitRef
from libs.events.decision import Decision


@dataclass(frozen=True)
class ApplyForTraining:
    """A person under management asks to learn a trade."""

    training_id: UUID
    person_id: UUID
    unit: UnitRef
    kind: TrainingKind
    trade: str
    applied_on: date
    today: date
    managed: bool
    relied_on: str


@dataclass(frozen=True)
class AssessTraining:
    """The officer looked at the papers; `reason` is why not."""

    eligible: bool
    assessed_on: date
    today: date
    reason: str | None = None


@dataclass(frozen=True)
class ApproveTraining:
    """The chairman's decision."""

    decision: Decision
    today: date
    managed: bool
    relied_on: str


@dataclass(frozen=True)
class EnrolInTraining:
    """The person began at a school."""

    school_id: UUID
    enrolled_on: date
    today: date


@dataclass(frozen=True)
class CompleteTraining:
    """The person finished with a certificate."""

    completed_on: date
    certificate_number: str
    today: date


@dataclass(frozen=True)
class DropTraining:
    """The person withdrew, or stopped."""

    reason: DropReason
    dropped_on: date
    today: date


@dataclass(frozen=True)
class EndTraining:
    """The registry told of what ends every enrolment."""

    reason: DropReason
    ended_on: date


TrainingCommand = (
    ApplyForTraining
    | AssessTraining
    | ApproveTraining
    | EnrolInTraining
    | CompleteTraining
    | DropTraining
    | EndTraining
)
