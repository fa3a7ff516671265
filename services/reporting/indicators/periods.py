"""Reporting periods, and the half-years that cohorts are cut by: two series, since law knows two (domain finding 7)."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from libs.events.decider import Invalid
from libs.vietnam.calendar import add_months

HALF_YEAR_MONTHS = 6
DAY = timedelta(days=1)
YEARS = range(1900, 2200)


class Series(StrEnum):
    """The statistical halves run 01/01-30/06 and 01/07-31/12 (D60), the statutory ones 15/12-14/06 (D09 Art 12)."""

    STATISTICAL = "statistical"
    STATUTORY = "statutory"


# The first day of a half-year of each series; all others lie whole half-years before or after it.
_ANCHOR = {Series.STATISTICAL: date(2024, 1, 1), Series.STATUTORY: date(2023, 12, 15)}


class PeriodReversed(Invalid):
    """A period ends before it begins."""

    problem = "period-reversed"


class TimeOutOfRange(Invalid):
    """No law, no person and no record is of such a day."""

    problem = "time-out-of-range"


def check_year(year: int) -> None:
    """`TimeOutOfRange` outside 1900 to 2199, so that no sum of days leaves the calendar."""
    if year not in YEARS:
        raise TimeOutOfRange("no record is of that time", first=YEARS[0], last=YEARS[-1])


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """The days from `first` to `last`, both included; `PeriodReversed` when they are the other way round."""

    first: date
    last: date

    def __post_init__(self) -> None:
        check_year(self.first.year)
        check_year(self.last.year)
        if self.last < self.first:
            raise PeriodReversed("a period ends before it begins", first=self.first, last=self.last)

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


def half_year_of(day: date, series: Series = Series.STATISTICAL) -> Period:
    """The half-year of the series that the day lies in."""
    anchor = _ANCHOR[series]
    months = (day.year - anchor.year) * 12 + day.month - anchor.month - (day.day < anchor.day)
    first = add_months(anchor, months // HALF_YEAR_MONTHS * HALF_YEAR_MONTHS)
    return Period(first, add_months(first, HALF_YEAR_MONTHS) - DAY)
