"""Kaplan-Meier against lifelines, on the data that it ships and on generated worlds, and by hand."""

from collections.abc import Sequence
from typing import Any

import pytest
from lifelines import KaplanMeierFitter, datasets

from services.reporting.statistics.risk import Observed
from services.reporting.statistics.survival import kaplan_meier
from tests.services.reporting.statistics.worlds import RELAPSE, ranks, simulated

EXACT = 1e-9

SHIPPED = {
    "load_rossi": ("week", "arrest"),
    "load_waltons": ("T", "E"),
    "load_gbsg2": ("time", "cens"),
    "load_kidney_transplant": ("time", "death"),
    "load_leukemia": ("t", "status"),
    "load_larynx": ("time", "death"),
    "load_lung": ("time", "status"),
    "load_dd": ("duration", "observed"),
    "load_lymphoma": ("Time", "Censor"),
    "load_g3": ("time", "event"),
}


def observations(exits: Sequence[int], events: Sequence[Any], entries: Sequence[int] | None = None) -> list[Observed]:
    starts = entries or [0] * len(exits)
    rows = zip(starts, exits, events, strict=True)
    return [Observed(start, end, RELAPSE if event else None) for start, end, event in rows]


def agree(seen: list[Observed], confidence: float = 0.95) -> None:
    """Every step has the estimate, the Greenwood variance and the interval of lifelines."""
    events = [one.cause == RELAPSE for one in seen]
    peer = KaplanMeierFitter(alpha=1 - confidence)
    peer.fit([one.exit for one in seen], events, entry=[one.entry for one in seen])
    curve = kaplan_meier(seen, of=RELAPSE, confidence=confidence)
    assert [step.day for step in curve.steps[1:]] == [t for t, d in peer.event_table["observed"].items() if d]
    for step in curve.steps[1:]:
        assert step.events == peer.event_table["observed"][step.day]
        assert step.estimate == pytest.approx(peer.survival_function_["KM_estimate"][step.day], abs=EXACT)
        if step.interval is None:
            continue
        low, high = peer.confidence_interval_.loc[step.day]
        variance = step.estimate**2 * peer._cumulative_sq_[step.day]
        assert step.variance == pytest.approx(variance, abs=EXACT)
        assert (step.interval.low, step.interval.high) == pytest.approx((low, high), abs=EXACT)


@pytest.mark.parametrize(("loader", "columns"), SHIPPED.items())
def test_shipped_data_give_the_curve_of_lifelines(loader: str, columns: tuple[str, str]) -> None:
    data = getattr(datasets, loader)().dropna(subset=list(columns))
    (exits,) = ranks(data[columns[0]])
    agree(observations(exits, list(data[columns[1]])))


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("confidence", [0.9, 0.95])
def test_generated_worlds_give_the_curve_of_lifelines(seed: int, confidence: float) -> None:
    agree(simulated(seed, people=50 + 300 * seed), confidence)


def test_delayed_entry_gives_the_curve_of_lifelines_on_its_aids_cohort() -> None:
    data = datasets.load_multicenter_aids_cohort_study()
    entries, exits = ranks(data["W"], data["T"])
    agree(observations(exits, list(data["D"]), entries))


def test_interruptions_give_the_curve_of_lifelines_on_the_heart_transplants() -> None:
    data = datasets.load_stanford_heart_transplants()
    entries, exits = ranks(data["start"], data["stop"])
    agree(observations(exits, list(data["event"]), entries))


@pytest.mark.parametrize("seed", range(8))
def test_late_entry_and_return_after_prison_give_the_curve_of_lifelines(seed: int) -> None:
    agree(simulated(seed, people=400, late=True, again=True))


def test_by_hand_a_person_lost_to_follow_up_shrinks_the_risk_set_and_nothing_else() -> None:
    # Four people: event on day 10 (4 at risk), one lost on day 20, event on day 30 (2 at risk), one seen to day 40.
    seen = [Observed(0, 10, RELAPSE), Observed(0, 20), Observed(0, 30, RELAPSE), Observed(0, 40)]
    curve = kaplan_meier(seen, of=RELAPSE)
    assert [(step.day, step.at_risk, step.estimate) for step in curve.steps] == [
        (0, 4, 1),
        (10, 4, 3 / 4),
        (30, 2, 3 / 8),
    ]
    # Greenwood: the square of 3/8, times the sum of 1/(4*3) and 1/(2*1), which is 7/12.
    assert curve.steps[-1].variance == pytest.approx(9 / 64 * 7 / 12)


def test_another_cause_censors() -> None:
    died = [Observed(0, 5, RELAPSE), Observed(0, 3, "death"), Observed(0, 9)]
    lost = [Observed(0, 5, RELAPSE), Observed(0, 3), Observed(0, 9)]
    assert kaplan_meier(died, of=RELAPSE) == kaplan_meier(lost, of=RELAPSE)


def test_a_curve_says_nothing_beyond_the_last_day_observed() -> None:
    curve = kaplan_meier([Observed(0, 10, RELAPSE), Observed(0, 20)], of=RELAPSE)
    known = [step.estimate if (step := curve.at(day)) else None for day in (-1, 0, 9, 10, 20, 21)]
    assert known == [None, 1.0, 1.0, 0.5, 0.5, None]


def test_a_curve_that_has_reached_0_stays_there_and_has_no_interval() -> None:
    last = kaplan_meier([Observed(0, 10, RELAPSE)], of=RELAPSE).at(500)
    assert last is not None
    assert (last.estimate, last.variance, last.interval) == (0.0, 0.0, None)


def test_no_observations_give_no_number() -> None:
    assert kaplan_meier([], of=RELAPSE).at(0) is None


def test_people_who_share_a_stretch_can_be_given_as_one() -> None:
    apart = [Observed(0, 10, RELAPSE)] * 3 + [Observed(0, 12)] * 5
    together = [Observed(0, 10, RELAPSE, people=3), Observed(0, 12, people=5)]
    assert kaplan_meier(apart, of=RELAPSE) == kaplan_meier(together, of=RELAPSE)


def test_a_wider_confidence_gives_a_wider_interval() -> None:
    seen = [Observed(0, 10, RELAPSE), Observed(0, 20)]
    narrow = kaplan_meier(seen, of=RELAPSE, confidence=0.8).steps[-1].interval
    wide = kaplan_meier(seen, of=RELAPSE, confidence=0.99).steps[-1].interval
    assert narrow is not None
    assert wide is not None
    assert wide.low < narrow.low < 0.5 < narrow.high < wide.high


@pytest.mark.parametrize("confidence", [0, 1, 95])
def test_a_confidence_is_a_share(confidence: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        kaplan_meier([Observed(0, 10, RELAPSE), Observed(0, 20)], of=RELAPSE, confidence=confidence)
