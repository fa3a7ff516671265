"""Completed episodes, and which was the last before a day."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from sqlalchemy import Connection

from libs.events.contracts.registry.episode import CompletionCorrected, EpisodeCompleted
from libs.events.contracts.values import EpisodeKind
from libs.events.decider import Refused
from libs.events.projection import Projection


class CompletionKnown(Refused):
    """A person completes one episode on a day; that one is recorded already."""

    problem = "completion-known"


@dataclass(frozen=True)
class EpisodeRow:
    """A completed episode; a person has one a day."""

    episode_id: UUID
    person_id: UUID
    kind: EpisodeKind
    completed_on: date
    unit: str
    certificate_number: str
    age_at_decision: int | None
    age_at_completion: int | None


episodes = Projection(
    "registry.episodes", 1, EpisodeRow, unit="unit", unique={"(person_id, completed_on)": CompletionKnown}
)


@episodes.on(EpisodeCompleted, key=lambda e: e.episode_id)
def completed(event: EpisodeCompleted, row: EpisodeRow | None) -> EpisodeRow:
    """A first row."""
    return EpisodeRow(
        episode_id=event.episode_id,
        person_id=event.person_id,
        kind=event.kind,
        completed_on=event.completed_on,
        unit=event.unit,
        certificate_number=event.certificate_number,
        age_at_decision=event.age_at_decision,
        age_at_completion=event.age_at_completion,
    )


@episodes.on(CompletionCorrected, key=lambda e: e.episode_id)
def corrected(event: CompletionCorrected, row: EpisodeRow | None) -> EpisodeRow | None:
    """The corrected date counts."""
    return None if row is None else replace(row, completed_on=event.completed_on)


def last_completion(connection: Connection, person_id: UUID, until: date) -> tuple[UUID, date, str] | None:
    """The last episode that a person had completed by a day: its id, its date, the position it is known from."""
    found = episodes.placed(
        connection,
        "person_id = :person and completed_on <= :until",
        tail="order by completed_on desc, episode_id limit 1",
        person=person_id,
        until=until,
    )
    return next(((row.episode_id, row.completed_on, str(position)) for row, position in found), None)
