"""What the facts of an answer tell about each person: completions, cases, tests and death, as known at one instant."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from libs.events.contracts.registry.drug_test import DrugTestResult, DrugTestStage
from libs.events.contracts.values import EndReason
from services.reporting.facts.cases import CountedCase
from services.reporting.facts.completions import Completion
from services.reporting.facts.drug_tests import CountedTest
from services.reporting.facts.persons import CountedPerson

R = TypeVar("R", Completion, CountedCase, CountedTest)


@dataclass(frozen=True)
class Facts:
    """Rows of the fact tables as known at one instant, of the persons that a question is about and in any order."""

    completions: Sequence[Completion] = ()
    cases: Sequence[CountedCase] = ()
    tests: Sequence[CountedTest] = ()
    persons: Sequence[CountedPerson] = ()


@dataclass(frozen=True)
class Life:
    """One person; what was annulled is left out, the rest is in order of time."""

    person_id: UUID
    completions: Sequence[Completion]
    cases: Sequence[CountedCase]
    tests: Sequence[CountedTest]
    died_on: date | None

    def relapsed_after(self, day: date) -> date | None:
        """The first determination of addiction on the day or later, whichever completion it was told with."""
        told = (on for one in self.completions for on in one.relapses)
        return min((on for on in told if on >= day and self.lived(on)), default=None)

    def relapses(self) -> list[date]:
        """The relapse after each completion, if there was one, each day once."""
        return sorted({on for one in self.completions if (on := self.relapsed_after(one.completed_on)) is not None})

    def reused_after(self, day: date) -> CountedTest | None:
        """The first confirmed positive later than the day; a quick test proves nothing (domain.md §3.5)."""
        positive = (test for test in self.tests if is_confirmed_positive(test) and self.lived(test.sampled_on))
        return next((test for test in positive if test.sampled_on > day), None)

    def lived(self, day: date) -> bool:
        """Whether the person lived on the day: what is dated after a death was told of nobody."""
        return self.died_on is None or day <= self.died_on


def is_confirmed_positive(test: CountedTest) -> bool:
    """Whether the test is a legal positive."""
    return test.stage is DrugTestStage.CONFIRMATORY and test.result is DrugTestResult.POSITIVE


def lives_of(facts: Facts) -> list[Life]:
    """Everybody with a completion or a case, by id; a person of whom no row came yet counts, as alive."""
    completions = _by_person(facts.completions, lambda one: (one.completed_on, one.episode_id))
    cases = _by_person(
        (case for case in facts.cases if case.end_reason is not EndReason.ANNULLED),
        lambda one: (one.reported_on, one.case_id),
    )
    tests = _by_person((test for test in facts.tests if not test.annulled), lambda one: (one.sampled_on, one.test_id))
    died = {person.person_id: person.died_on for person in facts.persons}
    return [
        Life(who, completions.get(who, ()), own := cases.get(who, ()), tests.get(who, ()), died.get(who) or _death(own))
        for who in sorted(completions.keys() | cases.keys())
    ]


def _death(cases: Iterable[CountedCase]) -> date | None:
    """A death that only a case tells."""
    ends = (case.ended_on for case in cases if case.end_reason is EndReason.DECEASED)
    return min((on for on in ends if on is not None), default=None)


def _by_person(rows: Iterable[R], order: Any) -> dict[UUID, list[R]]:
    found: defaultdict[UUID, list[R]] = defaultdict(list)
    for row in sorted(rows, key=order):
        found[row.person_id].append(row)
    return found
