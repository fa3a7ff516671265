"""Rates per person-year and proportions, each with its interval; a rate over nothing is None, never 0 or 100 %."""

from dataclasses import dataclass
from math import sqrt

from services.reporting.statistics.curves import CONFIDENCE, Interval, normal_quantile
from services.reporting.statistics.gamma import gamma_quantile

DAYS_PER_YEAR = 365.25
MONTHS_PER_YEAR = 12


@dataclass(frozen=True, slots=True)
class Rate:
    """Events per person-year, shown with both of its parts (I-04)."""

    events: int
    person_years: float
    value: float
    interval: Interval


@dataclass(frozen=True, slots=True)
class Proportion:
    """A share, shown with both of its parts."""

    numerator: int
    denominator: int
    value: float
    interval: Interval


def person_years(days: int) -> float:
    """Person-years of 365.25 days."""
    return days / DAYS_PER_YEAR


def person_months(days: int) -> float:
    """Person-months of a twelfth of a person-year."""
    return person_years(days) * MONTHS_PER_YEAR


def incidence_rate(events: int, years: float, *, confidence: float = CONFIDENCE) -> Rate | None:
    """Events per person-year with the exact Poisson interval; None without time at risk.

    Garwood, Biometrika 28 (1936) 437-442: the bounds are gamma quantiles of shapes `events` and `events + 1`. Raises
    ValueError for a negative count or time.
    """
    _refuse_negative(events, years)
    if not years:
        return None
    tail = (1 - confidence) / 2
    low = gamma_quantile(tail, events) if events else 0.0
    high = gamma_quantile(1 - tail, events + 1)
    return Rate(events, years, events / years, Interval(low / years, high / years))


def proportion(numerator: int, denominator: int, *, confidence: float = CONFIDENCE) -> Proportion | None:
    """A share with its score interval; None over an empty denominator (domain.md §4.1.7).

    Wilson, JASA 22 (1927) 209-212, without continuity correction. Raises ValueError for a negative count or
    a numerator above the denominator.
    """
    _refuse_negative(numerator, denominator - numerator)
    if not denominator:
        return None
    share, z = numerator / denominator, normal_quantile(confidence)
    scale = 1 + z**2 / denominator
    middle = (share + z**2 / (2 * denominator)) / scale
    half = z / scale * sqrt(share * (1 - share) / denominator + z**2 / (4 * denominator**2))
    low = middle - half if numerator else 0.0
    high = middle + half if numerator < denominator else 1.0
    return Proportion(numerator, denominator, share, Interval(low, high))


def _refuse_negative(*figures: float) -> None:
    if any(figure < 0 for figure in figures):
        raise ValueError(f"counts and times are never negative: {figures}")
