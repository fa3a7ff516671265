"""An enrolment in vocational training: applied for, assessed, approved, begun, finished or not (domain 3.10).

Refused
├── NotManaged           409  support is for people under management
├── WrongStage           409  the enrolment is in another stage (libs.events.decider)
├── Unknown              404  there is no such enrolment (libs.events.decider)
├── NotAllowedByLaw      422  the law of the day gives no training, or another office decides (libs.events.decider)
└── Invalid              422  dates contradict each other, or the registry says it (libs.events.decider)
"""

from datetime import date
from typing import assert_never
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
)
from libs.events.contracts.support.training import TrainingStage as Stage
from libs.events.decider import Decider, Invalid, NotAllowedByLaw, Refused, Unknown, WrongStage
from libs.events.event import Event
from libs.law.authority import decider
from libs.law.law import Law
from libs.law.words import SocialSupport
from services.support.domain.training.commands import (
    ApplyForTraining,
    ApproveTraining,
    AssessTraining,
    CompleteTraining,
    DropTraining,
    EndTraining,
    EnrolInTraining,
    TrainingCommand,
)
from services.support.domain.training.state import Training, evolve

# What support learns from the registry and never says itself.
_OF_THE_REGISTRY = frozenset({DropReason.DECEASED, DropReason.DECLARED_MISSING})
_UNDER_WAY = frozenset({Stage.APPLIED, Stage.ELIGIBLE, Stage.APPROVED, Stage.ENROLLED})
About = dict[str, UUID]


class NotManaged(Refused):
    """Social support is for people under post-rehab management (R-09, R-47)."""

    problem = "not-managed"


def decide(command: TrainingCommand, training: Training, law: Law) -> list[Event]:  # noqa: PLR0911 -- One line a command.
    """What follows from a command under the law of its day; nothing when it says what is known already."""
    if isinstance(command, ApplyForTraining):
        return apply(command, training, law)
    if training.applied is None:
        raise Unknown("there is no such enrolment")
    about = {"training_id": training.applied.training_id, "person_id": training.applied.person_id}
    match command:
        case AssessTraining():
            return assess(command, training, about)
        case ApproveTraining():
            return approve(command, training, about, law)
        case EnrolInTraining():
            return enrol(command, training, about)
        case CompleteTraining():
            return complete(command, training, about)
        case DropTraining():
            return drop(command, training, about)
        case EndTraining():
            return end(command, training, about)
        case _:
            assert_never(command)


def apply(command: ApplyForTraining, training: Training, law: Law) -> list[Event]:
    """Apply while under management; that there is no other enrolment, the table of enrolments knows (R-60)."""
    _managed(managed=command.managed)
    applied = TrainingApplied(
        training_id=command.training_id,
        person_id=command.person_id,
        unit=command.unit,
        kind=command.kind,
        trade=command.trade,
        applied_on=command.applied_on,
        relied_on=command.relied_on,
        rules=_supported(law, command.applied_on),
    )
    return _once(applied, training, command.today, None)


def assess(command: AssessTraining, training: Training, about: About) -> list[Event]:
    """Find an application eligible, or not and why."""
    if command.eligible == (command.reason is not None):
        raise Invalid("a reason is given when the application is not eligible, and only then")
    found: Event = TrainingFoundEligible(assessed_on=command.assessed_on, **about)
    if command.reason is not None:
        found = TrainingFoundIneligible(assessed_on=command.assessed_on, reason=command.reason, **about)
    return _once(found, training, command.today, Stage.APPLIED)


def approve(command: ApproveTraining, training: Training, about: About, law: Law) -> list[Event]:
    """The chairman decides on support as on management (R-04), for somebody who is still managed (R-09)."""
    signed_on = command.decision.signed_on
    supported = _supported(law, signed_on)
    competent = decider(law, on=signed_on)
    if command.decision.body != competent.value:
        raise NotAllowedByLaw("another office decides", rules=competent.rules, competent=competent.value)
    decision = command.decision.model_copy(update={"rules": (*competent.rules, *supported)})
    approved = TrainingApproved(approved_on=signed_on, decision=decision, relied_on=command.relied_on, **about)
    events = _once(approved, training, command.today, Stage.ELIGIBLE)
    if events:
        _managed(managed=command.managed)
    return events


def enrol(command: EnrolInTraining, training: Training, about: About) -> list[Event]:
    """Begin what was approved."""
    enrolled = TrainingEnrolled(school_id=command.school_id, enrolled_on=command.enrolled_on, **about)
    return _once(enrolled, training, command.today, Stage.APPROVED)


def complete(command: CompleteTraining, training: Training, about: About) -> list[Event]:
    """Finish; who is off the list by then finishes all the same."""
    number = command.certificate_number
    completed = TrainingCompleted(completed_on=command.completed_on, certificate_number=number, **about)
    return _once(completed, training, command.today, Stage.ENROLLED)


def drop(command: DropTraining, training: Training, about: About) -> list[Event]:
    """Withdraw an application, or stop the training."""
    if command.reason in _OF_THE_REGISTRY:
        raise Invalid("only the registry tells of this", end=command.reason)
    dropped = TrainingDropped(reason=command.reason, dropped_on=command.dropped_on, **about)
    return _once(dropped, training, command.today, *_UNDER_WAY)


def end(command: EndTraining, training: Training, about: About) -> list[Event]:
    """End what is under way, on the day or, if that was before the present stage began, on its first day."""
    if training.stage not in _UNDER_WAY:
        return []
    return [TrainingDropped(reason=command.reason, dropped_on=max(command.ended_on, training.since), **about)]


def _managed(*, managed: bool) -> None:
    if not managed:
        raise NotManaged("the person is not under management", rules=("R-09", "R-47"))


def _supported(law: Law, on: date) -> tuple[str, ...]:
    rule = law.find("management.supports", on=on)
    if rule is None or SocialSupport.VOCATIONAL_TRAINING not in rule.read(tuple):
        raise NotAllowedByLaw("the law of that day gives no vocational training", rules=("R-09",))
    return (rule.id,)


def _once(event: Event, training: Training, today: date, *stages: Stage | None) -> list[Event]:
    """The event, at one of its stages and on a day between that stage's first and today; nothing if it was the last."""
    if event == training.last:
        return []
    if training.stage not in stages:
        raise WrongStage("the enrolment is in another stage", stage=training.stage)
    if not training.since <= (event.effective_on or today) <= today:
        raise Invalid("the day lies before what happened last, or in the future")
    return [event]


training_decider: Decider[TrainingCommand, Training] = Decider("training", Training(), decide, evolve)
