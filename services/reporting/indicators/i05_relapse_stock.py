"""I-05: of those who completed in the last 24 months and live, who relapsed in the last 12."""

from datetime import date

from libs.vietnam.calendar import add_months
from services.reporting.facts.completions import Completion
from services.reporting.indicators.cohort import rows_of
from services.reporting.indicators.indicator import Indicator, Measure
from services.reporting.indicators.lives import Facts, Life, lives_of
from services.reporting.indicators.question import Frame
from services.reporting.indicators.reading import RECENT_MONTHS, STOCK_MONTHS, read_stock
from services.reporting.indicators.tally import Counted, Number, Tally


def evaluate(facts: Facts, frame: Frame) -> Tally:
    """Count as of the last day of the frame's period, each person once."""
    lives = lives_of(facts)
    as_of = min(frame.period.last, frame.until)
    counted = (_counted(life, frame, as_of) for life in lives)
    return Tally(
        [one for one in counted if one is not None],
        {
            unit: sum(
                bool(_stock(life, [one for one in life.completions if one.unit == unit], as_of)) for life in lives
            )
            for unit in sorted(frame.territory.divided)
        },
    )


def _counted(life: Life, frame: Frame, as_of: date) -> Counted | None:
    here = [one for one in life.completions if one.unit in frame.territory and one.completed_on <= as_of]
    stock = _stock(life, here, as_of)
    since = add_months(as_of, -RECENT_MONTHS)
    recent = [on for on in (life.relapsed_after(one.completed_on) for one in here) if on and since < on <= as_of]
    if not stock and not recent:
        return None
    chosen = stock[-1] if stock else here[-1]
    return Counted(
        person_id=life.person_id,
        unit=chosen.unit,
        adds={
            Number.NUMERATOR: int(bool(stock and recent)),
            Number.DENOMINATOR: int(bool(stock)),
            Number.OUTSIDE: int(bool(recent and not stock)),
        },
        dates={"completed_on": chosen.completed_on} | ({"event_on": max(recent)} if recent else {}),
        rows=rows_of(life),
    )


def _stock(life: Life, here: list[Completion], as_of: date) -> list[Completion]:
    """The completions of the last 24 months, of somebody alive."""
    if life.died_on is not None and life.died_on <= as_of:
        return []
    since = add_months(as_of, -STOCK_MONTHS)
    return [one for one in here if since < one.completed_on <= as_of]


indicator = Indicator(
    id="I-05",
    name_vi="Tỷ lệ tái nghiện, số tại thời điểm",
    name_en="Relapse rate, stock",
    definition="As of a day: people relapsed in the last 12 months, among those who completed in the last 24 and live.",
    numerator="people determined addicted in the last 12 months, of those in the denominator",
    denominator="people who completed in the unit in the last 24 months and are not dead",
    window="rolling, up to the last day of the period",
    pitfalls=(
        "What local plans usually print; label it a stock: it follows nobody, and is no risk of relapse.",
        "People who relapsed in the 12 months but completed earlier, or died, are shown apart, so that it is a share.",
        "It falls when more people complete, whatever becomes of them.",
    ),
    basis=("D116 Art 3(6): relapse is determined by a competent body", "domain.md §4.2 I-05"),
    numbers=(Number.NUMERATOR, Number.DENOMINATOR, Number.OUTSIDE),
    measures=frozenset({Measure.SHARE}),
    read=read_stock,
    evaluate=evaluate,
)
