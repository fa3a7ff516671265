"""Aalen-Johansen against scikit-survival, on the data that it ships and on generated worlds, and by hand."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from sksurv import datasets
from sksurv.nonparametric import cumulative_incidence_competing_risks

from services.reporting.statistics.competing import cumulative_incidence
from services.reporting.statistics.curves import Curve
from services.reporting.statistics.risk import Observed
from services.reporting.statistics.survival import kaplan_meier
from tests.services.reporting.statistics.worlds import CAUSES, DEATH, PRISON, RELAPSE, durations, ranks, simulated

EXACT = 1e-9


def agree(seen: list[Observed], confidence: float = 0.95) -> None:
    """At every time, for every cause, the incidence and the interval of scikit-survival."""
    _, exits, events = durations(seen)
    with np.errstate(divide="ignore", invalid="ignore"):  # Its interval at incidences of 0.
        times, incidences, intervals = cumulative_incidence_competing_risks(
            np.array(events), np.array(exits), conf_level=confidence, conf_type="log-log", var_type="Dinse_Approx"
        )
    for number in range(1, max(events) + 1):
        curve = cumulative_incidence(seen, of=CAUSES[number - 1], confidence=confidence)
        for at, day in enumerate(times):
            compare(curve, int(day), incidences[number, at], intervals[number, :, at])


def compare(curve: Curve, day: int, incidence: float, interval: Any) -> None:
    step = curve.at(day)
    assert step is not None
    assert step.estimate == pytest.approx(incidence, abs=EXACT)
    if step.interval is not None:
        assert (step.interval.low, step.interval.high) == pytest.approx(tuple(interval), abs=EXACT)


@pytest.mark.parametrize("loader", ["load_bmt", "load_cgvhd"])
def test_shipped_data_give_the_curves_of_scikit_survival(loader: str) -> None:
    _, outcome = getattr(datasets, loader)()
    event, time = outcome.dtype.names
    (exits,) = ranks(outcome[time])
    causes = [CAUSES[number - 1] if number else None for number in outcome[event]]
    agree([Observed(0, end, cause) for end, cause in zip(exits, causes, strict=True)])


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("confidence", [0.9, 0.95])
def test_generated_worlds_give_the_curves_of_scikit_survival(seed: int, confidence: float) -> None:
    # One is seen to the end: the peer's variance is 0/0 everywhere once an event has come to everybody.
    agree([*simulated(seed, people=50 + 300 * seed), Observed(0, 800)], confidence)


def by_the_book(seen: list[Observed], cause: str) -> Iterator[tuple[int, float, float]]:
    """Day, incidence and variance in exact fractions, term by term as Dinse and Larson print them."""
    survival, incidence = Fraction(1), Fraction(0)
    past: list[tuple[Fraction, Fraction, int, int, int]] = []
    for day in sorted({one.exit for one in seen if one.cause}):
        n = sum(one.at_risk(day) for one in seen)
        d = sum(one.exit == day and one.cause is not None for one in seen)
        k = sum(one.exit == day and one.cause == cause for one in seen)
        incidence += survival * Fraction(k, n)
        past.append((incidence, survival, n, d, k))
        survival *= Fraction(n - d, n)
        variance = sum(
            (
                ((incidence - then) ** 2 * Fraction(d, n * (n - d)) if d < n else 0)
                + before**2 * Fraction(k * (n - k), n**3)
                - 2 * (incidence - then) * before * Fraction(k, n**2)
                for then, before, n, d, k in past
            ),
            start=Fraction(0),
        )
        if k:
            yield day, float(incidence), float(variance)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("cause", CAUSES)
def test_late_entry_and_return_after_prison_give_the_formula_in_exact_fractions(seed: int, cause: str) -> None:
    seen = simulated(seed, people=120, late=True, again=True)
    found = [(step.day, step.estimate, step.variance) for step in cumulative_incidence(seen, of=cause).steps[1:]]
    assert found == [pytest.approx(expected, abs=EXACT) for expected in by_the_book(seen, cause)]


@pytest.mark.parametrize("seed", range(5))
def test_where_nothing_competes_it_is_one_minus_kaplan_meier_with_the_variance_of_greenwood(seed: int) -> None:
    seen = [
        Observed(one.entry, one.exit, RELAPSE if one.cause == RELAPSE else None)
        for one in simulated(seed, people=300, late=True, again=True)
    ]
    incidence, survival = cumulative_incidence(seen, of=RELAPSE), kaplan_meier(seen, of=RELAPSE)
    for up, down in zip(incidence.steps, survival.steps, strict=True):
        assert (up.day, up.at_risk, up.events) == (down.day, down.at_risk, down.events)
        assert up.estimate == pytest.approx(1 - down.estimate, abs=EXACT)
        assert up.variance == pytest.approx(down.variance, abs=EXACT)


@pytest.mark.parametrize("seed", range(5))
def test_the_incidences_of_all_causes_add_up_to_everybody_who_had_an_event(seed: int) -> None:
    seen = simulated(seed, people=300)
    overall = kaplan_meier([Observed(one.entry, one.exit, "any" if one.cause else None) for one in seen], of="any")
    last = max(one.exit for one in seen)
    each = [cumulative_incidence(seen, of=cause).at(last) for cause in CAUSES]
    survivors = overall.at(last)
    assert survivors is not None
    assert sum(step.estimate for step in each if step) == pytest.approx(1 - survivors.estimate, abs=EXACT)


def test_a_death_takes_from_the_incidence_what_kaplan_meier_would_still_expect() -> None:
    # Two people: one dies on day 1, the other relapses on day 2. Half of them relapse, not all.
    seen = [Observed(0, 1, DEATH), Observed(0, 2, RELAPSE)]
    competing, alone = cumulative_incidence(seen, of=RELAPSE).at(2), kaplan_meier(seen, of=RELAPSE).at(2)
    assert competing is not None
    assert alone is not None
    assert (competing.estimate, alone.estimate) == (0.5, 0.0)


def test_an_event_to_everybody_leaves_the_curve_known_for_ever() -> None:
    seen = [Observed(0, 1, DEATH), Observed(0, 2, RELAPSE)]
    step = cumulative_incidence(seen, of=RELAPSE).at(9999)
    assert step is not None
    assert step.estimate == 0.5


def test_an_incidence_that_rounding_keeps_below_1_has_no_interval() -> None:
    steps = cumulative_incidence([Observed(0, day, RELAPSE) for day in range(1, 301)], of=RELAPSE).steps
    assert steps[-1].estimate == pytest.approx(1.0, abs=EXACT)
    assert steps[-1].interval is None
    assert steps[-2].interval is not None


def test_a_cause_that_never_came_has_an_incidence_of_0_without_an_interval_while_anybody_is_seen() -> None:
    curve = cumulative_incidence([Observed(0, 10, DEATH), Observed(0, 20)], of=PRISON)
    step = curve.at(20)
    assert step is not None
    assert (step.estimate, step.interval) == (0.0, None)
    assert curve.at(21) is None


def test_no_observations_give_no_number() -> None:
    assert cumulative_incidence([], of=RELAPSE).at(365) is None
