"""The cohort example of domain.md §4.2, worked by hand."""

import pytest

from services.reporting.statistics.competing import cumulative_incidence
from services.reporting.statistics.rates import incidence_rate
from services.reporting.statistics.risk import Observed
from services.reporting.statistics.survival import kaplan_meier
from tests.services.reporting.statistics.worlds import DEATH, PRISON, RELAPSE

DETERMINED = (3, 4, 6, 8, 9, 11)

# 40 people, time in months: 3 moved out at 2, 1 died at 5, 2 went to prison at 7, 6 were determined addicted, and the
# other 40 - 3 - 1 - 2 - 6 = 28 were seen through month 12.
WARD = [
    Observed(0, 2, people=3),
    Observed(0, 5, DEATH),
    Observed(0, 7, PRISON, people=2),
    *(Observed(0, month, RELAPSE) for month in DETERMINED),
    Observed(0, 12, people=28),
]


def test_the_ward_has_402_person_months_and_a_rate_of_18_in_100_person_years() -> None:
    # 3*2 + 1*5 + 2*7 + (3+4+6+8+9+11 = 41) + 28*12 = 6 + 5 + 14 + 41 + 336 = 402 months = 33.5 years; 6 / 33.5.
    found = incidence_rate(6, 402 / 12)
    assert found is not None
    assert found.value == pytest.approx(0.1791, abs=5e-5)
    # Garwood for 6 events: 2.2019 and 13.0595, over 33.5 years.
    assert (found.interval.low, found.interval.high) == pytest.approx((2.2019 / 33.5, 13.0595 / 33.5), abs=5e-6)


def test_two_released_after_three_months_are_at_risk_again() -> None:
    # Released at 10 and seen to 12: at month 11, 31 are at risk instead of 29.
    released = [*WARD, Observed(10, 12, people=2)]
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
