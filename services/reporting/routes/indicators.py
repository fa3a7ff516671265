"""Indicators: what there is, a figure for a unit and period as known on an instant, and the rows behind it."""

from datetime import date
from typing import Annotated

from fastapi import Query
from pydantic import AwareDatetime

from libs.web.answers import Seen
from libs.web.bodies import View
from libs.web.edge import Edge
from libs.web.roles import Permission
from libs.web.routing import Router
from services.reporting.answers import Answer
from services.reporting.asking import ask
from services.reporting.explain import FACTS, Explanation, explain
from services.reporting.indicators import INDICATORS
from services.reporting.indicators.periods import Period
from services.reporting.indicators.question import Question
from services.reporting.indicators.tally import Number
from services.reporting.indicators.territory import UnitMap

router = Router("indicators")
Unit = Annotated[str, Query(description="A unit as `<catalogue>:<code>`; what lies below it counts.")]
First = Annotated[date, Query(description="First day of the period, of completion for a cohort.")]
Last = Annotated[date, Query(description="Its last day.")]
Months = Annotated[int | None, Query(description="The window after completion.")]
Map = Annotated[UnitMap, Query(description="The map of now, or the units as recorded.")]
Instant = Annotated[AwareDatetime | None, Query(description="As known on this instant; without one, now.")]
Published = Annotated[bool, Query(description="Withhold small cells.")]


class IndicatorView(View):
    """An indicator as domain.md §4.2 defines it; `windows` are the months that it is defined for."""

    id: str
    name_vi: str
    name_en: str
    definition: str
    numerator: str
    denominator: str
    window: str
    pitfalls: tuple[str, ...]
    windows: tuple[int, ...]


class IndicatorsView(View):
    """All of them."""

    items: tuple[IndicatorView, ...]


@router.query("/v1/indicators", permission=Permission.INDICATOR_READ)
def list_indicators(edge: Edge) -> Seen[IndicatorsView]:
    """What can be asked."""
    items = [{name: getattr(one, name) for name in IndicatorView.model_fields} for one in INDICATORS.values()]
    return Seen(IndicatorsView(items=tuple(IndicatorView(**item) for item in items)))


@router.query("/v1/indicators/{indicator}", permission=Permission.INDICATOR_READ)
def read_indicator(  # noqa: PLR0913, PLR0917 -- A question has that many sides.
    indicator: str,
    unit: Unit,
    first: First,
    last: Last,
    edge: Edge,
    months: Months = None,
    unit_map: Map = UnitMap.CURRENT,
    as_known_on: Instant = None,
    published: Published = False,  # noqa: FBT002 -- A query parameter.
) -> Seen[Answer]:
    """A figure; the same question at the same instant has the same answer, byte for byte.

    Small cells are withheld from whoever may not see the persons behind them.
    """
    published = published or not edge.also(Permission.INDICATOR_EXPLAIN)
    question = Question(indicator, edge.within(unit), Period(first, last), months, unit_map, as_known_on)
    with edge.counting(*FACTS) as connection:
        return Seen(ask(connection, question, edge.parts.handler.law, published=published))


@router.query("/v1/indicators/{indicator}/explanation", permission=Permission.INDICATOR_EXPLAIN, person=True)
def explain_indicator(  # noqa: PLR0913, PLR0917 -- As above.
    indicator: str,
    unit: Unit,
    first: First,
    last: Last,
    edge: Edge,
    months: Months = None,
    unit_map: Map = UnitMap.CURRENT,
    as_known_on: Instant = None,
    number: Annotated[Number, Query(description="Which number of the answer.")] = Number.NUMERATOR,
) -> Seen[Explanation]:
    """Who adds to a number of an answer, and why, down to the events in the log; persons by opaque id."""
    question = Question(indicator, edge.within(unit), Period(first, last), months, unit_map, as_known_on)
    with edge.counting(*FACTS) as connection:
        explanation = explain(connection, question, number, edge.parts.handler.law)
    return Seen(explanation, [person.person_id for person in explanation.people])
