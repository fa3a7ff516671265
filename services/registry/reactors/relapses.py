"""Relapses that were not seen when a determination was recorded: its completion became known, or was moved, later."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import Connection

from libs.events.contracts.registry.determination import DeterminationCorrected, DeterminationRecorded
from libs.events.contracts.registry.episode import CompletionCorrected, EpisodeCompleted
from libs.events.reactor import Reaction, Reactor
from services.registry.domain.determination import ConfirmRelapse, LastCompletion, determination_decider
from services.registry.projections.determinations import UNPLACED, determinations
from services.registry.projections.episodes import last_completion

relapse_follow_up = Reactor("registry.relapse-follow-up")


@relapse_follow_up.on(EpisodeCompleted)
def completion_known(event: EpisodeCompleted, connection: Connection) -> list[Reaction]:
    """A determination on or after a completion that was told late is a relapse all the same (D116 Art 3(6))."""
    return list(_relapses(connection, event.person_id))


@relapse_follow_up.on(CompletionCorrected)
def completion_moved(event: CompletionCorrected, connection: Connection) -> list[Reaction]:
    """So is one that a corrected completion now lies before."""
    return list(_relapses(connection, event.person_id))


@relapse_follow_up.on(DeterminationRecorded)
def determination_known(event: DeterminationRecorded, connection: Connection) -> list[Reaction]:
    """A completion may have been recorded while the determination was."""
    return list(_relapses(connection, event.person_id))


@relapse_follow_up.on(DeterminationCorrected)
def determination_moved(event: DeterminationCorrected, connection: Connection) -> list[Reaction]:
    """Or while it was corrected."""
    return list(_relapses(connection, event.person_id))


def _relapses(connection: Connection, person_id: UUID) -> Iterable[Reaction]:
    for row in determinations.read(connection, f"person_id = :person and {UNPLACED}", person=person_id):
        last = last_completion(connection, person_id, row.determined_on)
        if last is not None:
            stream = f"determination-{row.determination_id}"
            yield Reaction(determination_decider, stream, f"person-{person_id}", ConfirmRelapse(LastCompletion(*last)))
