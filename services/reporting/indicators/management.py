"""Time under management in a territory: the active spells of cases, and the part of them at risk."""

from collections.abc import Container, Iterator
from datetime import date, timedelta

from services.reporting.facts.cases import CountedCase
from services.reporting.indicators.lives import Life
from services.reporting.indicators.question import Frame
from services.reporting.indicators.spells import Spell, merged, within, without

DAY = timedelta(days=1)


def managed(life: Life, frame: Frame, units: Container[str]) -> list[tuple[date, date]]:
    """From which to which day of the period, both included, the person was actively managed in the units."""
    last = min(frame.period.last, frame.until)
    spells = (spell for case in life.cases for spell in active(case, frame.until, units))
    clipped = ((max(start, frame.period.first), min(end, last)) for start, end in spells)
    return sorted((start, end) for start, end in clipped if start <= end)


def at_risk(life: Life, frame: Frame, units: Container[str]) -> list[Spell]:
    """The stretches of the period in which the person could have been found relapsed by those who manage.

    Active management (which leaves out transit, prison and other measures) without unreported absence, until death or
    relapse, and until the end of the term where the policy switch says so (I-04).
    """
    last = min(frame.period.last, frame.until)
    found: list[Spell] = []
    for case in life.cases:
        gaps = [*zip(case.away_from, case.away_until, strict=True), (_ended(case, life, frame), None)]
        for start, end in active(case, frame.until, units):
            found += without((start, end), gaps)
    # Two cases can be open at once for some days; nobody is at risk twice.
    return merged(within(found, frame.period.first - DAY, last))


def units_of(life: Life, frame: Frame) -> list[str]:
    """The units of the territory in which the person was ever actively managed, earliest first."""
    return [unit for case in life.cases for unit in case.active_in if unit in frame.territory]


def active(case: CountedCase, until: date, units: Container[str]) -> Iterator[Spell]:
    """The active spells in the units, an open one up to `until`."""
    ends = (*case.active_to, until)
    for start, end, unit in zip(case.active_from, ends, case.active_in, strict=False):
        if unit in units and start <= until:
            yield start, min(end, until)


def _ended(case: CountedCase, life: Life, frame: Frame) -> date:
    """When nothing of the case is time at risk any more, whatever else was told of it."""
    own = (one for one in life.completions if one.episode_id == case.episode_id)
    completed_on = next((one.completed_on for one in own), case.reported_on)
    ends = [life.died_on, life.relapsed_after(completed_on)]
    if frame.term_end_censors:
        ends.append(case.term_ends_on)
    return min((on for on in ends if on is not None), default=date.max)
