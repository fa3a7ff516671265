"""The last day of a term in years, 29 February included."""

from datetime import date

import pytest

from libs.law.anniversaries import last_day_of_term
from libs.law.law import LAW, Law
from libs.law.values import Years

DAY_BEFORE = LAW.with_policy("term.last_day", "day_before")
MARCH = LAW.with_policy("term.leap_day", "first_of_march")
BOTH = DAY_BEFORE.with_policy("term.leap_day", "first_of_march")


@pytest.mark.parametrize(
    ("law", "start", "years", "last"),
    [
        (LAW, "2026-03-02", 1, "2027-03-02"),
        (LAW, "2026-03-02", 2, "2028-03-02"),
        (LAW, "2024-02-29", 1, "2025-02-28"),
        (LAW, "2024-02-29", 2, "2026-02-28"),
        (LAW, "2024-02-29", 4, "2028-02-29"),
        (LAW, "2023-02-28", 1, "2024-02-28"),
        (MARCH, "2024-02-29", 1, "2025-03-01"),
        (MARCH, "2024-02-29", 4, "2028-02-29"),
        (DAY_BEFORE, "2026-03-02", 1, "2027-03-01"),
        (DAY_BEFORE, "2024-02-29", 1, "2025-02-27"),
        (DAY_BEFORE, "2023-03-01", 1, "2024-02-29"),
        (BOTH, "2024-02-29", 1, "2025-02-28"),
    ],
)
def test_the_last_day_follows_the_switches(law: Law, start: str, years: int, last: str) -> None:
    found = last_day_of_term(date.fromisoformat(start), Years(years), law, on=date(2026, 1, 5))
    assert found.value == date.fromisoformat(last)


def test_the_leap_day_is_stated_only_where_it_matters() -> None:
    plain = last_day_of_term(date(2026, 3, 2), Years(1), LAW, on=date(2026, 3, 2))
    leap = last_day_of_term(date(2024, 2, 29), Years(1), LAW, on=date(2024, 3, 1))
    assert plain.policies == ("term.last_day=anniversary",)
    assert leap.policies == ("term.leap_day=last_of_february", "term.last_day=anniversary")
