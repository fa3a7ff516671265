"""Who decides, lists, orders and is competent on a day, and what management may consist of (R-04 to R-12)."""

from datetime import date

from libs.law.applied import Applied
from libs.law.law import Law
from libs.law.values import Authority, Lister
from libs.law.words import CompetentCommune, Content


def decider(law: Law, *, on: date) -> Applied[Authority]:
    """Who signs a management decision and runs it: the commune chairman under both laws (R-04)."""
    rule = law.rule("management.decided_by", on=on)
    return Applied(rule.read(Authority), (rule.id,))


def lister(law: Law, *, on: date) -> Applied[Lister]:
    """Who keeps the list: the commune with its police's help (R-05), from 01/07/2026 the police chief (R-06)."""
    rule = law.rule("list.kept_by", on=on)
    return Applied(rule.read(Lister), (rule.id,))


def monitoring_orderer(law: Law, *, on: date) -> Applied[Authority | None]:
    """Who orders electronic monitoring: the commune police chief (R-39); None before 01/07/2026, when nobody could."""
    rule = law.find("monitoring.ordered_by", on=on)
    return Applied(None) if rule is None else Applied(rule.read(Authority), (rule.id,))


def may_include(content: Content, law: Law, *, on: date) -> Applied[bool]:
    """Whether management may consist of this on the day (R-07; R-08 adds monitoring, summons, tests, residence).

    It is not the only ground: tests in the term rested on D116 Art 79 (R-21) long before they became a content.
    """
    rule = law.rule("management.contents", on=on)
    return Applied(content in rule.read(tuple), (rule.id,))


def commune_without_stable_residence(law: Law, *, on: date) -> Applied[CompetentCommune]:
    """Which commune manages a person without stable residence: where found (R-11), then where registered (R-12)."""
    rule = law.rule("competence.without_stable_residence", on=on)
    return Applied(rule.read(CompetentCommune), (rule.id,))
