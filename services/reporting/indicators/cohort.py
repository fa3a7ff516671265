"""Completion cohorts: who completed in the period, followed for t months, each person once."""

from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.reporting.facts.cases import cases
from services.reporting.facts.completions import Completion, completions
from services.reporting.facts.drug_tests import drug_tests
from services.reporting.facts.persons import persons
from services.reporting.indicators.follow_up import FollowUp, follow
from services.reporting.indicators.lives import Facts, Life, lives_of
from services.reporting.indicators.question import Frame
from services.reporting.indicators.spells import days
from services.reporting.indicators.tally import Counted, Number, Tally

UNFINISHED = (
    "While some of a cohort are still observed (`incidence.stops`), the share of all is too low, since their events are"
    " still to come, and that of the fully observed too high, since events are counted at once: read the incidence."
)


@dataclass(frozen=True)
class Event:
    """The first event after a completion, if there was one, with the tests that show it."""

    on: date | None = None
    tests: Sequence[UUID] = ()


Find = Callable[[Life, Completion], Event]
Also = Callable[[Life, FollowUp], tuple[dict[Number, int], Sequence[UUID]]]


def _nothing(life: Life, seen: FollowUp) -> tuple[dict[Number, int], Sequence[UUID]]:
    return {}, ()


@dataclass(frozen=True)
class Cohort:
    """How a cohort is counted: `find` gives the event, `also` what else is shown of a person, and its tests."""

    find: Find
    also: Also = _nothing

    def evaluate(self, facts: Facts, frame: Frame) -> Tally:
        """Count the cohort of a frame's period."""
        lives = lives_of(facts)
        members = completers(lives, frame, frame.territory)
        return Tally(
            [self._counted(life, completion, frame) for life, completion in members],
            {unit: len(completers(lives, frame, {unit})) for unit in sorted(frame.territory.divided)},
        )

    def _counted(self, life: Life, completion: Completion, frame: Frame) -> Counted:
        event = self.find(life, completion)
        seen = follow(life, completion, event.on, frame)
        also, tests = self.also(life, seen)
        adds = {
            Number.NUMERATOR: int(seen.event_on is not None),
            Number.DENOMINATOR: 1,
            Number.FULLY_OBSERVED: int(seen.fully_observed),
            Number.DAYS_AT_RISK: days(seen.at_risk),
        }
        shown = sorted({*tests, *(event.tests if seen.event_on is not None else ())})
        return Counted(
            person_id=life.person_id,
            unit=completion.unit,
            adds=adds | also,
            dates=seen.dates,
            rows=rows_of(life, shown),
            stop=seen.stop,
            observed=seen.observed,
        )


def completers(lives: Iterable[Life], frame: Frame, units: Container[str]) -> list[tuple[Life, Completion]]:
    """Who completed in the units in the period, with the first completion there: people, not episodes."""
    found = []
    for life in lives:
        of_cohort = (one for one in life.completions if _belongs(one, frame, units))
        if (first := next(of_cohort, None)) is not None:
            found.append((life, first))
    return found


def rows_of(life: Life, tests: Sequence[UUID] = ()) -> dict[str, Sequence[UUID]]:
    """The keys of the rows that stand behind what was counted of a person."""
    return {
        completions.name: [one.episode_id for one in life.completions],
        cases.name: [one.case_id for one in life.cases],
        drug_tests.name: tests,
        persons.name: [life.person_id],
    }


def _belongs(completion: Completion, frame: Frame, units: Container[str]) -> bool:
    on = completion.completed_on
    return on in frame.period and on <= frame.until and completion.unit in units
