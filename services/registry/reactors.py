"""What follows across the registry's own aggregates: deaths end cases, results and determinations reach them."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from libs.events.contracts.registry.case import TransferReceived
from libs.events.contracts.registry.determination import DeterminationRecorded
from libs.events.contracts.registry.drug_test import (
    DrugTestAnnulled,
    DrugTestCorrected,
    DrugTestRecorded,
    DrugTestResult,
    DrugTestStage,
)
from libs.events.contracts.registry.episode import CompletionCorrected, EpisodeCompleted
from libs.events.contracts.registry.person import PersonDied
from libs.events.contracts.values import EndReason
from libs.events.reactor import Reaction, Reactor
from services.registry.domain.case import case_decider
from services.registry.domain.case.commands import (
    ClearUse,
    CorrectCompletionDate,
    EndCase,
    NoteDetermination,
    NoteUse,
)
from services.registry.domain.determination import ConfirmRelapse, LastCompletion, determination_decider
from services.registry.domain.person import RecordResidence, person_decider
from services.registry.projections.cases import cases
from services.registry.projections.determinations import unplaced_determinations
from services.registry.projections.episodes import last_completion

case_follow_up = Reactor("registry.case-follow-up")
relapse_follow_up = Reactor("registry.relapse-follow-up")


@case_follow_up.on(PersonDied)
def person_died(event: PersonDied, connection: Connection) -> list[Reaction]:
    """Death ends the open case (R-36)."""
    command = EndCase(EndReason.DECEASED, event.died_on, today=event.died_on)
    return list(_open_cases(connection, event.person_id, command))


@case_follow_up.on(DrugTestRecorded)
def test_recorded(event: DrugTestRecorded, connection: Connection) -> list[Reaction]:
    """A confirmed positive is a detected use of the open case (R-25)."""
    if not _confirmed(event.stage, event.result):
        return []
    return list(_open_cases(connection, event.person_id, NoteUse(event.test_id, event.sampled_on)))


@case_follow_up.on(DrugTestCorrected)
def test_corrected(event: DrugTestCorrected, connection: Connection) -> list[Reaction]:
    """A corrected result is looked at anew."""
    note: NoteUse | ClearUse = ClearUse(event.test_id)
    if _confirmed(event.stage, event.result):
        note = NoteUse(event.test_id, event.sampled_on)
    return list(_open_cases(connection, event.person_id, note))


@case_follow_up.on(DrugTestAnnulled)
def test_annulled(event: DrugTestAnnulled, connection: Connection) -> list[Reaction]:
    """An annulled result is no use."""
    return list(_open_cases(connection, event.person_id, ClearUse(event.test_id)))


@case_follow_up.on(DeterminationRecorded)
def determination_recorded(event: DeterminationRecorded, connection: Connection) -> list[Reaction]:
    """The open case takes note; addiction ends it (R-26, R-33)."""
    note = NoteDetermination(event.addicted, event.determined_on)
    return list(_open_cases(connection, event.person_id, note))


@case_follow_up.on(CompletionCorrected)
def completion_corrected(event: CompletionCorrected, connection: Connection) -> list[Reaction]:
    """Every case of the episode computes its term anew, or asks for a review."""
    command = CorrectCompletionDate(event.completed_on, "the completion was corrected")
    rows = cases.read(connection, "episode_id = :episode", episode=event.episode_id)
    return [_reaction(row.case_id, row.person_id, command) for row in rows]


@case_follow_up.on(TransferReceived)
def transfer_received(event: TransferReceived, connection: Connection) -> list[Reaction]:
    """The person lives where the case was received."""
    command = RecordResidence(event.received_on, event.received_on, event.unit, "transfer")
    subject = f"person-{event.person_id}"
    return [Reaction(person_decider, subject, subject, command)]


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


def _confirmed(stage: DrugTestStage, result: DrugTestResult) -> bool:
    return stage is DrugTestStage.CONFIRMATORY and result is DrugTestResult.POSITIVE


def _open_cases(connection: Connection, person_id: UUID, command: Any) -> Iterable[Reaction]:
    rows = cases.read(connection, "person_id = :person and is_open", person=person_id)
    return (_reaction(row.case_id, row.person_id, command) for row in rows)


def _reaction(case_id: UUID, person_id: UUID, command: Any) -> Reaction:
    return Reaction(case_decider, f"case-{case_id}", f"person-{person_id}", command)


def _relapses(connection: Connection, person_id: UUID) -> Iterable[Reaction]:
    for row in unplaced_determinations.read(connection, "person_id = :person", person=person_id):
        last = last_completion(connection, person_id, row.determined_on)
        if last is not None:
            stream = f"determination-{row.determination_id}"
            yield Reaction(determination_decider, stream, f"person-{person_id}", ConfirmRelapse(LastCompletion(*last)))
