"""An enrolment as decisions see it, and how each event changes it."""

from dataclasses import dataclass, replace
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

# Where each later event leaves an enrolment, from its effective day on.
_STAGES: dict[type[Event], Stage] = {
    TrainingFoundEligible: Stage.ELIGIBLE,
    TrainingFoundIneligible: Stage.INELIGIBLE,
    TrainingApproved: Stage.APPROVED,
    TrainingEnrolled: Stage.ENROLLED,
    TrainingCompleted: Stage.COMPLETED,
    TrainingDropped: Stage.DROPPED,
}


@dataclass(frozen=True)
class Training:
    """What decisions about an enrolment need to know; `since` is the day of its stage."""

    applied: TrainingApplied | None = None
    stage: Stage | None = None
    since: date = date.min


def evolve(training: Training, event: Event) -> Training:
    """The enrolment after one more fact."""
    if isinstance(event, TrainingApplied):
        return Training(event, Stage.APPLIED, event.applied_on)
    stage = _STAGES.get(type(event))
    return training if stage is None else replace(training, stage=stage, since=event.effective_on or date.min)
