"""The last day of a term in years: the one function that knows the anniversary and 29 February."""

from datetime import date, timedelta

from libs.law.applied import Applied
from libs.law.choices import LastDay, LeapDay
from libs.law.law import Law
from libs.law.values import Years
from libs.vietnam.calendar import add_months

MONTHS_A_YEAR = 12


def last_day_of_term(start: date, years: Years, law: Law, *, on: date) -> Applied[date]:
    """The last day, itself included, of a term of some years from `start`, by the choices that stand on `on`.

    No source settles it (domain.md §2.2 notes), so `term.last_day` says whether it is the anniversary or the day
    before, and `term.leap_day` what the anniversary of 29 February is; the latter is stated only where it matters.
    """
    last = _anniversary(start, years, law, on=on)
    before = law.choice("term.last_day", LastDay, on=on) is LastDay.DAY_BEFORE
    return last.then(last.value - timedelta(days=before), policies=law.stated("term.last_day"))


def _anniversary(start: date, years: Years, law: Law, *, on: date) -> Applied[date]:
    day = add_months(start, years.count * MONTHS_A_YEAR)
    if day.day == start.day:
        return Applied(day)
    if law.choice("term.leap_day", LeapDay, on=on) is LeapDay.FIRST_OF_MARCH:
        day += timedelta(days=1)
    return Applied(day, policies=law.stated("term.leap_day"))
