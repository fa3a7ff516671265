"""Working days, months and civil dates, against the lists of each year's notice."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.vietnam.calendar import (
    LOCAL,
    CalendarUnknown,
    DayKind,
    add_months,
    add_working_days,
    civil_date,
    is_working_day,
    special_day,
    working_days_between,
)
from libs.vietnam.catalogues import DATA

WEEKDAYS_OFF = {
    2021: "01-01 02-10 02-11 02-12 02-15 02-16 04-21 04-30 05-03 09-02 09-03",
    2022: "01-03 01-31 02-01 02-02 02-03 02-04 04-11 05-02 05-03 09-01 09-02",
    2023: "01-02 01-20 01-23 01-24 01-25 01-26 05-01 05-02 05-03 09-01 09-04",
    2024: "01-01 02-08 02-09 02-12 02-13 02-14 04-18 04-29 04-30 05-01 09-02 09-03",
    2025: "01-01 01-27 01-28 01-29 01-30 01-31 04-07 04-30 05-01 05-02 09-01 09-02",
    2026: "01-01 01-02 02-16 02-17 02-18 02-19 02-20 04-27 04-30 05-01 08-31 09-01 09-02 11-24",
    2027: "01-01 02-04 02-05 02-08 02-09 02-10 04-16 04-30 05-03 09-02 09-03 11-24",
}
WEEKENDS_WORKED = {2024: "05-04", 2025: "04-26", 2026: "01-10 08-22"}

days = st.dates(date(2021, 1, 1), date(2027, 12, 31))


def days_of(year: int) -> list[date]:
    return [date(year, 1, 1) + timedelta(days=n) for n in range((date(year + 1, 1, 1) - date(year, 1, 1)).days)]


@pytest.mark.parametrize("year", WEEKDAYS_OFF)
def test_a_year_has_its_weekdays_off_and_its_weekends_worked(year: int) -> None:
    off = [f"{day:%m-%d}" for day in days_of(year) if day.weekday() < 5 and not is_working_day(day)]
    worked = [f"{day:%m-%d}" for day in days_of(year) if day.weekday() >= 5 and is_working_day(day)]
    assert off == WEEKDAYS_OFF[year].split()
    assert worked == WEEKENDS_WORKED.get(year, "").split()


def test_tet_and_the_hung_kings_day_follow_the_moon() -> None:
    new_years = ["2021-02-12", "2022-02-01", "2023-01-22", "2024-02-10", "2025-01-29", "2026-02-17", "2027-02-06"]
    kings = ["2021-04-21", "2022-04-10", "2023-04-29", "2024-04-18", "2025-04-07", "2026-04-26", "2027-04-16"]
    assert [_name(day) for day in new_years] == ["Tết Nguyên đán"] * 7
    assert [_name(day) for day in kings] == ["Giỗ Tổ Hùng Vương"] * 7


def _name(day: str) -> str | None:
    special = special_day(date.fromisoformat(day))
    return special.name if special else None


def test_every_day_off_names_its_source_and_only_2027_is_derived() -> None:
    special = [found for year in WEEKDAYS_OFF for day in days_of(year) if (found := special_day(day))]
    assert len(special) == len((DATA / "holidays.csv").read_text("utf-8").splitlines()) - 1
    assert all(found.source for found in special)
    assert {found.day.year for found in special if not found.certain} == {2027}


def test_a_swap_has_two_ends_on_a_weekday_and_a_saturday() -> None:
    swaps = [found for year in WEEKDAYS_OFF for day in days_of(year) if (found := special_day(day))]
    off = [found for found in swaps if found.kind is DayKind.SWAPPED_OFF]
    on = [found for found in swaps if found.kind is DayKind.SWAPPED_ON]
    assert len(off) == len(on) == 4
    assert {found.day.weekday() for found in on} == {5}


@pytest.mark.parametrize("day", [date(2020, 12, 31), date(2028, 1, 1)])
def test_a_year_without_data_is_refused(day: date) -> None:
    with pytest.raises(CalendarUnknown, match=str(day.year)):
        is_working_day(day)


def test_a_deadline_that_runs_into_a_year_without_data_is_refused() -> None:
    with pytest.raises(CalendarUnknown):
        add_working_days(date(2027, 12, 31), 1)


@pytest.mark.parametrize(
    ("start", "n", "end"),
    [
        (date(2024, 3, 4), 0, date(2024, 3, 4)),
        (date(2024, 3, 4), 1, date(2024, 3, 5)),
        (date(2024, 3, 8), 1, date(2024, 3, 11)),
        (date(2024, 4, 26), 3, date(2024, 5, 4)),
        (date(2025, 1, 24), 5, date(2025, 2, 7)),
        (date(2026, 8, 21), 5, date(2026, 8, 27)),
    ],
)
def test_the_nth_working_day_skips_weekends_holidays_and_swaps(start: date, n: int, end: date) -> None:
    assert add_working_days(start, n) == end
    assert working_days_between(start, end) == n


def test_working_days_are_not_counted_backwards() -> None:
    with pytest.raises(ValueError, match="forward"):
        add_working_days(date(2024, 3, 4), -1)
    with pytest.raises(ValueError, match="before"):
        working_days_between(date(2024, 3, 5), date(2024, 3, 4))


@given(day=st.dates(date(2021, 1, 1), date(2027, 9, 1)), n=st.integers(1, 60))
def test_counting_back_gives_what_was_added(day: date, n: int) -> None:
    end = add_working_days(day, n)
    assert is_working_day(end)
    assert working_days_between(day, end) == n


@pytest.mark.parametrize(
    ("day", "n", "end"),
    [
        (date(2026, 3, 2), 12, date(2027, 3, 2)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2025, 8, 31), 1, date(2025, 9, 30)),
        (date(2025, 12, 31), 2, date(2026, 2, 28)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
        (date(2026, 1, 15), 0, date(2026, 1, 15)),
    ],
)
def test_a_term_in_months_ends_on_the_same_day_or_the_months_last(day: date, n: int, end: date) -> None:
    assert add_months(day, n) == end


@given(day=days, months=st.integers(-240, 240))
def test_adding_months_never_changes_the_day_but_to_a_months_last(day: date, months: int) -> None:
    end = add_months(day, months)
    assert (end.year - day.year) * 12 + end.month - day.month == months
    assert end.day == day.day or (end + timedelta(days=1)).day == 1


def test_an_instant_has_the_civil_date_of_viet_nam() -> None:
    assert civil_date(datetime(2026, 6, 30, 16, 59, tzinfo=UTC)) == date(2026, 6, 30)
    assert civil_date(datetime(2026, 6, 30, 17, 0, tzinfo=UTC)) == date(2026, 7, 1)
    assert civil_date(datetime(2026, 7, 1, 0, 0, tzinfo=LOCAL)) == date(2026, 7, 1)
    assert civil_date(datetime(2026, 7, 1, 3, 0, tzinfo=timezone(timedelta(hours=9)))) == date(2026, 7, 1)


def test_an_instant_without_an_offset_has_no_civil_date() -> None:
    with pytest.raises(ValueError, match="offset"):
        civil_date(datetime(2026, 7, 1))  # noqa: DTZ001  # What is refused.
