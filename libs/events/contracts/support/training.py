"""An enrolment in vocational training (học nghề), from the application to its end (domain 3.10)."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from libs.events.contracts.values import UnitRef
from libs.events.decision import Decision
from libs.events.event import Event, Health, Personal


class TrainingKind(StrEnum):
    """How the trade is learned."""

    ELEMENTARY = "elementary"
    UNDER_THREE_MONTHS = "under_three_months"
    ON_THE_JOB = "on_the_job"


class TrainingStage(StrEnum):
    """Where an enrolment stands."""

    APPLIED = "applied"
    ELIGIBLE = "eligible"
    INELIGIBLE = "ineligible"
    APPROVED = "approved"
    ENROLLED = "enrolled"
    COMPLETED = "completed"
    DROPPED = "dropped"


class DropReason(StrEnum):
    """Why training was not finished; the registry alone says `deceased` and `declared_missing`."""

    OWN_WISH = "own_wish"
    FOUND_WORK = "found_work"
    MOVED_AWAY = "moved_away"
    DECEASED = "deceased"
    DECLARED_MISSING = "declared_missing"
    OTHER = "other"


class TrainingApplied(Event, type="support.training-applied", version=1, effective="applied_on"):
    """A person under management asked for vocational training (R-09, R-47).

    `relied_on` is the registry's event from which support knew that the person was managed.
    """

    training_id: UUID
    person_id: UUID
    unit: UnitRef
    kind: TrainingKind
    trade: Personal[str]
    applied_on: date
    relied_on: str
    rules: tuple[str, ...]


class TrainingFoundEligible(Event, type="support.training-found-eligible", version=1, effective="assessed_on"):
    """The application meets the conditions."""

    training_id: UUID
    person_id: UUID
    assessed_on: date


class TrainingFoundIneligible(Event, type="support.training-found-ineligible", version=1, effective="assessed_on"):
    """The application does not meet the conditions; the person may apply again."""

    training_id: UUID
    person_id: UUID
    assessed_on: date
    reason: Health[str]


class TrainingApproved(Event, type="support.training-approved", version=1, effective="approved_on"):
    """The chairman decided to support the training (R-04), relying on the registry's event that `relied_on` names."""

    training_id: UUID
    person_id: UUID
    approved_on: date
    decision: Decision
    relied_on: str


class TrainingEnrolled(Event, type="support.training-enrolled", version=1, effective="enrolled_on"):
    """The person began at a school; from here on the support counts as given (R-60)."""

    training_id: UUID
    person_id: UUID
    school_id: UUID
    enrolled_on: date


class TrainingCompleted(Event, type="support.training-completed", version=1, effective="completed_on"):
    """The person finished with a certificate."""

    training_id: UUID
    person_id: UUID
    completed_on: date
    certificate_number: str


class TrainingDropped(Event, type="support.training-dropped", version=1, effective="dropped_on"):
    """The enrolment ended unfinished.

    There is no free text: death must be writable also after the person's key was destroyed.
    """

    training_id: UUID
    person_id: UUID
    reason: DropReason
    dropped_on: date
