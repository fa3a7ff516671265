"""Stretches of time as pairs of dates `(after, until]`, so that stretches that meet share no day."""

from collections.abc import Iterable, Iterator
from datetime import date

Spell = tuple[date, date]


def without(spell: Spell, gaps: Iterable[tuple[date, date | None]]) -> list[Spell]:
    """What is left of a stretch when the gaps are taken out; a gap without an end lasts for ever."""
    after, until = spell
    left: list[Spell] = []
    for start, end in sorted(gaps, key=lambda gap: gap[0]):
        if start >= until or (end is not None and end <= after):
            continue
        if start > after:
            left.append((after, start))
        if end is None or end >= until:
            return left
        after = max(after, end)
    return [*left, (after, until)]


def parted(spell: Spell, gaps: Iterable[tuple[date, date | None]]) -> Iterator[Spell]:
    """A stretch of which both ends belong to it, in parts between the gaps: the days on which gaps meet are left."""
    start, end = spell
    for since, until in sorted(gaps, key=lambda gap: gap[0]):
        if since >= end or (until is not None and until <= start):
            continue
        if since >= start:
            yield start, since
        if until is None or until > end:
            return
        start = max(start, until)
    yield start, end


def merged(spells: Iterable[Spell]) -> list[Spell]:
    """The same days in order, each once: stretches that overlap become one."""
    found: list[Spell] = []
    for start, end in sorted(spells):
        if found and start < found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], end)
        else:
            found.append((start, end))
    return found


def within(spells: Iterable[Spell], after: date, until: date) -> Iterator[Spell]:
    """The parts of the stretches that lie in `(after, until]`; one of a single day lies there if the day does."""
    for start, end in spells:
        clipped = max(start, after), min(end, until)
        if clipped[0] < clipped[1] or after < start == end <= until:
            yield clipped


def days(spells: Iterable[Spell]) -> int:
    """How many days they hold together."""
    return sum((end - start).days for start, end in spells)


def covers(spells: Iterable[Spell], day: date) -> bool:
    """Whether the day lies in one of them; a stretch that begins and ends on one day holds that day."""
    return any(start < day <= end or start == day == end for start, end in spells)
