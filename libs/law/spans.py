"""Spans of civil days, half-open, that may still be running: absences, imprisonments, transits."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Span:
    """Days from `start` up to but not including `until` (the day of return); `until` of None is still running.

    Raises ValueError when it ends before it starts; a span that ends on the day it starts has no days.
    """

    start: date
    until: date | None = None

    def __post_init__(self) -> None:
        if self.until is not None and self.until < self.start:
            raise ValueError(f"a span cannot end on {self.until}, before it starts on {self.start}")


def clipped(spans: Iterable[Span], first: date, last: date | None) -> tuple[Span, ...]:
    """What of the spans lies on the days from `first` to `last`, both included; no `last` leaves the end open."""
    kept = (_clip(span, first, last and last + DAY) for span in spans)
    return tuple(span for span in kept if span is not None)


def merged(spans: Iterable[Span], *, as_of: date) -> tuple[tuple[date, date], ...]:
    """The spans as disjoint half-open pairs in order, each day once; one still running lasts through `as_of`."""
    pairs: list[tuple[date, date]] = []
    for start, until in sorted((span.start, span.until or as_of + DAY) for span in spans):
        if pairs and start <= pairs[-1][1]:
            pairs[-1] = (pairs[-1][0], max(pairs[-1][1], until))
        elif start < until:
            pairs.append((start, until))
    return tuple(pairs)


def _clip(span: Span, first: date, until: date | None) -> Span | None:
    start = max(span.start, first)
    ends = [end for end in (span.until, until) if end is not None]
    end = min(ends, default=None)
    if end is not None and end <= start:
        return None
    return replace(span, start=start, until=end)
