"""Whole path on generated worlds: Kaplan-Meier equals lifelines, incidence equals scikit-survival, numbers add up."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from lifelines import KaplanMeierFitter
from sksurv.nonparametric import cumulative_incidence_competing_risks

from libs.vietnam.calendar import add_months
from libs.vietnam.units import UnitRef, province_of, successor_on_2025
from services.reporting.answers import Answer
from services.reporting.indicators.periods import Period
from services.reporting.indicators.question import Question
from services.reporting.indicators.tally import Number
from tests.services.reporting.asked import answered
from tests.services.reporting.generated import FIRST_COMPLETION, Fate, told, worlds
from tests.services.reporting.story import WARD

EXACT = 1e-9
CENSORED, RELAPSE, DEATH, PRISON = range(4)
YEAR = Period(date(2025, 1, 1), date(2025, 12, 31))
KNOWN = date(2027, 3, 1)
COUNTRY = "2025:VN"
# The peer reads no data in which nothing happens, and counts causes without a gap.
UNTOUCHED = Fate(WARD, 0, 0, None, None, None, None, None, WARD, None, (), 0, None)
EACH_CAUSE = [replace(UNTOUCHED, relapse=100), replace(UNTOUCHED, death=200), replace(UNTOUCHED, prison=150)]


def ended(fate: Fate, months: int) -> tuple[int, int]:
    """On which day observation ends and by what, straight from the fate: the peers' duration and event."""
    window = (add_months(fate.completed_on, months) - fate.completed_on).days
    known = (KNOWN - fate.completed_on).days
    found = [(min(window, known), 4, CENSORED)]
    if fate.relapse is not None and fate.relapse + fate.told_late <= known:
        found.append((fate.relapse, 0, RELAPSE))
    if fate.death is not None and fate.death + fate.told_late <= known:
        found.append((fate.death, 1, DEATH))
    found += [(number, 2 if cause == PRISON else 3, cause) for number, cause in of_case(fate) if number <= known]
    number, _, cause = min(found)
    return number, cause


def of_case(fate: Fate) -> list[tuple[int, int]]:
    """Prison and the move out of the province, on days since completion; a case ended by prison moves no more."""
    if fate.managed is None:
        return []
    found = [] if fate.prison is None else [(fate.managed + fate.prison, PRISON)]
    moves_first = fate.prison is None or (fate.move or 0) <= fate.prison
    if fate.move is not None and moves_first and province(fate.unit) != province(fate.goes_to):
        found.append((fate.managed + fate.move, CENSORED))
    return found


def province(unit: str) -> str | None:
    return successor_on_2025(province_of(UnitRef(unit)))


def asked_of(fates: list[Fate], indicator: str, months: int, unit: str = COUNTRY) -> tuple[Answer, Any]:
    return answered(told(fates), Question(indicator, unit, YEAR, months), KNOWN)


@settings(max_examples=60, deadline=None)
@given(fates=worlds)
@pytest.mark.parametrize("months", [12, 24])
def test_kaplan_meier_is_that_of_lifelines(fates: list[Fate], months: int) -> None:
    found, _ = asked_of(fates, "I-06", months)
    ends = [ended(fate, months) for fate in fates]
    peer = KaplanMeierFitter().fit([day for day, _ in ends], [cause == RELAPSE for _, cause in ends])
    assert found.incidence is not None
    for point in found.incidence.curve:
        if point.kaplan_meier is not None:
            survived = peer.survival_function_["KM_estimate"]
            day = max(at for at in survived.index if at <= point.day)
            assert point.kaplan_meier.value == pytest.approx(1 - survived[day], abs=EXACT)


@settings(max_examples=60, deadline=None)
@given(fates=worlds)
@pytest.mark.parametrize("months", [12, 24])
def test_incidence_is_that_of_scikit_survival(fates: list[Fate], months: int) -> None:
    fates = [*fates, *EACH_CAUSE]
    ends = [ended(fate, months) for fate in fates]
    found, _ = asked_of(fates, "I-06", months)
    with np.errstate(divide="ignore", invalid="ignore"):  # Its interval at incidences of 0.
        times, incidences = cumulative_incidence_competing_risks(
            np.array([cause for _, cause in ends]), np.array([day for day, _ in ends])
        )
    assert found.incidence is not None
    for point in found.incidence.curve:
        if point.aalen_johansen is not None:
            before = [at for at, day in enumerate(times) if day <= point.day]
            expected = incidences[RELAPSE, before[-1]] if before else 0
            assert point.aalen_johansen.value == pytest.approx(expected, abs=EXACT)


@settings(max_examples=60, deadline=None)
@given(fates=worlds)
def test_the_counts_are_those_of_the_fates(fates: list[Fate]) -> None:
    found, tally = asked_of(fates, "I-03", 12)
    ends = [ended(fate, 12) for fate in fates]
    windows = [(add_months(fate.completed_on, 12) - fate.completed_on).days for fate in fates]
    known = [(KNOWN - fate.completed_on).days for fate in fates]
    relapsed = [
        fate.relapse is not None
        and fate.relapse <= window
        and fate.relapse + fate.told_late <= until
        and not (fate.death is not None and fate.death < fate.relapse and fate.death + fate.told_late <= until)
        for fate, window, until in zip(fates, windows, known, strict=True)
    ]
    through = [
        end == (window, CENSORED) and not lost_on(fate, window)
        for fate, end, window in zip(fates, ends, windows, strict=True)
    ]
    assert found.denominator == len(fates)
    assert found.numerator == sum(relapsed)
    assert found.fully_observed == sum(map(any, zip(relapsed, through, strict=True)))
    assert {person.person_id for person in tally.people if person.adds[Number.NUMERATOR]} <= {
        person.person_id for person in tally.people if person.adds[Number.FULLY_OBSERVED]
    }


def lost_on(fate: Fate, window: int) -> bool:
    return any(number == window for number, _ in of_case(fate))


@settings(max_examples=40, deadline=None)
@given(fates=worlds)
@pytest.mark.parametrize("indicator", ["I-01", "I-02", "I-03", "I-04", "I-05", "I-06"])
def test_the_country_is_the_sum_of_provinces_and_nobody_counts_twice(fates: list[Fate], indicator: str) -> None:
    months = 12 if indicator in ("I-01", "I-03", "I-06") else None
    story = told(fates)
    country, tally = answered(story, Question(indicator, COUNTRY, YEAR, months), KNOWN)
    assert len({person.person_id for person in tally.people}) == len(tally.people)
    parts = [answered(story, Question(indicator, unit, YEAR, months), KNOWN)[0] for unit in ("2025:75", "2025:01")]
    if indicator in ("I-02", "I-05") or months:
        assert (country.denominator or 0) <= sum(part.denominator or 0 for part in parts)
    if indicator == "I-04":
        assert country.person_years == pytest.approx(sum(part.person_years or 0 for part in parts))


@settings(max_examples=40, deadline=None)
@given(fates=worlds)
@pytest.mark.parametrize("indicator", ["I-01", "I-02", "I-03", "I-04", "I-05", "I-06"])
def test_the_order_of_rows_says_nothing(fates: list[Fate], indicator: str) -> None:
    one, _ = answered(told(fates), Question(indicator, COUNTRY, YEAR), KNOWN)
    story = told(fates)
    facts = story.facts
    story.facts = lambda at: type(facts(at))(  # type: ignore[method-assign]  # As another plan of the database would.
        *(list(reversed(list(rows))) for rows in vars(facts(at)).values())
    )
    other, _ = answered(story, Question(indicator, COUNTRY, YEAR), KNOWN)
    assert one.model_dump_json() == other.model_dump_json()


def test_the_first_completion_lies_in_the_period() -> None:
    assert FIRST_COMPLETION in YEAR
    assert FIRST_COMPLETION + timedelta(days=360) in YEAR
