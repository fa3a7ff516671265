"""A rule that claims to be enforced is applied by an evaluator, and only such a rule makes the claim."""

from collections.abc import Iterator
from datetime import date, datetime, time

from libs.events.contracts.values import Category, EpisodeKind
from libs.law import authority, deadlines, removal, transition, use
from libs.law.applied import Applied
from libs.law.categories import Ages, category_of
from libs.law.law import LAW
from libs.law.spans import Span
from libs.law.terms import TermFacts, management_term
from libs.law.transition import CaseDates
from libs.law.words import Content, NotSent, OffList
from libs.vietnam.calendar import LOCAL

OLD = date(2026, 6, 30)
NEW = date(2026, 7, 1)


def answers(on: date) -> Iterator[Applied[object]]:
    """What every evaluator answers on the day."""
    case = CaseDates(decided_on=on, dossier_begun_on=OLD, rehab_started_on=OLD)
    yield from (deadlines.dossier_due(on, LAW), deadlines.decision_due(on, LAW))
    yield deadlines.transfer_notice_due(datetime.combine(on, time(8), LOCAL), LAW)
    yield from (authority.decider(LAW, on=on), authority.lister(LAW, on=on), authority.monitoring_orderer(LAW, on=on))
    yield authority.may_include(Content.LIST, LAW, on=on)
    yield authority.commune_without_stable_residence(LAW, on=on)
    yield from (use.positive_sent_to(LAW, on=on), use.may_escort(LAW, on=on))
    yield use.triggers_determination(LAW, used_on=on, under_management=True)
    yield use.triggers_compulsory_rehab(
        LAW, determined_on=on, age=18, under_management=True, exempt=frozenset({NotSent.PREGNANT})
    )
    yield from (removal.takes_off_list(reason, LAW, on=on) for reason in OffList)
    yield removal.prison_effect(case, LAW, imprisoned_on=on)
    yield removal.removal_after_term(removal.UseInTerm.NONE, case, LAW, on=on)
    yield from (transition.governing_regime(CaseDates(decided_on=OLD), LAW, on=on),)
    yield transition.governing_regime(case, LAW, on=on)
    yield category_of(EpisodeKind.OPIOID_SUBSTITUTION, Ages(), LAW, on=on)
    away = (Span(NEW, date(2026, 7, 5)),)
    for category in Category:
        yield management_term(TermFacts(category, OLD, on, away, away), LAW, as_of=on)


def test_the_enforced_rules_are_those_that_evaluators_apply() -> None:
    applied = {rule for on in (OLD, NEW) for answer in answers(on) for rule in answer.rules}
    assert applied == {rule.id for rule in LAW.rules if rule.holds == "enforced"}
