"""Drug tests: only a confirmatory positive with its signed form counts, and goes to whom the law of the day names."""

from dataclasses import replace
from typing import Any

import pytest

from libs.events.contracts.registry.drug_test import (
    DrugTestAnnulled,
    DrugTestCorrected,
    DrugTestRecorded,
    DrugTestResult,
    DrugTestStage,
)
from libs.events.decider import Invalid, Unknown
from libs.events.testing import Specification
from libs.law.law import LAW
from services.registry.domain.drug_test import (
    AlreadyTested,
    AnnulledBefore,
    AnnulTest,
    CorrectTest,
    DrugTest,
    DrugTestCommand,
    NotSigned,
    RecordTest,
    SampledInTheFuture,
    drug_test_decider,
)
from tests.services.registry.domain.case.story import EARLIER, HERE, LIFE, PERSON, TEST, day

drug_test = Specification(drug_test_decider, LAW)
CONFIRMATORY, SCREENING = DrugTestStage.CONFIRMATORY, DrugTestStage.SCREENING
POSITIVE, NEGATIVE = DrugTestResult.POSITIVE, DrugTestResult.NEGATIVE
TODAY = day("2026-09-01")


def record(on: str = "2026-05-04", **more: Any) -> RecordTest:
    """Record a confirmed positive, unless said otherwise."""
    facts: dict[str, Any] = {
        "stage": CONFIRMATORY,
        "result": POSITIVE,
        "ground": "D105-38.1-đ",
        "form_number": "03/17",
        "life": LIFE,
        **more,
    }
    return RecordTest(TEST, PERSON, HERE, day(on), TODAY, substances=("heroin",), **facts)


def recorded(on: str = "2026-05-04", **more: Any) -> DrugTestRecorded:
    """It was recorded."""
    facts: dict[str, Any] = {
        "stage": CONFIRMATORY,
        "result": POSITIVE,
        "ground": "D105-38.1-đ",
        "form_number": "03/17",
        "sent_to": "commune_chairman",
        "rules": ("R-22",),
        "relied_on": LIFE.position,
        **more,
    }
    return DrugTestRecorded(
        test_id=TEST, person_id=PERSON, unit=HERE, sampled_on=day(on), substances=["heroin"], **facts
    )


UNSENT: dict[str, Any] = {"sent_to": None, "rules": ()}


@pytest.mark.parametrize(
    ("on", "to", "rule"),
    [
        ("2022-01-01", "commune_chairman", "R-22"),
        ("2026-06-30", "commune_chairman", "R-22"),
        ("2026-07-01", "commune_police_chief", "R-23"),
        ("2026-09-01", "commune_police_chief", "R-23"),  # Today.
    ],
)
def test_a_confirmed_positive_goes_to_the_chairman_and_from_01_07_2026_to_the_police_chief(
    on: str, to: str, rule: str
) -> None:
    drug_test.given().when(record(on)).then(recorded(on, sent_to=to, rules=(rule,)))


@pytest.mark.parametrize("stage", DrugTestStage)
@pytest.mark.parametrize("result", DrugTestResult)
def test_nothing_else_goes_to_anybody(stage: DrugTestStage, result: DrugTestResult) -> None:
    if (stage, result) == (CONFIRMATORY, POSITIVE):
        return
    drug_test.given().when(record(stage=stage, result=result)).then(recorded(stage=stage, result=result, **UNSENT))


def test_a_test_without_substances_names_none() -> None:
    plain = replace(record(result=NEGATIVE, form_number=None), substances=())
    expected = recorded(result=NEGATIVE, form_number=None, **UNSENT).model_copy(update={"substances": None})
    drug_test.given().when(plain).then(expected)


@pytest.mark.parametrize("form", [None, ""])
def test_a_confirmed_positive_needs_its_signed_form(form: str | None) -> None:
    drug_test.given().when(record(form_number=form)).then_refused(NotSigned)


def test_no_sample_lies_in_the_future() -> None:
    drug_test.given().when(record("2026-09-02")).then_refused(SampledInTheFuture)
    drug_test.given(recorded()).when(CorrectTest(day("2026-09-02"), NEGATIVE, TODAY, "x", LIFE)).then_refused(
        SampledInTheFuture
    )


def test_before_there_was_a_law_a_positive_could_be_sent_to_nobody() -> None:
    drug_test.given().when(record("2021-12-31")).then_refused(Invalid)
    drug_test.given(recorded()).when(correct("2021-12-31", POSITIVE)).then_refused(Invalid)
    drug_test.given(recorded()).when(correct("2021-12-31", NEGATIVE)).then(corrected("2021-12-31", NEGATIVE))


def test_the_same_test_twice_is_one() -> None:
    drug_test.given(recorded()).when(record()).then()
    drug_test.given(recorded(), corrected("2026-05-04", NEGATIVE)).when(record()).then()


def test_a_test_is_recorded_once_and_then_only_corrected() -> None:
    drug_test.given(recorded()).when(record(result=NEGATIVE)).then_refused(AlreadyTested)


# Corrections.


def corrected(on: str, result: DrugTestResult, stage: DrugTestStage = CONFIRMATORY, **more: Any) -> DrugTestCorrected:
    """The record was wrong."""
    facts: dict[str, Any] = {"reason": "nhầm mẫu", "relied_on": LIFE.position, **more}
    return DrugTestCorrected(test_id=TEST, person_id=PERSON, stage=stage, sampled_on=day(on), result=result, **facts)


def correct(on: str, result: DrugTestResult) -> CorrectTest:
    """Say what it should have been."""
    return CorrectTest(day(on), result, TODAY, "nhầm mẫu", LIFE)


@pytest.mark.parametrize(
    ("on", "result", "sent"),
    [
        ("2026-05-04", NEGATIVE, {}),
        ("2026-06-30", POSITIVE, {"sent_to": "commune_chairman", "rules": ("R-22",)}),
        ("2026-07-01", POSITIVE, {"sent_to": "commune_police_chief", "rules": ("R-23",)}),
        ("2026-05-05", NEGATIVE, {}),
    ],
)
def test_a_date_or_a_result_is_corrected_and_a_positive_goes_to_whom_the_law_of_its_day_names_r_22_r_23(
    on: str, result: DrugTestResult, sent: dict[str, Any]
) -> None:
    drug_test.given(recorded()).when(correct(on, result)).then(corrected(on, result, **sent))


def test_a_correction_can_itself_be_corrected() -> None:
    drug_test.given(recorded(), corrected("2026-05-05", NEGATIVE)).when(correct("2026-05-04", POSITIVE)).then(
        corrected("2026-05-04", POSITIVE, sent_to="commune_chairman", rules=("R-22",))
    )


def test_the_same_record_again_corrects_nothing() -> None:
    drug_test.given(recorded()).when(correct("2026-05-04", POSITIVE)).then()
    drug_test.given(recorded(), corrected("2026-05-05", NEGATIVE)).when(correct("2026-05-05", NEGATIVE)).then()


def test_no_correction_makes_a_confirmed_positive_without_its_signed_form() -> None:
    unsigned = recorded(result=NEGATIVE, form_number=None, **UNSENT)
    drug_test.given(unsigned).when(correct("2026-05-04", POSITIVE)).then_refused(NotSigned)


def test_a_quick_test_needs_no_form_to_be_corrected() -> None:
    quick = recorded(stage=SCREENING, result=NEGATIVE, form_number=None, **UNSENT)
    drug_test.given(quick).when(correct("2026-05-04", POSITIVE)).then(corrected("2026-05-04", POSITIVE, SCREENING))


# Annulment.

ANNUL = AnnulTest(TODAY, "mẫu bị lẫn")
ANNULLED = DrugTestAnnulled(test_id=TEST, person_id=PERSON, annulled_on=TODAY, reason="mẫu bị lẫn")


def test_an_annulled_test_counts_for_nothing() -> None:
    drug_test.given(recorded()).when(ANNUL).then(ANNULLED)


def test_annulled_twice_is_annulled_once() -> None:
    drug_test.given(recorded(), ANNULLED).when(ANNUL).then()


def test_an_annulled_test_is_not_corrected() -> None:
    drug_test.given(recorded(), ANNULLED).when(correct("2026-05-04", NEGATIVE)).then_refused(AnnulledBefore)


@pytest.mark.parametrize("command", [ANNUL, correct("2026-05-04", NEGATIVE)])
def test_what_was_never_tested_is_neither_corrected_nor_annulled(command: DrugTestCommand) -> None:
    drug_test.given().when(command).then_refused(Unknown)


def test_a_test_ignores_what_is_not_its_own() -> None:
    state = drug_test_decider.fold(DrugTest(), [recorded()])
    assert drug_test_decider.evolve(state, EARLIER.reported) == state
