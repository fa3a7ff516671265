"""A rehabilitation episode (đợt cai nghiện); only its completion opens a post-rehab case."""

from datetime import date
from uuid import UUID

from libs.events.contracts.values import EpisodeKind, UnitRef
from libs.events.event import Event, Health


class EpisodeCompleted(Event, type="registry.episode-completed", version=1, effective="completed_on"):
    """Rehabilitation was completed and certified (Mẫu 26a, 26b, 46 or the substitution certificate; R-13).

    `unit` is where the person returns to; `age_at_decision` and `age_at_completion` are whole years, where known.
    `relied_on` is the position of what the registry knew of the person's life.
    """

    episode_id: UUID
    person_id: UUID
    kind: EpisodeKind
    completed_on: date
    unit: UnitRef
    certificate_number: str
    issuer: str
    age_at_decision: int | None = None
    age_at_completion: int | None = None
    relied_on: str


class CompletionCorrected(Event, type="registry.completion-corrected", version=1, effective="completed_on"):
    """The date of completion was wrong; terms that run from it are computed anew. `relied_on` as in the completion."""

    episode_id: UUID
    person_id: UUID
    completed_on: date
    was: date
    reason: Health[str]
    relied_on: str
