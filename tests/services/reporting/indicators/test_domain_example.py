"""The cohort of domain.md §4.2 through the fact types: 15.0 %, 17.6 %, the person-time and the incidence by hand."""

from datetime import date

import pytest

from libs.events.contracts.values import EndReason
from libs.vietnam.calendar import add_months
from services.reporting.indicators.stops import Stop
from tests.services.reporting.asked import asked
from tests.services.reporting.story import FAR, Story

COMPLETED = date(2024, 3, 15)
DETERMINED = (3, 4, 6, 8, 9, 11)
# From 15/03/2024: to 15/05 61 days, 15/06 92, 15/07 122, 15/08 153, 15/09 184, 15/10 214, 15/11 245, 15/12 275,
# 15/02/2025 337, 15/03/2025 365.
MOVED, DIED, IMPRISONED = 3 * 61, 153, 2 * 214
RELAPSED = 92 + 122 + 184 + 245 + 275 + 337
SEEN_THROUGH = 28 * 365


def after(months: int) -> date:
    return add_months(COMPLETED, months)


@pytest.fixture
def ward() -> Story:
    """40 completers: 3 moved out of the province at month 2, 1 died at 5, 2 imprisoned at 7, 6 determined addicted."""
    story = Story()
    people = [story.person(COMPLETED) for _ in range(40)]
    for mover in people[:3]:
        mover.managed(after(0)).left(after(1), FAR).received(after(2), FAR)
    people[3].managed(after(0)).died(after(5)).ended(EndReason.DECEASED, after(5))
    for prisoner in people[4:6]:
        prisoner.managed(after(0)).ended(EndReason.PRISON, after(7))
    for person, month in zip(people[6:12], DETERMINED, strict=True):
        person.managed(after(0)).relapsed(after(month)).ended(EndReason.RELAPSED, after(month))
    return story


def test_both_denominators_are_stated(ward: Story) -> None:
    found = asked(ward, "I-03", months=12)
    assert (found.numerator, found.denominator, found.fully_observed) == (6, 40, 34)
    assert found.share is not None
    assert found.share_of_fully_observed is not None
    assert f"{found.share.value:.1%} {found.share_of_fully_observed.value:.1%}" == "15.0% 17.6%"
    # Wilson for 6 of 40 with z = 1.95996: 0.15 + z²/80 = 0.19802 in the middle, over 1 + z²/40 = 1.09604.
    assert (found.share.low, found.share.high) == pytest.approx((0.0706, 0.2907), abs=5e-5)


def test_the_person_time_is_402_months(ward: Story) -> None:
    days = MOVED + DIED + IMPRISONED + RELAPSED + SEEN_THROUGH
    assert days == 12_239
    found = asked(ward, "I-03", months=12)
    assert found.person_years is not None
    assert found.person_years == pytest.approx(days / 365.25)
    assert found.person_years * 12 == pytest.approx(402, abs=0.2)


def test_the_incidence_by_12_months_is_6_in_37(ward: Story) -> None:
    # As the three leave at month 2, 37 are at risk; nobody else is censored before the end, so it is a share.
    found = asked(ward, "I-03", months=12).incidence
    assert found is not None
    assert found.aalen_johansen is not None
    assert found.aalen_johansen.value == pytest.approx(6 / 37)
    assert found.aalen_johansen.variance == pytest.approx(6 / 37 * 31 / 37 / 37)
    # 36/37 * 35/36 * 33/34 * 30/31 * 29/30 * 28/29: the dead and the imprisoned are censored.
    assert found.kaplan_meier is not None
    assert found.kaplan_meier.value == pytest.approx(1 - 32_340 / 38_998)
    assert found.at_risk == 28


def test_how_observation_ended_is_said(ward: Story) -> None:
    found = asked(ward, "I-03", months=12).incidence
    assert found is not None
    assert found.stops == {
        Stop.EVENT: 6,
        Stop.LEFT_PROVINCE: 3,
        Stop.DEATH: 1,
        Stop.PRISON: 2,
        Stop.WINDOW_OVER: 28,
    }


def test_the_curve_follows_the_determinations(ward: Story) -> None:
    found = asked(ward, "I-06", months=12).incidence
    assert found is not None
    values = [point.aalen_johansen.value * 37 if point.aalen_johansen else None for point in found.curve]
    # A month's day is read on average at 30.4375 days a month: month 3 on day 91, one before the 92nd.
    assert values == pytest.approx([0, 0, 0, 1, 2, 2, 3, 3, 4, 5, 5, 6])
    assert [point.day for point in found.curve] == [30, 60, 91, 121, 152, 182, 213, 243, 273, 304, 334, 365]


def test_within_6_months_three_relapsed_and_36_were_fully_observed(ward: Story) -> None:
    found = asked(ward, "I-03", months=6)
    assert (found.numerator, found.denominator, found.fully_observed) == (3, 40, 36)


def test_as_known_at_month_8_only_the_events_are_fully_observed(ward: Story) -> None:
    found = asked(ward, "I-03", months=12, known=after(8))
    assert (found.numerator, found.denominator, found.fully_observed) == (4, 40, 4)
    assert found.incidence is not None
    assert found.incidence.aalen_johansen is None, "nobody was observed for twelve months yet"
    assert found.incidence.stops == {
        Stop.EVENT: 4,
        Stop.LEFT_PROVINCE: 3,
        Stop.DEATH: 1,
        Stop.PRISON: 2,
        Stop.STILL_OBSERVED: 30,
    }
