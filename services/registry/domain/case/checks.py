"""Checks that many commands of a case share."""

from datetime import date
from itertools import pairwise

from libs.events.contracts.values import CaseStage as Stage
from libs.events.decider import WrongStage
from libs.events.decision import Decision
from libs.law.authority import decider
from libs.law.law import Law
from services.registry.domain.case.refusals import (
    NotUnderManagement,
    ToldOtherwise,
    WrongAuthority,
    WrongDates,
    WrongUnit,
)
from services.registry.domain.case.state import MANAGED, Case


def in_order(**dates: date) -> None:
    """Dates given from the earliest to the latest that they may be, today mostly last.

    Else `WrongDates`, with the names of the first two of which the later one lies before the earlier.
    """
    for (first, day), (then, other) in pairwise(dates.items()):
        if other < day:
            raise WrongDates("the dates contradict each other, or lie in the future", dates=[first, then])


def told_before(**facts: tuple[object, object]) -> None:
    """Each fact is told as it was before, both given; else `ToldOtherwise`, with the names of those that are not."""
    if changed := [name for name, (before, now) in facts.items() if before != now]:
        raise ToldOtherwise("the same was told before, and otherwise", facts=changed)


def at_stage(case: Case, *stages: Stage, rules: tuple[str, ...]) -> None:
    """The case is in one of the stages at which these rules allow a step.

    Else `WrongStage`, or `NotUnderManagement` where that is what is missing; both name the rules.
    """
    if case.stage in stages:
        return
    if set(stages) <= MANAGED and case.stage not in MANAGED:
        raise NotUnderManagement("the case is not under management", rules=rules, stage=case.stage)
    raise WrongStage("the case is in another stage", rules=rules, stage=case.stage)


def decided_by_law(decision: Decision, case: Case, law: Law) -> tuple[str, ...]:
    """The rule under which the chairman of the competent commune signs (R-04); else the refusal that names it."""
    who = decider(law, on=decision.signed_on)
    if decision.body != who.value:
        raise WrongAuthority("another office decides", rules=who.rules, body=decision.body, competent=who.value)
    if decision.unit != case.unit:
        raise WrongUnit("another unit is competent", rules=who.rules, unit=case.unit)
    return who.rules


def once(*parts: tuple[str, ...]) -> tuple[str, ...]:
    """The names of all parts in order, each once."""
    return tuple(dict.fromkeys(name for part in parts for name in part))
