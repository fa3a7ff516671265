"""What "within t months" of a completion means."""

from datetime import date

import pytest

from services.reporting.statistics.months import last_day_within, within_months


@pytest.mark.parametrize(
    ("completed_on", "months", "last"),
    [("2024-01-31", 1, "2024-02-29"), ("2024-02-29", 12, "2025-02-28"), ("2024-03-15", 24, "2026-03-15")],
)
def test_the_last_day_within_t_months_is_that_day_of_the_month_or_the_months_last(
    completed_on: str, months: int, last: str
) -> None:
    assert last_day_within(date.fromisoformat(completed_on), months) == date.fromisoformat(last)


@pytest.mark.parametrize(
    ("happened_on", "within"),
    [("2024-03-14", False), ("2024-03-15", True), ("2025-03-15", True), ("2025-03-16", False)],
)
def test_within_12_months_runs_from_the_completion_through_the_anniversary(happened_on: str, *, within: bool) -> None:
    assert within_months(date(2024, 3, 15), date.fromisoformat(happened_on), 12) is within
