"""Cumulative incidence of a counted cohort: Aalen-Johansen with its competing risks, and Kaplan-Meier beside it."""

from collections import Counter
from dataclasses import dataclass
from math import floor

from services.reporting.indicators.stops import Stop
from services.reporting.indicators.tally import Tally
from services.reporting.statistics.competing import cumulative_incidence
from services.reporting.statistics.curves import Curve, Interval, Step
from services.reporting.statistics.rates import DAYS_PER_YEAR, MONTHS_PER_YEAR
from services.reporting.statistics.risk import Observed, numbers_at_risk
from services.reporting.statistics.survival import kaplan_meier


@dataclass(frozen=True)
class Estimate:
    """A probability of the event, its variance, and its interval where one is defined."""

    value: float
    variance: float
    interval: Interval | None


@dataclass(frozen=True)
class Point:
    """What is known `month` months after completion, read on `day`; both are None where nobody was observed so long."""

    month: int
    day: int
    at_risk: int
    aalen_johansen: Estimate | None
    kaplan_meier: Estimate | None


def incidence(tally: Tally, months: int) -> list[Point]:
    """A point for each month from 1 to `months`; none for an empty cohort.

    Civil months differ in days: an earlier month is read on the day on which it is over on average, the last one when
    everybody's own window is.
    """
    observed = together(tally)
    if not observed:
        return []
    competing, survival = cumulative_incidence(observed, of=Stop.EVENT), kaplan_meier(observed, of=Stop.EVENT)
    days = [floor(month * DAYS_PER_YEAR / MONTHS_PER_YEAR) for month in range(1, months)]
    earlier = [
        Point(month, day, at_risk, _estimate(competing.at(day)), _complement(survival.at(day)))
        for month, (day, at_risk) in enumerate(zip(days, numbers_at_risk(observed, days), strict=True), 1)
    ]
    through = sum(person.dates["stopped_on"] == person.dates["window_ends_on"] for person in tally.people)
    return [*earlier, _last(months, max(seen.exit for seen in observed), through, competing, survival)]


def together(tally: Tally) -> list[Observed]:
    """The observations, equal ones as one, in order: a country has few different ones."""
    same = Counter(person.observed for person in tally.people if person.observed is not None)
    return sorted(
        (Observed(seen.entry, seen.exit, seen.cause, people) for seen, people in same.items()),
        key=lambda seen: (seen.exit, seen.cause or ""),
    )


def _last(months: int, day: int, through: int, competing: Curve, survival: Curve) -> Point:
    """Known when somebody was observed through the own window, or when nobody was left to have an event."""
    ended = competing.steps[-1] if through or competing.known_until is None else None
    survived = survival.steps[-1] if through or survival.known_until is None else None
    return Point(months, day, through, _estimate(ended), _complement(survived))


def _estimate(step: Step | None) -> Estimate | None:
    return None if step is None else Estimate(step.estimate, step.variance, step.interval)


def _complement(step: Step | None) -> Estimate | None:
    """One minus survival, so that both estimates say the same thing."""
    if step is None:
        return None
    interval = step.interval and Interval(1 - step.interval.high, 1 - step.interval.low)
    return Estimate(1 - step.estimate, step.variance, interval)
