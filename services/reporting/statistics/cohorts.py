"""The plain shares of a completion cohort, over both denominators: all completers, and those fully observed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.reporting.statistics.curves import CONFIDENCE
from services.reporting.statistics.months import last_day_within, within_months
from services.reporting.statistics.rates import Proportion, proportion


@dataclass(frozen=True, slots=True)
class Followed:
    """A completer, the event if one came, and the day on which observation stopped (None: it goes on)."""

    completed_on: date
    event_on: date | None = None
    lost_on: date | None = None


@dataclass(frozen=True, slots=True)
class CohortShares:
    """The share with the event within t months; `crude` is over all, `fully_observed` over those seen to the end.

    A completer with the event counts as fully observed, however long the observation was (domain.md §4.2, example).
    """

    crude: Proportion | None
    fully_observed: Proportion | None


def cohort_shares(
    cohort: Sequence[Followed], *, months: int, known_until: date, confidence: float = CONFIDENCE
) -> CohortShares:
    """Both shares as known on `known_until`; events and losses after that day have not happened yet."""
    events = sum(_had_event(person, months, known_until) for person in cohort)
    observed = sum(
        _had_event(person, months, known_until) or _seen_through(person, months, known_until) for person in cohort
    )
    return CohortShares(
        proportion(events, len(cohort), confidence=confidence), proportion(events, observed, confidence=confidence)
    )


def _had_event(person: Followed, months: int, known_until: date) -> bool:
    if person.event_on is None or person.event_on > known_until:
        return False
    return within_months(person.completed_on, person.event_on, months)


def _seen_through(person: Followed, months: int, known_until: date) -> bool:
    last = last_day_within(person.completed_on, months)
    return last <= known_until and (person.lost_on is None or person.lost_on > last)
