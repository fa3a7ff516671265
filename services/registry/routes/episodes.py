"""Completed rehabilitation episodes."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from libs.events.contracts.values import EpisodeKind
from libs.events.handling import Outcome
from libs.web.bodies import Body
from libs.web.edge import Edge
from libs.web.roles import Permission
from libs.web.routing import Router
from libs.web.units import known_unit
from services.registry.domain.episode import CompleteEpisode, CorrectCompletion, episode_decider
from services.registry.projections.episodes import episodes
from services.registry.projections.persons import persons
from services.registry.routes.people import life_of
from services.registry.routes.texts import Document, Reason

router = Router("episodes")
AgeInYears = Annotated[int, Field(ge=12, le=120)]


class CompletionBody(Body):
    """A completion certificate (R-13); `unit` is where the person returns to, ages are whole years."""

    person_id: UUID
    kind: EpisodeKind
    completed_on: date
    unit: str
    certificate_number: Document
    issuer: Document
    age_at_decision: AgeInYears | None = None
    age_at_completion: AgeInYears | None = None


class CorrectionBody(Body):
    """The right date of completion, and why the other was wrong."""

    completed_on: date
    reason: Reason


@router.command("/v1/completed-episodes", permission=Permission.CASE_REPORT, created="/v1/completed-episodes/{id}")
def complete_episode(body: CompletionBody, edge: Edge) -> Outcome:
    """Record that a person completed rehabilitation."""
    edge.find(persons, body.person_id)
    episode_id = edge.new_id("episode")
    command = CompleteEpisode(
        episode_id=episode_id,
        person_id=body.person_id,
        kind=body.kind,
        completed_on=body.completed_on,
        today=edge.today,
        unit=known_unit(body.unit),
        certificate_number=body.certificate_number,
        issuer=body.issuer,
        life=life_of(edge, body.person_id),
        age_at_decision=body.age_at_decision,
        age_at_completion=body.age_at_completion,
    )
    return edge.handle(episode_decider, f"episode-{episode_id}", command, subject=f"person-{body.person_id}")


@router.command("/v1/completed-episodes/{episode_id}/corrections", permission=Permission.CASE_CORRECT)
def correct_completion(episode_id: UUID, body: CorrectionBody, edge: Edge) -> Outcome:
    """Correct the date; terms that run from it follow."""
    row = edge.find(episodes, episode_id)
    command = CorrectCompletion(body.completed_on, edge.today, body.reason, life_of(edge, row.person_id))
    return edge.handle(episode_decider, f"episode-{episode_id}", command)
