"""Working days, months and civil dates of Viet Nam: what deadlines of law are counted in.

Rests on `data/holidays.csv`: public holidays (Labour Code 2019 Art 112), days in lieu (Art 111.3) and the yearly
swaps of the civil service, each with its source. A year without data is refused, never guessed.
"""

import csv
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cache
from zoneinfo import ZoneInfo

from libs.vietnam.catalogues import DATA

LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")
SATURDAY = 5


class CalendarUnknown(ValueError):
    """The holidays of the year are not in the data, so nobody can say which of its days are worked."""


class DayKind(StrEnum):
    """Why a day departs from its week: all but `swapped_on` are days off."""

    HOLIDAY = "holiday"
    IN_LIEU = "in_lieu"
    SWAPPED_OFF = "swapped_off"
    SWAPPED_ON = "swapped_on"


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A day that is not simply a weekday or a weekend.

    `certain` is False where the day was derived from the law's rule and press reports before an official notice.
    """

    day: date
    kind: DayKind
    name: str
    source: str
    certain: bool


def special_day(day: date) -> SpecialDay | None:
    """What is special about the day, or None; raises `CalendarUnknown` for a year without data."""
    days = _special_days()
    if day.year not in days:
        raise CalendarUnknown(f"the holidays of {day.year} are not known; add them to data/holidays.csv")
    return days[day.year].get(day)


def is_working_day(day: date) -> bool:
    """Whether the commune's office works on the day; raises `CalendarUnknown`."""
    special = special_day(day)
    if special is None:
        return day.weekday() < SATURDAY
    return special.kind is DayKind.SWAPPED_ON


def add_working_days(day: date, n: int) -> date:
    """The n-th working day after `day`, which itself does not count (Civil Code 2015 Art 147.2).

    `n` of 0 gives `day`; a negative one raises ValueError, a year without data `CalendarUnknown`.
    """
    if n < 0:
        raise ValueError("working days are counted forward only")
    while n:
        day += timedelta(days=1)
        n -= is_working_day(day)
    return day


def working_days_between(start: date, end: date) -> int:
    """The working days after `start` up to and including `end`: how much of a deadline has passed.

    Raises ValueError when `end` is before `start`, `CalendarUnknown` for a year without data.
    """
    if end < start:
        raise ValueError(f"{end} is before {start}")
    return sum(is_working_day(start + timedelta(days=n)) for n in range(1, (end - start).days + 1))


def add_months(day: date, n: int) -> date:
    """The same day of the month `n` months on, or that month's last day (Civil Code 2015 Art 148.3); n may be < 0."""
    year, month = divmod(day.year * 12 + day.month - 1 + n, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def civil_date(instant: datetime) -> date:
    """The date in Viet Nam at the instant; raises ValueError for one without an offset."""
    if instant.utcoffset() is None:
        raise ValueError("an instant without an offset has no civil date")
    return instant.astimezone(LOCAL).date()


@cache
def _special_days() -> dict[int, dict[date, SpecialDay]]:
    years: dict[int, dict[date, SpecialDay]] = {}
    with (DATA / "holidays.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            day = date.fromisoformat(row["day"])
            certain = row["certainty"] == "known"
            years.setdefault(day.year, {})[day] = SpecialDay(
                day, DayKind(row["kind"]), row["name"], row["source"], certain
            )
    return years
