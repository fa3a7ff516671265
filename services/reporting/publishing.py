"""Small cells: in what is published, a count so small that it tells of somebody is withheld (domain.md §4.1.8)."""

from collections.abc import Mapping

from services.reporting.answers import Answer, DividedUnit, FrequencyOfTests, Incidence
from services.reporting.indicators.tally import Number

SMALL_CELL = "publish.small_cell"


def has_small_cell(counts: Mapping[Number, int], below: int) -> bool:
    """Whether people with the event, or those without it in either denominator, are fewer than the threshold.

    Nobody with the event tells of nobody; nobody without it tells of everybody.
    """
    events = counts[Number.NUMERATOR]
    without = [counts[n] - events for n in (Number.DENOMINATOR, Number.FULLY_OBSERVED) if n in counts]
    return 0 < events < below or any(0 < rest < below for rest in without) or (events > 0 and 0 in without)


def suppressed(answer: Answer) -> Answer:
    """The answer as it may be published.

    With a small cell, only a denominator that is not small is left. Without one, the curve is left out still, for each
    of its steps may be one person, and every side count that is small.
    """
    small, below = answer.small_cell, answer.small_cell.below
    divided = tuple(DividedUnit(unit=one.unit, people=_large(one.people, below)) for one in answer.divided)
    if not small.found:
        return answer.model_copy(
            update={
                "outside": _large(answer.outside, below),
                "incidence": _without_steps(answer.incidence, below),
                "testing": _without_refusals(answer.testing, below),
                "divided": divided,
            }
        )
    withheld = dict.fromkeys(_WITHHELD)
    kept = {"denominator": _large(answer.denominator, below), "divided": divided}
    return answer.model_copy(update=withheld | kept | {"small_cell": small.model_copy(update={"suppressed": True})})


_WITHHELD = (
    "numerator",
    "fully_observed",
    "outside",
    "share",
    "share_of_fully_observed",
    "person_years",
    "rate_per_person_year",
    "incidence",
    "testing",
)


def _large(count: int | None, below: int) -> int | None:
    return None if count is None or 0 < count < below else count


def _without_steps(incidence: Incidence | None, below: int) -> Incidence | None:
    if incidence is None:
        return None
    return incidence.model_copy(update={"at_risk": _large(incidence.at_risk, below), "curve": (), "stops": None})


def _without_refusals(testing: FrequencyOfTests | None, below: int) -> FrequencyOfTests | None:
    return testing and testing.model_copy(update={"refused": _large(testing.refused, below)})
