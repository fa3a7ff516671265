"""What happens to a person reaches their cases: deaths end them, results and determinations are noted."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from libs.events.contracts.registry.case import CompletionReported, TransferReceived
from libs.events.contracts.registry.determination import (
    DeterminationAnnulled,
    DeterminationCorrected,
    DeterminationRecorded,
)
from libs.events.contracts.registry.drug_test import (
    DrugTestAnnulled,
    DrugTestCorrected,
    DrugTestRecorded,
    DrugTestResult,
    DrugTestStage,
)
from libs.events.contracts.registry.episode import CompletionCorrected
from libs.events.contracts.registry.person import PersonDied
from libs.events.reactor import Reaction, Reactor
from services.registry.domain.case import case_decider
from services.registry.domain.case.commands import (
    ClearUse,
    CorrectCompletionDate,
    CorrectDeath,
    EndByDeath,
    NoteDetermination,
    NoteUse,
    RetractDetermination,
    ReviseDetermination,
)
from services.registry.domain.person import FollowTransfer
from services.registry.projections.cases import cases
from services.registry.projections.determinations import determinations
from services.registry.projections.drug_tests import drug_tests
from services.registry.projections.episodes import episodes
from services.registry.reactors.reactions import the_dead, to_person

CORRECTED = "the completion was corrected"
_BY_SAMPLE = "order by sampled_on, test_id"
_BY_DETERMINATION = "order by determined_on, determination_id"
case_follow_up = Reactor("registry.case-follow-up")


@case_follow_up.on(CompletionReported)
def completion_reported(event: CompletionReported, connection: Connection) -> list[Reaction]:
    """What was known of the person before the case counts for it as what comes after does."""
    who = event.person_id
    completed_on, commands = event.completed_on, list[Any]()
    for episode in episodes.read(connection, "episode_id = :episode", episode=event.episode_id):
        if (completed_on := episode.completed_on) != event.completed_on:
            commands.append(CorrectCompletionDate(completed_on, CORRECTED))
    tests = drug_tests.read(connection, "person_id = :person and not annulled", tail=_BY_SAMPLE, person=who)
    commands += [NoteUse(row.test_id, row.sampled_on) for row in tests if _confirmed(row.stage, row.result)]
    found = determinations.read(connection, "person_id = :person and not annulled", tail=_BY_DETERMINATION, person=who)
    commands += [NoteDetermination(row.determination_id, row.addicted, row.determined_on, row.age) for row in found]
    # Whom a relapse took off the list before did not die under management.
    if not any(row.addicted and row.determined_on >= completed_on for row in found):
        commands += [EndByDeath(row.died_on) for row in the_dead(connection, who) if row.died_on]
    return [_reaction(event.case_id, who, command) for command in commands]


@case_follow_up.on(PersonDied)
def person_died(event: PersonDied, connection: Connection) -> list[Reaction]:
    """Death ends the open case (R-36); one that it ended follows the corrected date."""
    ends = EndByDeath(event.died_on)
    ended = _cases(connection, event.person_id, CorrectDeath(event.died_on), "end_reason = 'deceased'")
    return [*_cases(connection, event.person_id, ends, "is_open"), *ended]


@case_follow_up.on(DrugTestRecorded)
def test_recorded(event: DrugTestRecorded, connection: Connection) -> list[Reaction]:
    """A confirmed positive is a detected use of the case in whose time it falls, also of one that is closed (R-25)."""
    if not _confirmed(event.stage, event.result):
        return []
    return list(_cases(connection, event.person_id, NoteUse(event.test_id, event.sampled_on)))


@case_follow_up.on(DrugTestCorrected)
def test_corrected(event: DrugTestCorrected, connection: Connection) -> list[Reaction]:
    """A corrected result is looked at anew."""
    note: NoteUse | ClearUse = ClearUse(event.test_id)
    if _confirmed(event.stage, event.result):
        note = NoteUse(event.test_id, event.sampled_on)
    return list(_cases(connection, event.person_id, note))


@case_follow_up.on(DrugTestAnnulled)
def test_annulled(event: DrugTestAnnulled, connection: Connection) -> list[Reaction]:
    """An annulled result is no use."""
    return list(_cases(connection, event.person_id, ClearUse(event.test_id)))


@case_follow_up.on(DeterminationRecorded)
def determination_recorded(event: DeterminationRecorded, connection: Connection) -> list[Reaction]:
    """The case in whose time it falls takes note; addiction ends it where it is open (R-26, R-33)."""
    note = NoteDetermination(event.determination_id, event.addicted, event.determined_on, event.age)
    return list(_cases(connection, event.person_id, note))


@case_follow_up.on(DeterminationCorrected)
def determination_corrected(event: DeterminationCorrected, connection: Connection) -> list[Reaction]:
    """Open cases and closed ones look at it anew."""
    revised = ReviseDetermination(event.determination_id, event.addicted, event.determined_on, event.age)
    return list(_cases(connection, event.person_id, revised))


@case_follow_up.on(DeterminationAnnulled)
def determination_annulled(event: DeterminationAnnulled, connection: Connection) -> list[Reaction]:
    """No case rests on it any more."""
    return list(_cases(connection, event.person_id, RetractDetermination(event.determination_id)))


@case_follow_up.on(CompletionCorrected)
def completion_corrected(event: CompletionCorrected, connection: Connection) -> list[Reaction]:
    """Every case of the episode computes its term anew, or asks for a review."""
    command = CorrectCompletionDate(event.completed_on, CORRECTED)
    rows = cases.read(connection, "episode_id = :episode", episode=event.episode_id)
    return [_reaction(row.case_id, row.person_id, command) for row in rows]


@case_follow_up.on(TransferReceived)
def transfer_received(event: TransferReceived, connection: Connection) -> list[Reaction]:
    """The person lives where the case was received."""
    return [to_person(event.person_id, FollowTransfer(event.from_unit, event.unit, event.received_on))]


def _confirmed(stage: DrugTestStage, result: DrugTestResult) -> bool:
    return stage is DrugTestStage.CONFIRMATORY and result is DrugTestResult.POSITIVE


def _cases(connection: Connection, person_id: UUID, command: Any, where: str = "true") -> Iterable[Reaction]:
    rows = cases.read(connection, f"person_id = :person and {where}", person=person_id)
    return (_reaction(row.case_id, row.person_id, command) for row in rows)


def _reaction(case_id: UUID, person_id: UUID, command: Any) -> Reaction:
    return Reaction(case_decider, f"case-{case_id}", f"person-{person_id}", command)
