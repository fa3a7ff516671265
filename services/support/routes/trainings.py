"""Vocational training: apply, assess, approve, enrol, finish or stop, and the enrolments of a unit or school."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import StringConstraints

from libs.events.contracts.support.training import DropReason, TrainingKind, TrainingStage
from libs.events.decision import Decision, DocumentNumber, OfficialId
from libs.events.handling import Outcome
from libs.people import known
from libs.web.answers import Seen
from libs.web.bodies import Body, View
from libs.web.edge import Edge
from libs.web.paging import Page, PageRequest
from libs.web.roles import Permission, Scope
from libs.web.routing import Router
from services.support.domain.training import training_decider
from services.support.domain.training.commands import (
    ApplyForTraining,
    ApproveTraining,
    AssessTraining,
    CompleteTraining,
    DropTraining,
    EnrolInTraining,
    TrainingCommand,
)
from services.support.projections.persons import persons
from services.support.projections.trainings import TrainingRow, trainings

router = Router("trainings")
Trade = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
Office = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]


class ApplicationBody(Body):
    """Who wants to learn what, and how."""

    person_id: UUID
    kind: TrainingKind
    trade: Trade
    applied_on: date


class AssessmentBody(Body):
    """Whether the conditions are met; `reason` says why not."""

    eligible: bool
    assessed_on: date
    reason: Reason | None = None


class ApprovalBody(Body):
    """A signed decision (quyết định); `body` is the deciding office, `unit` its unit, `signer` an opaque id."""

    number: DocumentNumber
    signed_on: date
    body: Office
    unit: str
    signer: OfficialId


class EnrolmentBody(Body):
    """Where and when the person began."""

    school_id: UUID
    enrolled_on: date


class CompletionBody(Body):
    """When the person finished, and the certificate."""

    completed_on: date
    certificate_number: DocumentNumber


class DropBody(Body):
    """Why and when it ended unfinished; of deaths the registry tells."""

    reason: DropReason
    dropped_on: date


class TrainingView(View):
    """An enrolment; `trade` is null when it was erased."""

    training_id: UUID
    person_id: UUID
    unit: str
    kind: TrainingKind
    trade: str | None
    stage: TrainingStage
    applied_on: date
    decision_number: str | None
    approved_on: date | None
    school_id: UUID | None
    enrolled_on: date | None
    ended_on: date | None
    dropped_for: DropReason | None


@router.command("/v1/trainings", permission=Permission.TRAINING_APPLY, created="/v1/trainings/{id}")
def apply_for_training(body: ApplicationBody, edge: Edge) -> Outcome:
    """Apply for a person under management (R-09, R-47), once (R-60)."""
    person, position = edge.found(known(persons, edge.reading(persons), body.person_id))
    training_id = edge.new_id("training")
    command = ApplyForTraining(
        training_id=training_id,
        person_id=body.person_id,
        unit=person.unit,
        kind=body.kind,
        trade=body.trade,
        applied_on=body.applied_on,
        today=edge.today,
        managed=person.managed,
        relied_on=str(position),
    )
    return edge.handle(training_decider, f"training-{training_id}", command, subject=f"person-{body.person_id}")


@router.command("/v1/trainings/{training_id}/assessment", permission=Permission.TRAINING_APPLY)
def assess_training(training_id: UUID, body: AssessmentBody, edge: Edge) -> Outcome:
    """Find the application eligible, or not."""
    edge.find(trainings, training_id)
    command = AssessTraining(body.eligible, body.assessed_on, edge.today, body.reason)
    return _handle(edge, training_id, command)


@router.command("/v1/trainings/{training_id}/approval", permission=Permission.TRAINING_DECIDE)
def approve_training(training_id: UUID, body: ApprovalBody, edge: Edge) -> Outcome:
    """Decide to support the training (R-04)."""
    row = edge.find(trainings, training_id)
    decision = Decision(**body.model_dump() | {"unit": edge.within(body.unit)})
    # Somebody who moved away since is not known here, and so not managed here.
    person, position = known(persons, edge.reading(persons), row.person_id) or (None, None)
    managed = person is not None and person.managed
    return _handle(edge, training_id, ApproveTraining(decision, edge.today, managed, str(position)))


@router.command("/v1/trainings/{training_id}/enrolment", permission=Permission.TRAINING_APPLY)
def enrol_in_training(training_id: UUID, body: EnrolmentBody, edge: Edge) -> Outcome:
    """Record that the person began."""
    edge.find(trainings, training_id)
    return _handle(edge, training_id, EnrolInTraining(body.school_id, body.enrolled_on, edge.today))


@router.command("/v1/trainings/{training_id}/completion", permission=Permission.TRAINING_APPLY)
def complete_training(training_id: UUID, body: CompletionBody, edge: Edge) -> Outcome:
    """Record that the person finished."""
    edge.find(trainings, training_id)
    return _handle(edge, training_id, CompleteTraining(body.completed_on, body.certificate_number, edge.today))


@router.command("/v1/trainings/{training_id}/drop", permission=Permission.TRAINING_APPLY)
def drop_training(training_id: UUID, body: DropBody, edge: Edge) -> Outcome:
    """Record that the person withdrew or stopped."""
    edge.find(trainings, training_id)
    return _handle(edge, training_id, DropTraining(body.reason, body.dropped_on, edge.today))


@router.query("/v1/trainings/{training_id}", permission=Permission.TRAINING_READ, person=True)
def read_training(training_id: UUID, edge: Edge) -> Seen[TrainingView]:
    """An enrolment as it stands."""
    row = edge.find(trainings, training_id)
    edge.mine(school=row.school_id)
    return Seen(_view(edge, row), [row.person_id], stream=f"training-{training_id}")


@router.query("/v1/trainings", permission=Permission.TRAINING_READ, person=True)
def list_trainings(request: PageRequest, edge: Edge) -> Seen[Page[TrainingView]]:
    """The enrolments within the caller's scope; a school sees its own."""
    own = edge.own(Scope.SCHOOL)
    rows = edge.page(
        trainings,
        request,
        "cast(:own as text[]) is null or cast(school_id as text) = any(cast(:own as text[]))",
        own=None if own is None else sorted(own),
    )
    return Seen(rows.page(lambda row: _view(edge, row)), rows.column("person_id"))


def _handle(edge: Edge, training_id: UUID, command: TrainingCommand) -> Outcome:
    return edge.handle(training_decider, f"training-{training_id}", command)


def _view(edge: Edge, row: TrainingRow) -> TrainingView:
    shown = {name: getattr(row, name) for name in TrainingView.model_fields}
    return TrainingView(**shown | {"trade": edge.reveal(row.trade)})
