"""Determinations of addiction: recorded, corrected, annulled."""

from datetime import date
from uuid import UUID

from libs.events.handling import Outcome
from libs.web.bodies import Body
from libs.web.edge import Edge
from libs.web.roles import Permission
from libs.web.routing import Router
from services.registry.domain.determination import (
    AnnulDetermination,
    CorrectDetermination,
    LastCompletion,
    RecordDetermination,
    determination_decider,
)
from services.registry.projections.determinations import determinations
from services.registry.projections.episodes import episodes, last_completion
from services.registry.projections.persons import persons
from services.registry.routes.people import life_of, recording_unit
from services.registry.routes.texts import Document, Reason

PATH = "/v1/addiction-determinations"
router = Router("determinations")


class DeterminationBody(Body):
    """What a competent body found (L73 Art 27, L120 Art 31)."""

    person_id: UUID
    determined_on: date
    addicted: bool
    body: Document
    certificate_number: Document


class DeterminationCorrectionBody(Body):
    """What the record should have said, and why it did not."""

    determined_on: date
    addicted: bool
    reason: Reason


class DeterminationAnnulmentBody(Body):
    """Why the determination must count for nothing."""

    reason: Reason


@router.command(PATH, permission=Permission.DETERMINATION_RECORD, created=f"{PATH}/{{id}}")
def record_determination(body: DeterminationBody, edge: Edge) -> Outcome:
    """Record a determination; after a completed episode an addiction is a relapse (D116 Art 3(6))."""
    row = edge.find(persons, body.person_id)
    determination_id = edge.new_id("determination")
    command = RecordDetermination(
        determination_id=determination_id,
        person_id=body.person_id,
        unit=recording_unit(edge, row),
        determined_on=body.determined_on,
        today=edge.today,
        addicted=body.addicted,
        body=body.body,
        certificate_number=body.certificate_number,
        last_completion=_completed_before(edge, body.person_id, body.determined_on),
        life=life_of(edge, body.person_id),
    )
    stream = f"determination-{determination_id}"
    return edge.handle(determination_decider, stream, command, subject=f"person-{body.person_id}")


@router.command(f"{PATH}/{{determination_id}}/corrections", permission=Permission.DETERMINATION_RECORD)
def correct_determination(determination_id: UUID, body: DeterminationCorrectionBody, edge: Edge) -> Outcome:
    """Correct a determination; the relapse that it proved and the case that it ended follow."""
    row = edge.find(determinations, determination_id)
    command = CorrectDetermination(
        determined_on=body.determined_on,
        addicted=body.addicted,
        today=edge.today,
        reason=body.reason,
        last_completion=_completed_before(edge, row.person_id, body.determined_on),
        life=life_of(edge, row.person_id),
    )
    return edge.handle(determination_decider, f"determination-{determination_id}", command)


@router.command(f"{PATH}/{{determination_id}}/annulment", permission=Permission.DETERMINATION_RECORD)
def annul_determination(determination_id: UUID, body: DeterminationAnnulmentBody, edge: Edge) -> Outcome:
    """Annul a determination; a case that it ended goes to a human."""
    edge.find(determinations, determination_id)
    command = AnnulDetermination(edge.today, body.reason)
    return edge.handle(determination_decider, f"determination-{determination_id}", command)


def _completed_before(edge: Edge, person_id: UUID, day: date) -> LastCompletion | None:
    last = last_completion(edge.reading(episodes), person_id, day)
    return last and LastCompletion(*last)
