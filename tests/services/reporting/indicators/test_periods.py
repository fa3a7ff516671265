"""Half-years of both series: calendar halves, and those from 15 December to 14 June."""

from datetime import date, timedelta

import pytest

from libs.events.decider import Invalid
from services.reporting.indicators.periods import Period, Series, half_year_of


@pytest.mark.parametrize(
    ("day", "series", "first", "last"),
    [
        (date(2024, 6, 30), Series.STATISTICAL, date(2024, 1, 1), date(2024, 6, 30)),
        (date(2024, 7, 1), Series.STATISTICAL, date(2024, 7, 1), date(2024, 12, 31)),
        (date(2019, 1, 1), Series.STATISTICAL, date(2019, 1, 1), date(2019, 6, 30)),
        (date(2024, 6, 14), Series.STATUTORY, date(2023, 12, 15), date(2024, 6, 14)),
        (date(2024, 6, 15), Series.STATUTORY, date(2024, 6, 15), date(2024, 12, 14)),
        (date(2024, 12, 31), Series.STATUTORY, date(2024, 12, 15), date(2025, 6, 14)),
        (date(2022, 12, 14), Series.STATUTORY, date(2022, 6, 15), date(2022, 12, 14)),
    ],
)
def test_the_half_year_of_a_day(day: date, series: Series, first: date, last: date) -> None:
    assert half_year_of(day, series) == Period(first, last)
    assert day in half_year_of(day, series)


def test_the_last_days_of_december_belong_to_two_different_halves() -> None:
    day = date(2024, 12, 20)
    assert half_year_of(day, Series.STATISTICAL).last.year == 2024
    assert half_year_of(day, Series.STATUTORY).last.year == 2025


@pytest.mark.parametrize("series", Series)
def test_half_years_follow_one_another_without_a_gap(series: Series) -> None:
    half = half_year_of(date(2023, 5, 1), series)
    for _ in range(7):
        day_after = half.last + timedelta(days=1)
        half = half_year_of(day_after, series)
        assert half.first == day_after


def test_a_period_does_not_end_before_it_begins() -> None:
    with pytest.raises(Invalid):
        Period(date(2024, 2, 1), date(2024, 1, 31))
