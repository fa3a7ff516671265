"""From counts to figures: every number of an answer is a sum over the tally, or made of such sums."""

from libs.law.law import Law
from libs.vietnam.units import UnitRef, unit
from services.reporting.answers import About, Answer, DividedUnit, MonthPoint, PolicyText, Probability, Rate, RuleText
from services.reporting.indicators.incidence import Estimate, Point, incidence
from services.reporting.indicators.indicator import Indicator, Measure
from services.reporting.indicators.question import Frame, Question
from services.reporting.indicators.tally import Number, Tally
from services.reporting.publishing import SMALL_CELL, is_small
from services.reporting.statistics import rates
from services.reporting.statistics.rates import Proportion

AALEN_JOHANSEN = "Aalen-Johansen; log(-log) interval, 95 %"
KAPLAN_MEIER = "one minus Kaplan-Meier; Greenwood, log(-log) interval, 95 %"
WILSON = "Wilson score interval, 95 %"
GARWOOD = "exact Poisson interval (Garwood), 95 %"


def answer(question: Question, indicator: Indicator, frame: Frame, tally: Tally) -> Answer:
    """The answer to a question, from what was counted for it."""
    counts = {number: tally.total(number) if number in indicator.numbers else None for number in Number}
    numerator, days = counts[Number.NUMERATOR] or 0, counts[Number.DAYS_AT_RISK]
    measures = indicator.measures
    points = incidence(tally, frame.months) if Measure.INCIDENCE in measures else []
    last = points[-1] if points else None
    years = None if days is None else rates.person_years(days)
    below = frame.choice(SMALL_CELL, int)
    return Answer(
        indicator=_about(indicator),
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
        fully_observed=counts[Number.FULLY_OBSERVED],
        outside=counts[Number.OUTSIDE],
        share=_share(numerator, counts[Number.DENOMINATOR]) if Measure.SHARE in measures else None,
        share_of_fully_observed=(
            _share(numerator, counts[Number.FULLY_OBSERVED]) if Measure.SHARE_OF_FULLY_OBSERVED in measures else None
        ),
        person_years=years,
        rate_per_person_year=_per_year(numerator, years) if Measure.PER_PERSON_YEAR in measures else None,
        incidence=None if last is None else _probability(last.aalen_johansen, AALEN_JOHANSEN),
        kaplan_meier=None if last is None else _probability(last.kaplan_meier, KAPLAN_MEIER),
        at_risk=None if last is None else last.at_risk,
        curve=tuple(map(_month, points)) if Measure.CURVE in measures else (),
        tests=counts[Number.TESTS],
        refused_tests=counts[Number.REFUSED_TESTS],
        tests_per_person_month=_tests_per_month(counts[Number.TESTS], days),
        stops=tally.stops() if Measure.INCIDENCE in measures else None,
        divided=tuple(DividedUnit(unit=one, people=people) for one, people in tally.divided.items()),
        rules=_rules(indicator, frame.law),
        policies=_policies(indicator, frame.law),
        small_cell_below=below,
        small_cell=is_small(counts[Number.NUMERATOR], counts[Number.DENOMINATOR], counts[Number.FULLY_OBSERVED], below),
    )
