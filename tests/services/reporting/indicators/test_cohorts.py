"""I-01, I-03 and I-06: who belongs to a cohort, what counts as the event, and what ends the observation."""

from datetime import date, timedelta

import pytest

from libs.events.contracts.registry.drug_test import DrugTestResult, DrugTestStage
from libs.events.contracts.values import EndReason
from libs.law.choices import TermEnd
from libs.law.law import LAW
from libs.vietnam.calendar import add_months
from services.reporting.answers import Answer
from services.reporting.indicators.periods import Period
from services.reporting.indicators.question import Question
from services.reporting.indicators.stops import Stop
from services.reporting.indicators.territory import UnitMap
from tests.services.reporting.asked import FIRST_HALF, answered, asked
from tests.services.reporting.story import FAR, NEAR, WARD, Story

COMPLETED = date(2024, 3, 15)
DAY = timedelta(days=1)


def after(months: int) -> date:
    return add_months(COMPLETED, months)


def counts(found: Answer) -> tuple[int | None, int | None, int | None]:
    return found.numerator, found.denominator, found.fully_observed


def stops(found: Answer) -> dict[Stop, int]:
    assert found.incidence is not None
    assert found.incidence.stops is not None
    return found.incidence.stops


@pytest.mark.parametrize(("late_by", "within"), [(-1, 1), (0, 1), (1, 0)])
def test_a_determination_counts_up_to_the_same_day_of_the_month(late_by: int, within: int) -> None:
    story = Story()
    story.person(date(2024, 2, 29)).relapsed(date(2025, 2, 28) + late_by * DAY)
    assert counts(asked(story, "I-03", months=12)) == (within, 1, 1)


def test_a_determination_on_the_day_of_completion_counts_one_before_it_does_not() -> None:
    story = Story()
    story.person(COMPLETED).relapsed(COMPLETED)
    story.person(COMPLETED).relapsed(COMPLETED - DAY)
    assert counts(asked(story, "I-03")) == (1, 2, 2)


@pytest.mark.parametrize(("late_by", "events"), [(0, 1), (1, 0)])
def test_what_is_dated_after_a_death_was_told_of_nobody(late_by: int, events: int) -> None:
    story, died = Story(), after(2)
    story.person(COMPLETED).died(died).relapsed(died + late_by * DAY).tested(died + late_by * DAY)
    assert [asked(story, indicator, months=12).numerator for indicator in ("I-01", "I-03")] == [events, events]


def test_a_relapse_is_dated_by_its_determination_not_by_when_it_was_told() -> None:
    story = Story()
    story.person(COMPLETED).relapsed(after(11), known=after(20))
    assert counts(asked(story, "I-03", known=after(19))) == (0, 1, 1)
    assert counts(asked(story, "I-03", known=after(20))) == (1, 1, 1)


@pytest.mark.parametrize("first", [0, 1])
def test_the_earliest_of_two_determinations_counts_whichever_was_told_first(first: int) -> None:
    story = Story()
    person = story.person(COMPLETED)
    for on in [[after(9), after(14)], [after(14), after(9)]][first]:
        person.relapsed(on, known=after(15))
    assert counts(asked(story, "I-03")) == (1, 1, 1)


def test_a_relapse_after_a_later_episode_is_one_of_the_first_cohort_too() -> None:
    story = Story()
    story.person(COMPLETED).completed(after(8)).relapsed(after(10))
    assert counts(asked(story, "I-03")) == (1, 1, 1)
    second_half = Period(date(2024, 7, 1), date(2024, 12, 31))
    assert counts(asked(story, "I-03", second_half)) == (1, 1, 1)


def test_people_are_counted_not_episodes() -> None:
    story = Story()
    story.person(COMPLETED).completed(after(2)).relapsed(after(13))
    found = asked(story, "I-03", months=12)
    assert counts(found) == (0, 1, 1), "twelve months from the first completion of the period"


def test_a_corrected_completion_moves_the_person_to_another_cohort() -> None:
    story = Story()
    story.person(date(2024, 6, 20)).completion_corrected(date(2024, 7, 2), date(2024, 6, 20), known=after(12))
    second_half = Period(date(2024, 7, 1), date(2024, 12, 31))
    assert [asked(story, "I-03", p, known=after(11)).denominator for p in (FIRST_HALF, second_half)] == [1, 0]
    assert [asked(story, "I-03", p, known=after(12)).denominator for p in (FIRST_HALF, second_half)] == [0, 1]


def test_a_determination_that_a_corrected_completion_has_passed_gives_way_to_the_next_one() -> None:
    story = Story()
    person = story.person(COMPLETED).relapsed(after(1)).relapsed(after(6))
    person.completion_corrected(after(2), COMPLETED, known=after(7))
    _, tally = answered(story, Question("I-03", WARD, FIRST_HALF))
    assert [one.dates["event_on"] for one in tally.people] == [after(6)]


@pytest.mark.parametrize(
    ("result", "stage"),
    [
        (DrugTestResult.POSITIVE, DrugTestStage.SCREENING),
        (DrugTestResult.NEGATIVE, DrugTestStage.CONFIRMATORY),
        (DrugTestResult.INVALID, DrugTestStage.CONFIRMATORY),
        (DrugTestResult.REFUSED, DrugTestStage.CONFIRMATORY),
    ],
)
def test_only_a_confirmed_positive_is_a_reuse(result: DrugTestResult, stage: DrugTestStage) -> None:
    story = Story()
    story.person(COMPLETED).tested(after(3), result, stage)
    assert counts(asked(story, "I-01")) == (0, 1, 1)


def test_the_first_confirmed_positive_after_the_completion_is_a_reuse_until_it_is_annulled() -> None:
    story = Story()
    story.person(COMPLETED).tested(COMPLETED).tested(after(3)).test_annulled(after(5))
    assert counts(asked(story, "I-01", months=3, known=after(4))) == (1, 1, 1)
    assert counts(asked(story, "I-01", months=3, known=after(5))) == (0, 1, 1), "the day of completion is not after it"


def test_tests_and_refusals_are_shown_per_month_at_risk() -> None:
    story = Story()
    person = story.person(COMPLETED)
    for month in (2, 4, 6):
        person.tested(after(month), DrugTestResult.NEGATIVE)
    person.tested(after(5), DrugTestResult.REFUSED).tested(after(7), DrugTestResult.INVALID)
    person.tested(after(8)).tested(after(9), DrugTestResult.NEGATIVE)
    found = asked(story, "I-01").testing
    assert found is not None
    # At risk up to the re-use on 15/11/2024, 245 days or 8.05 months; the test after it finds nothing first.
    assert (found.tests, found.refused) == (4, 1)
    assert found.per_person_month == pytest.approx(4 / (245 / 365.25 * 12))


def test_prison_before_july_2026_ends_the_observation_for_good() -> None:
    story = Story()
    story.person(COMPLETED).managed(COMPLETED).ended(EndReason.PRISON, after(7))
    found = asked(story, "I-03")
    assert counts(found) == (0, 1, 0)
    assert stops(found) == {Stop.PRISON: 1}
    assert found.person_years == pytest.approx(214 / 365.25)


def test_who_is_released_after_july_2026_is_at_risk_again_but_prison_came_first() -> None:
    story = Story()
    completed = date(2026, 3, 15)
    person = story.person(completed).managed(completed)
    # 15/03 to 15/07 are 122 days, 15/09 to 15/11 are 61.
    person.paused(date(2026, 7, 15)).released(date(2026, 9, 15)).relapsed(date(2026, 11, 15))
    found = asked(story, "I-03", Period(date(2026, 1, 1), date(2026, 6, 30)), known=date(2027, 6, 1))
    assert counts(found) == (1, 1, 1), "determined within twelve months, whatever came before"
    assert stops(found) == {Stop.PRISON: 1}
    assert found.person_years == pytest.approx((122 + 61) / 365.25)
    assert found.incidence is not None
    assert found.incidence.aalen_johansen is not None
    assert found.incidence.aalen_johansen.value == 0


def test_what_befell_somebody_before_the_completion_says_nothing_of_the_time_after_it() -> None:
    story = Story()
    imprisoned = story.person(COMPLETED).managed(COMPLETED).ended(EndReason.PRISON, after(2))
    moved = story.person(COMPLETED).managed(COMPLETED).left(after(1), FAR).received(after(2), FAR)
    for person in (imprisoned, moved):
        person.completed(after(24), WARD)
    found = asked(story, "I-03", Period(date(2026, 1, 1), date(2026, 6, 30)), months=6)
    assert counts(found) == (0, 2, 2)
    assert stops(found) == {Stop.WINDOW_OVER: 2}
    # 15/03 to 15/09/2026 are 184 days.
    assert found.person_years == pytest.approx(2 * 184 / 365.25)


def test_leaving_the_province_censors_and_moving_within_it_does_not() -> None:
    story = Story()
    story.person(COMPLETED).managed(COMPLETED).left(after(1), NEAR).received(after(2), NEAR)
    story.person(COMPLETED).managed(COMPLETED).left(after(1), FAR).received(after(2), FAR)
    found = asked(story, "I-03")
    assert counts(found) == (0, 2, 1)
    assert stops(found) == {Stop.LEFT_PROVINCE: 1, Stop.WINDOW_OVER: 1}
    assert found.person_years == pytest.approx((365 + 61) / 365.25)


def test_a_determination_after_the_move_counts_but_nobody_here_observed_it() -> None:
    story = Story()
    story.person(COMPLETED).managed(COMPLETED).left(after(1), FAR).received(after(2), FAR).relapsed(after(5))
    found = asked(story, "I-03")
    assert counts(found) == (1, 1, 1)
    assert stops(found) == {Stop.LEFT_PROVINCE: 1}


def test_a_notified_move_that_bounced_or_never_arrived_does_not_censor() -> None:
    story = Story()
    story.person(COMPLETED).managed(COMPLETED).left(after(1), FAR)
    assert stops(asked(story, "I-03")) == {Stop.WINDOW_OVER: 1}


def test_a_move_from_binh_phuoc_to_dong_nai_left_the_province_then_and_not_on_the_map_of_now() -> None:
    # 2004:25216 lay in Bình Phước, 2004:26113 in Đồng Nai; both are in Đồng Nai now.
    story = Story()
    story.person(COMPLETED, "2004:25216").managed(COMPLETED).left(after(1), "2004:26113").received(
        after(2), "2004:26113"
    )
    then = asked(story, "I-03", unit="2004:70", unit_map=UnitMap.AS_RECORDED)
    now = asked(story, "I-03", unit="2025:75")
    assert stops(then) == {Stop.LEFT_PROVINCE: 1}
    assert stops(now) == {Stop.WINDOW_OVER: 1}


@pytest.mark.parametrize(
    ("reason", "stop"),
    [
        (EndReason.DECLARED_MISSING, Stop.MISSING),
        (EndReason.REFORMATORY, Stop.OTHER_MEASURE),
        (EndReason.COMPULSORY_EDUCATION, Stop.OTHER_MEASURE),
    ],
)
def test_other_ends_of_a_case_end_the_observation(reason: EndReason, stop: Stop) -> None:
    story = Story()
    story.person(COMPLETED).managed(COMPLETED).ended(reason, after(4))
    found = asked(story, "I-03")
    assert stops(found) == {stop: 1}
    assert found.fully_observed == 0


def test_an_annulled_case_tells_nothing() -> None:
    story = Story()
    story.person(COMPLETED).managed(COMPLETED).left(after(1), FAR).received(after(2), FAR).ended(
        EndReason.ANNULLED, after(3)
    )
    assert stops(asked(story, "I-03")) == {Stop.WINDOW_OVER: 1}


@pytest.mark.parametrize(("choice", "expected"), [(TermEnd.DOES_NOT_CENSOR, (1, 2, 2)), (TermEnd.CENSORS, (1, 2, 1))])
def test_the_end_of_the_term_censors_where_the_policy_says_so(choice: TermEnd, expected: tuple[int, int, int]) -> None:
    story = Story()
    story.person(COMPLETED).managed(COMPLETED, ends=after(12)).removed(after(12)).relapsed(after(15))
    story.person(COMPLETED).managed(COMPLETED, ends=after(12)).removed(after(12))
    law = LAW.with_policy("rates.term_end", choice)
    found = asked(story, "I-03", months=24, law=law)
    assert counts(found) == expected
    assert f"rates.term_end={choice}" in [f"{one.name}={one.choice}" for one in found.policies]
    assert (Stop.TERM_ENDED in stops(found)) is (choice is TermEnd.CENSORS)


def test_on_one_day_the_event_comes_before_death_and_death_before_prison() -> None:
    story = Story()
    story.person(COMPLETED).relapsed(after(3)).died(after(3))
    story.person(COMPLETED).managed(COMPLETED).ended(EndReason.PRISON, after(3)).died(after(3))
    assert stops(asked(story, "I-03")) == {Stop.EVENT: 1, Stop.DEATH: 1}


def test_a_person_of_whom_no_row_came_yet_is_counted() -> None:
    story = Story()
    story.person(COMPLETED)
    story.told = [one for one in story.told if type(one[1]).__name__ != "PersonRegistered"]
    assert counts(asked(story, "I-03")) == (0, 1, 1)


@pytest.mark.parametrize("indicator", ["I-01", "I-03", "I-06"])
def test_an_empty_cohort_has_no_rate(indicator: str) -> None:
    found = asked(Story(), indicator)
    assert counts(found) == (0, 0, 0)
    assert (found.share, found.share_of_fully_observed, found.incidence, found.person_years) == (None, None, None, 0)
