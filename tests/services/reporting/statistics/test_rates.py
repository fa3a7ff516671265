"""Rates per person-year with exact intervals, and proportions with Wilson's, against scipy."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from services.reporting.statistics.gamma import gamma_quantile, regularised_gamma
from services.reporting.statistics.rates import (
    incidence_rate,
    person_months,
    person_years,
    proportion,
)

EXACT = 1e-9

confidences = st.floats(0.5, 0.999)


def test_a_person_year_has_365_and_a_quarter_days_and_twelve_months() -> None:
    assert person_years(1461) == 4.0
    assert person_months(1461) == 48.0


@settings(deadline=None)
@given(st.integers(0, 2000), st.floats(0.01, 1e5), confidences)
def test_a_rate_has_the_interval_of_garwood(events: int, years: float, confidence: float) -> None:
    found = incidence_rate(events, years, confidence=confidence)
    assert found is not None
    tail = (1 - confidence) / 2
    low = stats.chi2.ppf(tail, 2 * events) / 2 if events else 0.0
    high = stats.chi2.ppf(1 - tail, 2 * events + 2) / 2
    assert found.value == events / years
    assert (found.interval.low, found.interval.high) == pytest.approx((low / years, high / years), rel=EXACT)


def test_by_hand_no_event_in_10_years_still_allows_a_rate_of_0_37() -> None:
    # The upper bound is -ln(0.025) / 10 = 3.6889 / 10: the chance of seeing none is then 2.5 %.
    found = incidence_rate(0, 10)
    assert found is not None
    assert (found.value, found.interval.low) == (0.0, 0.0)
    assert found.interval.high == pytest.approx(0.3688879454, abs=1e-10)


@settings(deadline=None)
@given(st.integers(0, 3000), st.integers(0, 3000), confidences)
def test_a_proportion_has_the_interval_of_wilson(numerator: int, others: int, confidence: float) -> None:
    found = proportion(numerator, numerator + others, confidence=confidence)
    if not numerator + others:
        assert found is None
        return
    peer = stats.binomtest(numerator, numerator + others).proportion_ci(confidence, method="wilson")
    assert found is not None
    assert found.value == numerator / (numerator + others)
    assert (found.interval.low, found.interval.high) == pytest.approx((peer.low, peer.high), abs=EXACT)


def test_a_share_of_nothing_and_a_rate_without_time_are_no_number() -> None:
    assert proportion(0, 0) is None
    assert incidence_rate(0, 0) is None
    assert incidence_rate(3, 0) is None


def test_the_bounds_of_a_share_of_none_and_of_all_are_exact() -> None:
    none, every = proportion(0, 7), proportion(7, 7)
    assert none is not None
    assert every is not None
    assert none.interval.low == 0.0
    assert every.interval.high == 1.0


@pytest.mark.parametrize(("numerator", "denominator"), [(-1, 5), (6, 5), (0, -1)])
def test_an_impossible_share_is_refused(numerator: int, denominator: int) -> None:
    with pytest.raises(ValueError, match="never negative"):
        proportion(numerator, denominator)


@pytest.mark.parametrize(("events", "years"), [(-1, 5.0), (1, -5.0)])
def test_an_impossible_rate_is_refused(events: int, years: float) -> None:
    with pytest.raises(ValueError, match="never negative"):
        incidence_rate(events, years)


@settings(deadline=None)
@given(st.floats(0.1, 1e4), st.floats(0.0, 3.0))
def test_the_incomplete_gamma_function_is_that_of_scipy(shape: float, ratio: float) -> None:
    assert regularised_gamma(shape, shape * ratio) == pytest.approx(stats.gamma.cdf(shape * ratio, shape), abs=1e-11)


@settings(deadline=None)
@given(st.floats(1e-6, 1 - 1e-6), st.floats(0.5, 1e4))
def test_a_gamma_quantile_is_that_of_scipy(probability: float, shape: float) -> None:
    assert gamma_quantile(probability, shape) == pytest.approx(stats.gamma.ppf(probability, shape), rel=EXACT)


@pytest.mark.parametrize(("probability", "shape"), [(0.0, 1.0), (1.0, 1.0), (0.5, 0.0)])
def test_there_is_no_quantile_at_the_ends(probability: float, shape: float) -> None:
    with pytest.raises(ValueError, match="no gamma quantile"):
        gamma_quantile(probability, shape)
