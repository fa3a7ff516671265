"""Whatever is told first: the same facts give the same I-02, I-03 and I-04, which are those of a count day by day."""

from datetime import date

import pytest
from hypothesis import given, settings

from services.reporting.indicators.periods import Period
from tests.services.reporting.asked import asked
from tests.services.reporting.counted import Counted
from tests.services.reporting.drawn import COMPLETED, DECIDED, LAST, PLACES, Drawn, lives, on, told
from tests.services.reporting.late import ASKED
from tests.services.reporting.story import WARD

YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))
PERIODS = [YEAR, Period(date(2026, 3, 1), date(2026, 6, 30)), Period(date(2026, 8, 9), date(2026, 8, 9))]
DAYS = range((COMPLETED - DECIDED).days, LAST + 30)
EVERY_LIFE = settings(max_examples=120, deadline=None)


@EVERY_LIFE
@given(life=lives)
@pytest.mark.parametrize("period", PERIODS, ids=str)
def test_who_is_managed_and_found_to_use_is_what_the_days_say(life: Drawn, period: Period) -> None:
    story, counted = told(life), Counted(life)
    for unit in PLACES:
        found = asked(story, "I-02", period, unit=unit, known=ASKED)
        days = [day for day in DAYS if on(day) in period and counted.managed(day, unit)]
        assert (found.numerator, found.denominator) == (int(bool({*days} & {*life.positives})), int(bool(days)))


@EVERY_LIFE
@given(life=lives)
@pytest.mark.parametrize("period", PERIODS, ids=str)
def test_time_at_risk_and_relapses_in_it_are_what_the_days_say(life: Drawn, period: Period) -> None:
    story, counted = told(life), Counted(life)
    for unit in PLACES:
        found = asked(story, "I-04", period, unit=unit, known=ASKED)
        days = sum(on(day) in period and counted.at_risk(day, unit) for day in DAYS)
        relapsed = counted.relapse in DAYS and on(counted.relapse) in period
        assert found.person_years is not None
        assert round(found.person_years * 365.25) == days
        assert found.numerator == int(relapsed and counted.observed_relapse(unit))
        if unit == WARD:
            assert found.outside == int(relapsed and not any(map(counted.observed_relapse, PLACES)))


@EVERY_LIFE
@given(life=lives)
@pytest.mark.parametrize("months", [3, 6, 12])
def test_a_cohort_is_what_the_days_say(life: Drawn, months: int) -> None:
    found = asked(told(life), "I-03", YEAR, months=months, unit=WARD, known=ASKED)
    assert found.person_years is not None
    numbers = (found.numerator, found.fully_observed, round(found.person_years * 365.25))
    assert numbers == Counted(life).cohort(months)
