"""The cohort example of domain.md §4.2, worked by hand, and what counts as fully observed."""

from datetime import date

import pytest

from libs.vietnam.calendar import add_months
from services.reporting.statistics.cohorts import CohortShares, Followed, cohort_shares
from services.reporting.statistics.competing import cumulative_incidence
from services.reporting.statistics.rates import incidence_rate, proportion, time_at_risk
from services.reporting.statistics.risk import Observed
from services.reporting.statistics.survival import kaplan_meier
from tests.services.reporting.statistics.worlds import DEATH, PRISON, RELAPSE

COMPLETED = date(2024, 3, 15)
DETERMINED = (3, 4, 6, 8, 9, 11)
KNOWN = date(2025, 12, 31)

# 40 people, time in months: 3 moved out at 2, 1 died at 5, 2 went to prison at 7, 6 were determined addicted, and the
# other 40 - 3 - 1 - 2 - 6 = 28 were seen through month 12.
WARD = [
    Observed(0, 2, people=3),
    Observed(0, 5, DEATH),
    Observed(0, 7, PRISON, people=2),
    *(Observed(0, month, RELAPSE) for month in DETERMINED),
    Observed(0, 12, people=28),
]


def in_ward(months: int) -> date:
    return add_months(COMPLETED, months)


COHORT = [
    *[Followed(COMPLETED, lost_on=in_ward(2))] * 3,
    Followed(COMPLETED, lost_on=in_ward(5)),
    *[Followed(COMPLETED, lost_on=in_ward(7))] * 2,
    *(Followed(COMPLETED, event_on=in_ward(month), lost_on=in_ward(month)) for month in DETERMINED),
    *[Followed(COMPLETED)] * 28,
]


def test_the_ward_has_402_person_months_and_a_rate_of_18_in_100_person_years() -> None:
    # 3*2 + 1*5 + 2*7 + (3+4+6+8+9+11 = 41) + 28*12 = 6 + 5 + 14 + 41 + 336 = 402 months = 33.5 years; 6 / 33.5.
    assert time_at_risk(WARD) == 402
    found = incidence_rate(6, 402 / 12)
    assert found is not None
    assert found.value == pytest.approx(0.1791, abs=5e-5)
    # Garwood for 6 events: 2.2019 and 13.0595, over 33.5 years.
    assert (found.interval.low, found.interval.high) == pytest.approx((2.2019 / 33.5, 13.0595 / 33.5), abs=5e-6)


def test_two_released_after_three_months_add_their_time_and_their_risk() -> None:
    # Released at 10 and seen to 12: 2 * 2 = 4 months more; at month 11, 31 are at risk instead of 29.
    released = [*WARD, Observed(10, 12, people=2)]
    assert time_at_risk(released) == 406
    assert [step.at_risk for step in kaplan_meier(released, of=RELAPSE).steps] == [40, 37, 36, 34, 31, 30, 31]


def test_the_incidence_by_12_months_is_6_in_37() -> None:
    # After the three who moved out, nobody is censored before the end: 37 at risk, and each determination adds
    # S * 1/n = 1/37, for S falls with n: 36/37 after month 3, 35/37 (4), 34/37 (death at 5), 33/37 (6),
    # 31/37 (prison at 7), 30/37 (8), 29/37 (9), 28/37 (11). Six of them: 6/37 = 16.2 %.
    curve = cumulative_incidence(WARD, of=RELAPSE)
    assert [(step.day, step.at_risk) for step in curve.steps[1:]] == [
        (3, 37),
        (4, 36),
        (6, 34),
        (8, 31),
        (9, 30),
        (11, 29),
    ]
    last = curve.at(12)
    assert last is not None
    assert last.estimate == pytest.approx(6 / 37)
    # With no censoring among the 37, the variance is that of a share: 6/37 * 31/37 / 37.
    assert last.variance == pytest.approx(6 / 37 * 31 / 37 / 37)


def test_kaplan_meier_beside_it_is_higher_because_it_lets_the_dead_and_imprisoned_relapse_later() -> None:
    # 36/37 * 35/36 * 33/34 * 30/31 * 29/30 * 28/29 = (35 * 33 * 28) / (37 * 34 * 31) = 32340 / 38998.
    last = kaplan_meier(WARD, of=RELAPSE).at(12)
    assert last is not None
    assert 1 - last.estimate == pytest.approx(1 - 32340 / 38998)
    assert 1 - last.estimate > 6 / 37


def test_the_crude_share_is_15_percent_and_that_of_the_fully_observed_17_point_6() -> None:
    shares = cohort_shares(COHORT, months=12, known_until=KNOWN)
    assert shares == CohortShares(proportion(6, 40), proportion(6, 34))
    assert shares.crude is not None
    assert shares.fully_observed is not None
    assert f"{shares.crude.value:.1%} {shares.fully_observed.value:.1%}" == "15.0% 17.6%"


def test_within_6_months_two_more_are_fully_observed_and_three_have_relapsed() -> None:
    # Prison came at month 7, so those two were seen through month 6: 40 - 3 - 1 = 36, and 3, 4 and 6 are events.
    assert cohort_shares(COHORT, months=6, known_until=KNOWN) == CohortShares(proportion(3, 40), proportion(3, 36))


def test_a_cohort_that_is_too_young_has_only_its_events_fully_observed() -> None:
    # Known until month 8: the events of months 3, 4, 6 and 8; nobody else can have been seen through month 12.
    early = cohort_shares(COHORT, months=12, known_until=in_ward(8))
    assert early == CohortShares(proportion(4, 40), proportion(4, 4))


@pytest.mark.parametrize(("months", "observed"), [(12, 34), (13, 6)])
def test_a_cohort_is_fully_observed_on_its_last_day(months: int, observed: int) -> None:
    shares = cohort_shares(COHORT, months=months, known_until=in_ward(12))
    assert shares.fully_observed == proportion(6, observed)


def test_an_empty_cohort_has_no_shares() -> None:
    assert cohort_shares([], months=12, known_until=KNOWN) == CohortShares(None, None)


@pytest.mark.parametrize(("lost_after_days", "observed"), [(0, 0), (1, 1)])
def test_who_is_lost_on_the_last_day_is_not_fully_observed(lost_after_days: int, observed: int) -> None:
    last = in_ward(12)
    person = Followed(COMPLETED, lost_on=last.replace(day=last.day + lost_after_days))
    assert cohort_shares([person], months=12, known_until=KNOWN).fully_observed == proportion(0, observed)
