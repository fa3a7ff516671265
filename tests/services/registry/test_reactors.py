"""What follows across the registry's aggregates: deaths, tests, determinations, corrections and moves."""

from datetime import date
from uuid import UUID, uuid4

import pytest

from libs.events.contracts.registry.case import (
    CaseEnded,
    DeterminationNoted,
    TermCorrected,
    UseCleared,
    UseDetected,
)
from libs.events.contracts.registry.drug_test import DrugTestResult, DrugTestStage
from libs.events.contracts.registry.person import DeathWeighed, ResidenceRecorded
from libs.events.contracts.values import CaseStage, EndReason, EpisodeKind
from libs.events.event import Event
from services.registry.domain.case import case_decider
from services.registry.domain.case.commands import ReportCompletion
from services.registry.domain.determination import RecordDetermination, determination_decider
from services.registry.domain.drug_test import AnnulTest, CorrectTest, RecordTest, drug_test_decider
from services.registry.projections.cases import CaseRow, cases
from services.registry.projections.persons import persons
from tests.services.registry.acting import Acting
from tests.services.registry.relapsing import COMPLETED, DETERMINED, complete, determine, somebody
from tests.services.reporting.registry import LIFE, TODAY, case_of, episode_of
from tests.services.reporting.story import FAR, WARD

POSITIVE, NEGATIVE = DrugTestResult.POSITIVE, DrugTestResult.NEGATIVE
CONFIRMATORY, SCREENING = DrugTestStage.CONFIRMATORY, DrugTestStage.SCREENING
SAMPLED, LATER = date(2023, 6, 5), date(2023, 6, 6)
CASE_EVENTS = (UseDetected, UseCleared, DeterminationNoted, CaseEnded, TermCorrected)


def about(person: UUID) -> dict[str, UUID]:
    return {"case_id": case_of(person), "person_id": person}


def managed(registry: Acting) -> UUID:
    """Somebody under management, all of which was reacted to."""
    person = registry.offices.completer()
    registry.settle()
    return person


def ledger(registry: Acting, person: UUID) -> CaseRow:
    """The line of the person's case."""
    (row,) = registry.rows(cases, "person_id = :person", person=person)
    return row


# Deaths.


def test_a_death_ends_the_open_case_r_36(reacting: Acting) -> None:
    person, died = managed(reacting), date(2023, 9, 4)
    reacting.offices.die(person, died)
    assert ledger(reacting, person).is_open
    reacting.settle()
    ended = CaseEnded(reason=EndReason.DECEASED, ended_on=died, rules=("R-36",), **about(person))
    assert reacting.told(person, *CASE_EVENTS) == [ended]
    assert ledger(reacting, person).stage is CaseStage.ENDED


def test_what_was_told_while_a_death_was_goes_to_a_human(reacting: Acting) -> None:
    # Whoever told it had not seen the death: LIFE knows of none.
    person, test, died = somebody(reacting), uuid4(), date(2023, 6, 4)
    reacting.offices.die(person, died)
    reacting.settle()
    assert reacting.told(person, DeathWeighed) == []
    command = RecordTest(test, person, WARD, SAMPLED, TODAY, SCREENING, NEGATIVE, "D105-38.1-đ", LIFE)
    reacting.tell(person, drug_test_decider, test, command)
    reacting.settle()
    complete(reacting, person, on=LATER)
    reacting.settle()
    first, both = reacting.told(person, DeathWeighed)
    assert (first.later, both.later) == ((test,), tuple(sorted((test, episode_of(person)))))
    (row,) = reacting.rows(persons, "person_id = :person", person=person)
    assert (row.died_on, row.needs_review) == (died, True)
    reacting.settle_again()
    assert reacting.told(person, DeathWeighed) == [first, both]


def test_a_death_is_nothing_to_another_s_case(reacting: Acting) -> None:
    dies, stays = managed(reacting), managed(reacting)
    reacting.offices.die(dies, date(2023, 9, 4))
    reacting.settle()
    assert reacting.told(stays, *CASE_EVENTS) == []
    assert ledger(reacting, stays).is_open


# Tests.


def sampled(
    registry: Acting, stage: DrugTestStage = CONFIRMATORY, result: DrugTestResult = POSITIVE
) -> tuple[UUID, UUID]:
    """Somebody managed, with a test that the case has heard of."""
    person, test = managed(registry), uuid4()
    command = RecordTest(test, person, WARD, SAMPLED, TODAY, stage, result, "D105-38.1-đ", LIFE, form_number="9")
    registry.tell(person, drug_test_decider, test, command)
    registry.settle()
    return person, test


def detected(person: UUID, test: UUID, on: date = SAMPLED) -> UseDetected:
    return UseDetected(test_id=test, detected_on=on, rules=("R-25",), **about(person))


def cleared(person: UUID, test: UUID, on: date = SAMPLED) -> UseCleared:
    return UseCleared(test_id=test, detected_on=on, **about(person))


def test_a_confirmed_positive_is_a_use_of_the_open_case_r_25(reacting: Acting) -> None:
    person, test = sampled(reacting)
    assert reacting.told(person, *CASE_EVENTS) == [detected(person, test)]
    assert ledger(reacting, person).uses == 1


@pytest.mark.parametrize(("stage", "result"), [(SCREENING, POSITIVE), (CONFIRMATORY, NEGATIVE), (SCREENING, NEGATIVE)])
def test_nothing_but_a_confirmed_positive_is_a_use(
    reacting: Acting, stage: DrugTestStage, result: DrugTestResult
) -> None:
    person, _ = sampled(reacting, stage, result)
    assert reacting.told(person, *CASE_EVENTS) == []


def test_a_result_corrected_to_negative_clears_the_use(reacting: Acting) -> None:
    person, test = sampled(reacting)
    reacting.tell(person, drug_test_decider, test, CorrectTest(SAMPLED, NEGATIVE, TODAY, "nhầm mẫu", LIFE))
    reacting.settle()
    assert reacting.told(person, *CASE_EVENTS) == [detected(person, test), cleared(person, test)]
    assert ledger(reacting, person).uses == 0


def test_a_result_corrected_to_positive_is_a_use_from_then_on(reacting: Acting) -> None:
    person, test = sampled(reacting, result=NEGATIVE)
    reacting.tell(person, drug_test_decider, test, CorrectTest(LATER, POSITIVE, TODAY, "nhầm mẫu", LIFE))
    reacting.settle()
    assert reacting.told(person, *CASE_EVENTS) == [detected(person, test, LATER)]


def test_a_corrected_day_is_the_same_use_on_another_day(reacting: Acting) -> None:
    person, test = sampled(reacting)
    reacting.tell(person, drug_test_decider, test, CorrectTest(LATER, POSITIVE, TODAY, "nhầm ngày", LIFE))
    reacting.settle()
    moved = [detected(person, test), cleared(person, test), detected(person, test, LATER)]
    assert reacting.told(person, *CASE_EVENTS) == moved
    assert ledger(reacting, person).uses == 1


def test_an_annulled_test_clears_the_use(reacting: Acting) -> None:
    person, test = sampled(reacting)
    reacting.tell(person, drug_test_decider, test, AnnulTest(TODAY, "mẫu bị lẫn"))
    reacting.settle()
    assert reacting.told(person, *CASE_EVENTS) == [detected(person, test), cleared(person, test)]
    assert ledger(reacting, person).uses == 0


# Determinations.


@pytest.mark.parametrize("addicted", [True, False])
def test_a_determination_reaches_the_open_case_and_addiction_ends_it_r_26(
    reacting: Acting,
    addicted: bool,  # noqa: FBT001 -- A table.
) -> None:
    person, identity, on = managed(reacting), uuid4(), date(2023, 7, 3)
    command = RecordDetermination(
        identity,
        person,
        WARD,
        on,
        TODAY,
        addicted,
        body="Trạm y tế",
        certificate_number="3",
        last_completion=None,
        life=LIFE,
    )
    reacting.tell(person, determination_decider, identity, command)
    reacting.settle()
    expected: list[Event] = [
        DeterminationNoted(determined_on=on, addicted=addicted, determination_id=identity, **about(person))
    ]
    if addicted:
        expected.append(CaseEnded(reason=EndReason.RELAPSED, ended_on=on, rules=("R-26",), **about(person)))
    assert reacting.told(person, *CASE_EVENTS) == expected
    assert ledger(reacting, person).is_open is not addicted


# What was known before the case.


def report(registry: Acting, person: UUID) -> None:
    """The person presents late; only now there is a case."""
    presented = date(2024, 1, 5)
    kind = EpisodeKind.VOLUNTARY_FACILITY_PUBLIC
    command = ReportCompletion(
        case_of(person), person, episode_of(person), WARD, kind, COMPLETED, presented, presented, LIFE.position
    )
    registry.tell(person, case_decider, case_of(person), command)
    registry.settle()


def test_a_use_before_the_case_was_reported_is_the_case_s(reacting: Acting) -> None:
    person, test = somebody(reacting), uuid4()
    complete(reacting, person)
    command = RecordTest(
        test, person, WARD, SAMPLED, TODAY, CONFIRMATORY, POSITIVE, "D105-38.1-đ", LIFE, form_number="9"
    )
    reacting.tell(person, drug_test_decider, test, command)
    reacting.settle()
    report(reacting, person)
    use = detected(person, test).model_copy(update={"rules": ()})
    assert reacting.told(person, *CASE_EVENTS) == [use]


def test_addiction_determined_before_the_case_was_reported_ends_it(reacting: Acting) -> None:
    person = somebody(reacting)
    complete(reacting, person)
    determine(reacting, person)
    reacting.settle()
    report(reacting, person)
    noted, ended = reacting.told(person, *CASE_EVENTS)
    assert (type(noted), noted.effective_on) == (DeterminationNoted, DETERMINED)
    assert ended == CaseEnded(reason=EndReason.RELAPSED, ended_on=DETERMINED, rules=(), **about(person))
    assert not ledger(reacting, person).is_open


# Corrections and moves.


def test_a_corrected_completion_computes_the_term_anew(reacting: Acting) -> None:
    person, earlier = managed(reacting), date(2023, 2, 1)
    reacting.offices.correct_completion(person, earlier)
    reacting.settle()
    (corrected,) = reacting.told(person, *CASE_EVENTS)
    assert isinstance(corrected, TermCorrected)
    assert corrected == TermCorrected(
        completed_on=earlier,
        term_starts_on=earlier,
        term_ends_on=date(2024, 2, 1),
        reason=corrected.reason,
        needs_review=False,
        rules=("R-01",),
        policies=("term.last_day=anniversary",),
        **about(person),
    )
    row = ledger(reacting, person)
    assert (row.completed_on, row.term_ends_on, row.needs_review) == (earlier, date(2024, 2, 1), False)


def test_who_was_received_elsewhere_lives_there(reacting: Acting) -> None:
    person, on = managed(reacting), date(2023, 5, 4)
    reacting.offices.move(person, on, FAR)
    reacting.settle()
    (moved,) = reacting.told(person, ResidenceRecorded)
    assert (moved.lived_from, moved.unit, moved.source) == (on, FAR, "transfer")
    (row,) = reacting.rows(persons, "person_id = :person", person=person)
    assert (row.unit, row.lived_from) == (FAR, on)


def test_whatever_is_read_again_has_no_further_effect(reacting: Acting) -> None:
    person, test = sampled(reacting)
    reacting.offices.move(person, date(2023, 8, 7), FAR)
    reacting.offices.correct_completion(person, date(2023, 2, 1))
    reacting.offices.die(person, date(2023, 9, 4))
    reacting.settle()
    before = reacting.everything(person)
    assert before[-1] == CaseEnded(
        reason=EndReason.DECEASED, ended_on=date(2023, 9, 4), rules=("R-36",), **about(person)
    )
    reacting.settle_again()
    assert reacting.everything(person) == before
    assert detected(person, test) in before
