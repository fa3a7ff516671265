"""I-02 and I-04: what is counted in a period of management, and the time at risk by hand."""

from datetime import date, timedelta

import pytest

from libs.events.contracts.registry.drug_test import DrugTestStage
from libs.events.contracts.values import EndReason
from libs.law.choices import TermEnd
from libs.law.law import LAW
from services.reporting.answers import Answer
from services.reporting.indicators.periods import Period, half_year_of
from tests.services.reporting.asked import asked
from tests.services.reporting.story import NEAR, WARD, Story

COMPLETED = date(2024, 3, 1)
FIRST = Period(date(2025, 1, 1), date(2025, 6, 30))
SECOND = half_year_of(date(2025, 7, 1))
DAY = timedelta(days=1)


def days(found: Answer) -> int:
    assert found.person_years is not None
    return round(found.person_years * 365.25)


def test_whoever_is_managed_at_any_time_in_the_period_is_in_the_denominator_once() -> None:
    story = Story()
    story.person(COMPLETED).managed(COMPLETED)
    story.person(COMPLETED).managed(COMPLETED).removed(FIRST.first)
    story.person(COMPLETED).managed(COMPLETED).removed(FIRST.first - DAY)
    story.person(FIRST.last).managed(FIRST.last)
    story.person(COMPLETED).reported(COMPLETED)
    found = asked(story, "I-02", FIRST)
    assert (found.numerator, found.denominator) == (0, 3)


def test_one_positive_or_three_in_the_period_are_one_person() -> None:
    story = Story()
    person = story.person(COMPLETED).managed(COMPLETED)
    for month in (2, 3, 5):
        person.tested(date(2025, month, 1))
    story.person(COMPLETED).managed(COMPLETED).tested(FIRST.first - DAY).tested(FIRST.last + DAY)
    story.person(COMPLETED).managed(COMPLETED).tested(date(2025, 3, 1), stage=DrugTestStage.SCREENING)
    found = asked(story, "I-02", FIRST)
    assert (found.numerator, found.denominator) == (1, 3)
    assert found.share is not None
    assert found.share.value == pytest.approx(1 / 3)


def test_a_positive_after_the_end_of_management_is_none_under_management() -> None:
    story = Story()
    story.person(COMPLETED).managed(COMPLETED).removed(date(2025, 2, 1)).tested(date(2025, 2, 2))
    story.person(COMPLETED).managed(COMPLETED).tested(date(2025, 2, 1)).removed(date(2025, 2, 1))
    found = asked(story, "I-02", FIRST)
    assert (found.numerator, found.denominator) == (1, 2)


def test_time_at_risk_is_active_time_clipped_to_the_period() -> None:
    story = Story()
    story.person(COMPLETED).managed(COMPLETED)
    # The half-year has 181 days; 01/03 to 30/06 are 121 after the first; 01/01 to 10/01 are ten.
    story.person(COMPLETED).managed(date(2025, 3, 1))
    story.person(COMPLETED).managed(COMPLETED).removed(date(2025, 1, 10))
    found = asked(story, "I-04", FIRST)
    assert days(found) == 181 + 121 + 10
    assert found.denominator == 3


def test_an_unreported_absence_is_no_time_at_risk_and_a_reported_one_is() -> None:
    story = Story()
    story.person(COMPLETED).managed(COMPLETED).absent(date(2025, 2, 1), date(2025, 2, 11))
    story.person(COMPLETED).managed(COMPLETED).absent(date(2025, 2, 1), date(2025, 2, 11), reported=True)
    story.person(COMPLETED).managed(COMPLETED).absent(date(2024, 12, 25), date(2025, 1, 6))
    # The last one is back on 06/01: 01/01 to 06/01 are lost, as (31/12, 06/01].
    assert days(asked(story, "I-04", FIRST)) == (181 - 10) + 181 + (181 - 6)


def test_prison_before_july_2026_ends_the_time_at_risk() -> None:
    story = Story()
    story.person(COMPLETED).managed(COMPLETED).ended(EndReason.PRISON, date(2025, 2, 10))
    assert days(asked(story, "I-04", FIRST)) == 41


def test_prison_from_july_2026_interrupts_it() -> None:
    story = Story()
    person = story.person(date(2026, 2, 1)).managed(date(2026, 2, 1))
    person.paused(date(2026, 7, 11)).released(date(2026, 9, 29))
    found = asked(story, "I-04", half_year_of(date(2026, 7, 1)), known=date(2027, 2, 1))
    # (30/06, 11/07] are 11 days, (29/09, 31/12] are 93.
    assert days(found) == 11 + 93


def test_transit_belongs_to_nobody_and_the_time_after_it_to_the_new_unit() -> None:
    story = Story()
    story.person(COMPLETED).managed(COMPLETED).left(date(2025, 2, 10), NEAR).received(date(2025, 3, 1), NEAR)
    old, new, both = (asked(story, "I-04", FIRST, unit=unit) for unit in (WARD, NEAR, "2025:75"))
    assert (days(old), days(new)) == (41, 121)
    assert (days(both), both.denominator) == (162, 1)


def test_nothing_is_at_risk_after_death_or_relapse_even_where_the_case_stays_open() -> None:
    story = Story()
    story.person(COMPLETED).managed(COMPLETED).died(date(2025, 1, 31))
    story.person(COMPLETED).managed(COMPLETED).relapsed(date(2025, 2, 28))
    found = asked(story, "I-04", FIRST)
    assert days(found) == 31 + 59
    assert (found.numerator, found.denominator) == (1, 2)


def test_two_cases_that_are_open_at_once_are_one_time_at_risk() -> None:
    story = Story()
    person = story.person(COMPLETED).managed(COMPLETED)
    person.completed(date(2025, 2, 1)).managed(date(2025, 2, 3))
    found = asked(story, "I-04", FIRST)
    assert (days(found), found.denominator) == (181, 1)


def test_consecutive_periods_share_no_day_and_lose_none() -> None:
    story = Story()
    story.person(COMPLETED).managed(date(2025, 2, 1)).relapsed(date(2025, 6, 30)).ended(
        EndReason.RELAPSED, date(2025, 6, 30)
    )
    story.person(COMPLETED).managed(date(2025, 2, 1)).relapsed(date(2025, 7, 1)).ended(
        EndReason.RELAPSED, date(2025, 7, 1)
    )
    found = [asked(story, "I-04", period) for period in (FIRST, SECOND, Period(FIRST.first, SECOND.last))]
    assert [days(one) for one in found] == [149 + 149, 1, 299]
    assert [one.numerator for one in found] == [1, 1, 2]


def test_a_relapse_of_somebody_not_under_observation_is_shown_apart() -> None:
    story = Story()
    story.person(COMPLETED).relapsed(date(2025, 3, 1))
    story.person(COMPLETED).managed(COMPLETED).removed(date(2025, 2, 1)).relapsed(date(2025, 3, 1))
    story.person(COMPLETED, NEAR).relapsed(date(2025, 3, 1))
    found = asked(story, "I-04", FIRST)
    assert (found.numerator, found.denominator, found.outside) == (0, 1, 2)


def test_a_relapse_that_the_new_commune_observed_is_not_outside_for_the_old_one() -> None:
    story = Story()
    person = story.person(COMPLETED).managed(COMPLETED).left(date(2025, 2, 10), NEAR).received(date(2025, 3, 1), NEAR)
    person.relapsed(date(2025, 4, 1))
    old, new, both = (asked(story, "I-04", FIRST, unit=unit) for unit in (WARD, NEAR, "2025:75"))
    assert [(one.numerator, one.outside) for one in (old, new, both)] == [(0, 0), (1, 0), (1, 0)]


def test_the_rate_is_per_person_year_with_an_exact_interval() -> None:
    story = Story()
    for _ in range(9):
        story.person(COMPLETED).managed(COMPLETED)
    story.person(COMPLETED).managed(COMPLETED).relapsed(FIRST.last)
    rate = asked(story, "I-04", FIRST).rate_per_person_year
    assert rate is not None
    years = 10 * 181 / 365.25
    assert rate.value == pytest.approx(1 / years)
    # Garwood for one event: 0.02532 and 5.57164.
    assert (rate.low, rate.high) == pytest.approx((0.02532 / years, 5.57164 / years), abs=1e-5)


def test_the_end_of_the_term_ends_the_time_at_risk_where_the_policy_says_so() -> None:
    story = Story()
    story.person(COMPLETED).managed(COMPLETED, ends=date(2025, 3, 1)).removed(date(2025, 4, 10))
    law = LAW.with_policy("rates.term_end", TermEnd.CENSORS)
    # (31/12, 10/04] are 100 days, of which (31/12, 01/03] are 60.
    assert [days(asked(story, "I-04", FIRST, law=one)) for one in (LAW, law)] == [100, 60]


def test_an_annulled_case_was_no_management() -> None:
    story = Story()
    story.person(COMPLETED).managed(COMPLETED).ended(EndReason.ANNULLED, date(2025, 5, 1))
    assert asked(story, "I-02", FIRST).denominator == 0
    found = asked(story, "I-04", FIRST)
    assert (found.person_years, found.rate_per_person_year) == (0, None)


def test_a_period_that_is_not_over_is_counted_up_to_what_is_known() -> None:
    story = Story()
    story.person(COMPLETED).managed(COMPLETED)
    found = asked(story, "I-04", FIRST, known=date(2025, 1, 31))
    assert days(found) == 31
    assert found.observed_until == date(2025, 1, 31)
