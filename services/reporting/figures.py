"""From counts to figures: every number of an answer is a sum over the tally, or made of such sums."""

from libs.vietnam.units import UnitRef, unit
from services.reporting.answers import (
    Answer,
    DividedUnit,
    FrequencyOfTests,
    Incidence,
    MonthPoint,
    Probability,
    Rate,
    SmallCell,
)
from services.reporting.grounds import about, policies_of, rules_of
from services.reporting.indicators.incidence import Estimate, Point, incidence
from services.reporting.indicators.indicator import Indicator, Measure
from services.reporting.indicators.question import Frame, Question
from services.reporting.indicators.tally import Number, Tally
from services.reporting.publishing import SMALL_CELL, has_small_cell
from services.reporting.statistics.rates import incidence_rate, person_months, person_years, proportion

AALEN_JOHANSEN = "Aalen-Johansen; log(-log) interval, 95 %"
KAPLAN_MEIER = "one minus Kaplan-Meier; Greenwood variance, log(-log) interval, 95 %"
WILSON = "Wilson score interval, 95 %"
GARWOOD = "exact Poisson interval (Garwood), 95 %"


def answer(question: Question, indicator: Indicator, frame: Frame, tally: Tally) -> Answer:
    """The answer to a question, from what was counted for it."""
    counts = {number: tally.total(number) for number in indicator.numbers}
    days = counts.get(Number.DAYS_AT_RISK)
    below = frame.choice(SMALL_CELL, int)
    return Answer(
        indicator=about(indicator),
        unit=question.unit,
        unit_name=unit(UnitRef(question.unit)).full_name,
        unit_map=question.unit_map,
        period_first=frame.period.first,
        period_last=frame.period.last,
        months=frame.months or None,
        as_known_on=frame.at,
        observed_until=frame.until,
        numerator=counts[Number.NUMERATOR],
        denominator=counts[Number.DENOMINATOR],
        fully_observed=counts.get(Number.FULLY_OBSERVED),
        outside=counts.get(Number.OUTSIDE),
        share=_share(indicator, Measure.SHARE, counts),
        share_of_fully_observed=_share(indicator, Measure.SHARE_OF_FULLY_OBSERVED, counts),
        person_years=None if days is None else person_years(days),
        rate_per_person_year=_per_person_year(indicator, counts),
        incidence=_incidence(indicator, frame, tally),
        testing=_testing(counts),
        divided=tuple(DividedUnit(unit=one, people=people) for one, people in tally.divided.items()),
        rules=rules_of(indicator, frame.law),
        policies=policies_of(indicator, frame.law),
        small_cell=SmallCell(below=below, found=has_small_cell(counts, below)),
    )


_DENOMINATORS = {
    Measure.SHARE: Number.DENOMINATOR,
    Measure.SHARE_OF_FULLY_OBSERVED: Number.FULLY_OBSERVED,
}


def _share(indicator: Indicator, measure: Measure, counts: dict[Number, int]) -> Rate | None:
    if measure not in indicator.measures:
        return None
    found = proportion(counts[Number.NUMERATOR], counts[_DENOMINATORS[measure]])
    if found is None:
        return None
    return Rate(value=found.value, low=found.interval.low, high=found.interval.high, method=WILSON)


def _per_person_year(indicator: Indicator, counts: dict[Number, int]) -> Rate | None:
    if Measure.PER_PERSON_YEAR not in indicator.measures:
        return None
    found = incidence_rate(counts[Number.NUMERATOR], person_years(counts[Number.DAYS_AT_RISK]))
    if found is None:
        return None
    return Rate(value=found.value, low=found.interval.low, high=found.interval.high, method=GARWOOD)


def _incidence(indicator: Indicator, frame: Frame, tally: Tally) -> Incidence | None:
    if Measure.INCIDENCE not in indicator.measures or not (points := incidence(tally, frame.months)):
        return None
    months = tuple(map(_month, points))
    return Incidence(
        aalen_johansen=months[-1].aalen_johansen,
        kaplan_meier=months[-1].kaplan_meier,
        at_risk=months[-1].at_risk,
        curve=months if Measure.CURVE in indicator.measures else (),
        stops=tally.stops(),
    )


def _month(point: Point) -> MonthPoint:
    return MonthPoint(
        month=point.month,
        day=point.day,
        at_risk=point.at_risk,
        aalen_johansen=_probability(point.aalen_johansen, AALEN_JOHANSEN),
        kaplan_meier=_probability(point.kaplan_meier, KAPLAN_MEIER),
    )


def _probability(found: Estimate | None, method: str) -> Probability | None:
    if found is None:
        return None
    low, high = (found.interval.low, found.interval.high) if found.interval else (None, None)
    return Probability(value=found.value, low=low, high=high, variance=found.variance, method=method)


def _testing(counts: dict[Number, int]) -> FrequencyOfTests | None:
    if Number.TESTS not in counts:
        return None
    tests, months = counts[Number.TESTS], person_months(counts[Number.DAYS_AT_RISK])
    return FrequencyOfTests(
        tests=tests, refused=counts[Number.REFUSED_TESTS], per_person_month=tests / months if months else None
    )
