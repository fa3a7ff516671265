"""Who was at risk when: stretches of observation in days, and the table of events that estimators read."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Observed:
    """A stretch of observation in days since completion, shared by `people`, that `cause` ended (None: nothing did).

    A person at risk in several stretches, as before and after prison, gives several; so does one who entered late.
    On a day t those are at risk who entered before t and had not left before it, in R's words `(entry, exit]`; on day
    0 all who enter then are, and an event on the day of entry counts with its own person. Raises ValueError for a
    stretch that begins before day 0, ends before it begins, or is nobody's.
    """

    entry: int
    exit: int
    cause: str | None = None
    people: int = 1

    def __post_init__(self) -> None:
        if not 0 <= self.entry <= self.exit or self.people < 1:
            raise ValueError(f"not a stretch of observation: {self}")

    @staticmethod
    def between(completed_on: date, entered_on: date, left_on: date, cause: str | None = None) -> "Observed":
        """The stretch of one person between two dates."""
        return Observed((entered_on - completed_on).days, (left_on - completed_on).days, cause)

    def at_risk(self, day: int) -> bool:
        """Whether its people are at risk on the day."""
        if self.entry == day:
            return day == 0 or (self.exit == day and self.cause is not None)
        return self.entry < day <= self.exit


@dataclass(frozen=True, slots=True)
class RiskRow:
    """A day with events: how many were at risk, and the events by cause."""

    day: int
    at_risk: int
    events: Counter[str]


def risk_table(observations: Iterable[Observed]) -> tuple[RiskRow, ...]:
    """The days with an event, in order; one pass over the observations, whatever their order."""
    entered: Counter[int] = Counter()
    left: Counter[int] = Counter()
    joining: Counter[int] = Counter()
    events: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for seen in observations:
        entered[seen.entry] += seen.people
        left[seen.exit] += seen.people
        if seen.at_risk(seen.entry):
            joining[seen.entry] += seen.people
        if seen.cause is not None:
            events[seen.exit][seen.cause] += seen.people
    return tuple(_rows(entered, left, joining, events))


def numbers_at_risk(observations: Sequence[Observed], days: Iterable[int]) -> tuple[int, ...]:
    """How many people were at risk on each of the days, as printed under a curve."""
    return tuple(sum(seen.people for seen in observations if seen.at_risk(day)) for day in days)


def _rows(
    entered: Counter[int], left: Counter[int], joining: Counter[int], events: defaultdict[int, Counter[str]]
) -> Iterable[RiskRow]:
    inside = 0
    for day in sorted(entered.keys() | left.keys()):
        if events[day].total():
            yield RiskRow(day, inside + joining[day], events[day])
        inside += entered[day] - left[day]
