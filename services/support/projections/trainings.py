"""Enrolments in vocational training, one row each; a person holds one support at most, for life (R-60)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from libs.events.contracts.support.training import (
    DropReason,
    TrainingApplied,
    TrainingApproved,
    TrainingCompleted,
    TrainingDropped,
    TrainingEnrolled,
    TrainingFoundEligible,
    TrainingFoundIneligible,
    TrainingKind,
)
from libs.events.contracts.support.training import TrainingStage as Stage
from libs.events.decider import Refused
from libs.events.event import Sealed, sealed
from libs.events.projection import Projection


class SupportHeld(Refused):
    """Training is supported once per person, and an enrolment of this person holds or used it (R-60)."""

    problem = "support-held"

    def __init__(self, reason: str, *, rules: Sequence[str] = ("R-60",), **params: object) -> None:
        super().__init__(reason, rules=rules, **params)


@dataclass(frozen=True)
class TrainingRow:
    """An enrolment; `holds_support` from the application on, for good once the person had begun."""

    training_id: UUID
    person_id: UUID
    unit: str
    kind: TrainingKind
    trade: Sealed | None
    stage: Stage
    applied_on: date
    holds_support: bool = True
    decision_number: str | None = None
    approved_on: date | None = None
    school_id: UUID | None = None
    enrolled_on: date | None = None
    ended_on: date | None = None
    dropped_for: DropReason | None = None


trainings = Projection(
    "support.trainings",
    1,
    TrainingRow,
    unit="unit",
    indexes=["(person_id)", "(school_id) where school_id is not null"],
    unique={"(person_id) where holds_support": SupportHeld},
)


@trainings.on(TrainingApplied, key=lambda e: e.training_id)
def applied(event: TrainingApplied, row: TrainingRow | None) -> TrainingRow:
    """A first row."""
    return TrainingRow(
        training_id=event.training_id,
        person_id=event.person_id,
        unit=event.unit,
        kind=event.kind,
        trade=sealed(event.trade),
        stage=Stage.APPLIED,
        applied_on=event.applied_on,
    )


@trainings.on(TrainingFoundEligible, key=lambda e: e.training_id)
def found_eligible(event: TrainingFoundEligible, row: TrainingRow | None) -> TrainingRow | None:
    """Waiting for the decision."""
    return row and replace(row, stage=Stage.ELIGIBLE)


@trainings.on(TrainingFoundIneligible, key=lambda e: e.training_id)
def found_ineligible(event: TrainingFoundIneligible, row: TrainingRow | None) -> TrainingRow | None:
    """The person may apply again."""
    return row and replace(row, stage=Stage.INELIGIBLE, holds_support=False)


@trainings.on(TrainingApproved, key=lambda e: e.training_id)
def approved(event: TrainingApproved, row: TrainingRow | None) -> TrainingRow | None:
    """Decided."""
    number = event.decision.number
    return row and replace(row, stage=Stage.APPROVED, decision_number=number, approved_on=event.approved_on)


@trainings.on(TrainingEnrolled, key=lambda e: e.training_id)
def enrolled(event: TrainingEnrolled, row: TrainingRow | None) -> TrainingRow | None:
    """Learning."""
    return row and replace(row, stage=Stage.ENROLLED, school_id=event.school_id, enrolled_on=event.enrolled_on)


@trainings.on(TrainingCompleted, key=lambda e: e.training_id)
def completed(event: TrainingCompleted, row: TrainingRow | None) -> TrainingRow | None:
    """Finished."""
    return row and replace(row, stage=Stage.COMPLETED, ended_on=event.completed_on)


@trainings.on(TrainingDropped, key=lambda e: e.training_id)
def dropped(event: TrainingDropped, row: TrainingRow | None) -> TrainingRow | None:
    """The support stays used when training had begun, and is free again when it had not."""
    return row and replace(
        row,
        stage=Stage.DROPPED,
        holds_support=row.stage is Stage.ENROLLED,
        ended_on=event.dropped_on,
        dropped_for=event.reason,
    )
