"""Time under management in a territory: what is left of the stays of cases, and the part of it at risk."""

from collections.abc import Container, Iterator
from datetime import date, timedelta
from itertools import zip_longest

from services.reporting.facts.cases import CountedCase
from services.reporting.indicators.lives import Life
from services.reporting.indicators.question import Frame
from services.reporting.indicators.spells import Spell, merged, parted, within, without

DAY = timedelta(days=1)


def managed(life: Life, frame: Frame, units: Container[str]) -> list[tuple[date, date]]:
    """From which to which day of the period, both included, the person was actively managed in the units."""
    last = min(frame.period.last, frame.until)
    spells = (spell for case in life.cases for _, spell in _active(case, _closed(case, life, frame), units))
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
        away = list(zip(case.away_from, case.away_until, strict=True))
        for _, spell in _active(case, _observed_until(case, life, frame), units):
            found += without(spell, away)
    # Two cases can be open at once for some days; nobody is at risk twice.
    return merged(within(found, frame.period.first - DAY, last))


def units_of(life: Life, frame: Frame) -> list[str]:
    """The units of the territory in which the person was ever actively managed, earliest first."""
    found = (
        (spell, unit)
        for case in life.cases
        for unit, spell in _active(case, _closed(case, life, frame), frame.territory)
    )
    return [unit for _, unit in sorted(found)]


def _active(case: CountedCase, last: date, units: Container[str]) -> Iterator[tuple[str, Spell]]:
    """Every spell of active management in the units up to a day, both ends included: stays without time in prison.

    Whatever was told after another fact of an earlier day: nothing is active before the decision.
    """
    prison = [*zip_longest(case.prison_from, case.prison_until)]
    for since, unit, left in zip_longest(case.stayed_from, case.stayed_in, case.stayed_until):
        start, end = max(since, case.stayed_from[0]), last if left is None else min(left, last)
        if start <= end and unit in units:
            yield from ((unit, spell) for spell in parted((start, end), prison))


def _closed(case: CountedCase, life: Life, frame: Frame) -> date:
    """The last day on which the case can have been managed; the dead are not, whatever else was told of them."""
    return min(on for on in (case.ended_on, case.removed_on, life.died_on, frame.until) if on is not None)


def _observed_until(case: CountedCase, life: Life, frame: Frame) -> date:
    """The last day of the case that can be time at risk."""
    own = (one for one in life.completions if one.episode_id == case.episode_id)
    completed_on = next((one.completed_on for one in own), case.reported_on)
    ends = [_closed(case, life, frame), life.relapsed_after(completed_on)]
    if frame.term_end_censors:
        ends.append(case.term_ends_on)
    return min(on for on in ends if on is not None)
