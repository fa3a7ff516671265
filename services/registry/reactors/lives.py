"""What a death contradicts goes to a human, whichever of the two was told first."""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from libs.events.contracts.registry.determination import (
    DeterminationAnnulled,
    DeterminationCorrected,
    DeterminationRecorded,
)
from libs.events.contracts.registry.drug_test import DrugTestAnnulled, DrugTestCorrected, DrugTestRecorded
from libs.events.contracts.registry.episode import CompletionCorrected, EpisodeCompleted
from libs.events.contracts.registry.person import PersonDied, ResidenceRecorded
from libs.events.projection import Projection
from libs.events.reactor import Reaction, Reactor
from services.registry.domain.person import WeighDeath
from services.registry.projections.cases import cases
from services.registry.projections.determinations import determinations
from services.registry.projections.drug_tests import drug_tests
from services.registry.projections.episodes import episodes
from services.registry.reactors.reactions import the_dead, to_person

# What a death contradicts. A guard refuses to record such things of the dead, and cannot where the death comes later;
# a case that was open when it came ends by it, and asks for a human itself.
AFTER: tuple[tuple[Projection[Any], str], ...] = (
    (drug_tests, "sampled_on > :died_on and not annulled"),
    (determinations, "determined_on > :died_on and not annulled"),
    (episodes, "completed_on > :died_on"),
    (cases, "closed_on > :died_on and coalesce(end_reason, '') not in ('deceased', 'annulled')"),
)
life_follow_up = Reactor("registry.life-follow-up")


def weigh(event: Any, connection: Connection) -> list[Reaction]:
    """Hold the death, if there is one, against everything that was told of the person."""
    return [
        to_person(row.person_id, WeighDeath(tuple(_later(connection, row.person_id, row.died_on))))
        for row in the_dead(connection, event.person_id)
    ]


for told in (
    PersonDied,
    ResidenceRecorded,
    EpisodeCompleted,
    CompletionCorrected,
    DrugTestRecorded,
    DrugTestCorrected,
    DrugTestAnnulled,
    DeterminationRecorded,
    DeterminationCorrected,
    DeterminationAnnulled,
):
    life_follow_up.on(told)(weigh)


def _later(connection: Connection, person_id: UUID, died_on: object) -> list[UUID]:
    return [
        getattr(row, projection.key)
        for projection, after in AFTER
        for row in projection.read(connection, f"person_id = :person and {after}", person=person_id, died_on=died_on)
    ]
