"""What is answered: counts with their denominators, rates with intervals, and the words, rules and choices behind."""

from datetime import date, datetime

from libs.web.bodies import View
from services.reporting.indicators.stops import Stop
from services.reporting.indicators.territory import UnitMap


class About(View):
    """What the indicator says of itself (domain.md §4.2)."""

    id: str
    name_vi: str
    name_en: str
    definition: str
    numerator: str
    denominator: str
    window: str
    pitfalls: tuple[str, ...]
    basis: tuple[str, ...]


class RuleText(View):
    """A row of law that shapes the figure."""

    id: str
    name: str
    source: str
    valid_from: date
    valid_to: date | None
    note: str


class PolicyText(View):
    """A choice that the figure rests on, where the law is silent."""

    name: str
    choice: str
    question: str
    source_of_doubt: str


class Rate(View):
    """A share or a rate with its 95 % interval."""

    value: float
    low: float
    high: float
    method: str


class Probability(View):
    """A probability of the event; without bounds where it is 0 or 1."""

    value: float
    low: float | None
    high: float | None
    variance: float
    method: str


class MonthPoint(View):
    """The curve at a month; null where nobody was observed so long."""

    month: int
    day: int
    at_risk: int
    aalen_johansen: Probability | None
    kaplan_meier: Probability | None


class Incidence(View):
    """The probability of the event by the end of the window, month by month where the indicator is a curve.

    `aalen_johansen` lets death, prison and other measures compete; `kaplan_meier` beside it censors them. `at_risk` are
    those observed through the window, `stops` says how observation ended for how many.
    """

    aalen_johansen: Probability | None
    kaplan_meier: Probability | None
    at_risk: int | None
    curve: tuple[MonthPoint, ...]
    stops: dict[Stop, int] | None


class FrequencyOfTests(View):
    """How often people were tested while at risk: tests with a result, refusals apart."""

    tests: int | None
    refused: int | None
    per_person_month: float | None


class DividedUnit(View):
    """A unit of 2004 that was divided: its people are not counted here, since nobody knows where they belong."""

    unit: str
    people: int | None


class SmallCell(View):
    """Whether some count of people lies below the threshold, and whether figures were withheld for it."""

    below: int
    found: bool
    suppressed: bool = False


class Answer(View):
    """The figure of one indicator for one unit and period, as known at one instant.

    `share` is over all of `denominator`, `share_of_fully_observed` over those observed through the window or with the
    event; `outside` are people with the event whom the numerator leaves out. What the indicator does not have is null,
    as is any figure over nothing.
    """

    indicator: About
    unit: str
    unit_name: str
    unit_map: UnitMap
    period_first: date
    period_last: date
    months: int | None
    as_known_on: datetime
    observed_until: date
    numerator: int | None
    denominator: int | None
    fully_observed: int | None
    outside: int | None
    share: Rate | None
    share_of_fully_observed: Rate | None
    person_years: float | None
    rate_per_person_year: Rate | None
    incidence: Incidence | None
    testing: FrequencyOfTests | None
    divided: tuple[DividedUnit, ...]
    rules: tuple[RuleText, ...]
    policies: tuple[PolicyText, ...]
    small_cell: SmallCell
