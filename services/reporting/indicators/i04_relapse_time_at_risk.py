"""I-04: relapses of a period per person-year under observation."""

from services.reporting.indicators.cohort import rows_of
from services.reporting.indicators.indicator import Indicator, Measure
from services.reporting.indicators.lives import Facts, Life, lives_of
from services.reporting.indicators.management import at_risk, units_of
from services.reporting.indicators.question import Frame
from services.reporting.indicators.reading import read_managed_or_relapsed
from services.reporting.indicators.spells import covers, days
from services.reporting.indicators.tally import Counted, Number, Tally
from services.reporting.indicators.territory import EVERYWHERE


def evaluate(facts: Facts, frame: Frame) -> Tally:
    """Sum time at risk in the frame's period, and count the relapses that fell into it, each person once."""
    lives = lives_of(facts)
    counted = (_counted(life, frame) for life in lives)
    divided = frame.territory.divided
    return Tally(
        [one for one in counted if one is not None],
        {unit: sum(bool(at_risk(life, frame, {unit})) for life in lives) for unit in sorted(divided)},
    )


def _counted(life: Life, frame: Frame) -> Counted | None:
    spells = at_risk(life, frame, frame.territory)
    in_period = [on for on in life.relapses() if on in frame.period and on <= frame.until]
    found = any(covers(spells, on) for on in in_period)
    completed = [one.unit for one in life.completions if one.unit in frame.territory]
    observed = found or any(covers(at_risk(life, frame, EVERYWHERE), on) for on in in_period)
    outside = bool(in_period) and not observed and bool(spells or completed)
    if not spells and not outside:
        return None
    dates = {"at_risk_after": spells[0][0], "at_risk_until": spells[-1][1]} if spells else {}
    return Counted(
        person_id=life.person_id,
        unit=next(iter([*units_of(life, frame), *completed])),
        adds={
            Number.NUMERATOR: int(found),
            Number.DENOMINATOR: int(bool(spells)),
            Number.OUTSIDE: int(outside),
            Number.DAYS_AT_RISK: days(spells),
        },
        dates=dates | ({"event_on": in_period[0]} if in_period else {}),
        rows=rows_of(life),
    )


indicator = Indicator(
    id="I-04",
    name_vi="Tỷ lệ tái nghiện trên thời gian theo dõi (người-năm)",
    name_en="Relapse rate per time at risk",
    definition="Relapses in a period per person-year under observation in it.",
    numerator="people determined addicted in the period while under observation in the unit",
    denominator="person-years under observation: time in active management in the unit, without prison, compulsory"
    " rehab, transit, the time after death or relapse, and unreported absence, clipped to the period",
    window="the period",
    pitfalls=(
        "Read the numerator and the person-years with the rate; small numbers need the interval.",
        "Relapses of the period in people whom nobody observed then have no time at risk; they are shown apart.",
        "Who moved counts, with the time at risk, where the case was at that time.",
        "Observation begins with the decision on management, not with the completion.",
    ),
    basis=("D116 Art 3(6): relapse is determined by a competent body", "domain.md §4.2 I-04"),
    numbers=(Number.NUMERATOR, Number.DENOMINATOR, Number.OUTSIDE, Number.DAYS_AT_RISK),
    measures=frozenset({Measure.PER_PERSON_YEAR}),
    read=read_managed_or_relapsed,
    evaluate=evaluate,
    rules=("R-18", "R-32", "R-33", "R-34"),
    policies=("rates.term_end", "publish.small_cell"),
)
