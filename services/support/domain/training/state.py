"""An enrolment as decisions see it, and how each event changes it."""

from dataclasses import dataclass
from datetime import date

from libs.events.contracts.support.training import (
    TrainingApplied,
    TrainingApproved,
    TrainingCompleted,
    TrainingDropped,
    TrainingEnrolled,
    TrainingFoundEligible,
    TrainingFoundIneligible,
)
from libs.events.contracts.support.training import TrainingStage as Stage
from libs.events.event import Event

# Where each event leaves an enrolment, from its effective day on.
_STAGES: dict[type[Event], Stage] = {
    TrainingApplied: Stage.APPLIED,
    TrainingFoundEligible: Stage.ELIGIBLE,
    TrainingFoundIneligible: Stage.INELIGIBLE,
    TrainingApproved: Stage.APPROVED,
    TrainingEnrolled: Stage.ENROLLED,
    TrainingCompleted: Stage.COMPLETED,
    TrainingDropped: Stage.DROPPED,
}


@dataclass(frozen=True)
class Training:
    """What decisions about an enrolment need to know; `since` is the day of its stage, `last` what led to it."""

    applied: TrainingApplied | None = None
    stage: Stage | None = None
    since: date = date.min
    last: Event | None = None


def evolve(training: Training, event: Event) -> Training:
    """The enrolment after one more fact."""
    stage = _STAGES.get(type(event))
    if stage is None:
        return training
    applied = event if isinstance(event, TrainingApplied) else training.applied
    return Training(applied, stage, event.effective_on or date.min, event)
