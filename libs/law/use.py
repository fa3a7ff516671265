"""What follows from a positive test, a refused one, and a use detected in the term (R-22 to R-26, R-29)."""

from datetime import date

from libs.law.applied import Applied
from libs.law.law import Law
from libs.law.values import Age, SentAtOnce
from libs.law.words import Consequence, NotSent


def positive_sent_to(law: Law, *, on: date) -> Applied[SentAtOnce]:
    """Whom a positive result goes to at once: the chairman (R-22), from 01/07/2026 the police chief (R-23)."""
    rule = law.rule("test.positive_sent_to", on=on)
    return Applied(rule.read(SentAtOnce), (rule.id,))


def may_escort(law: Law, *, on: date) -> Applied[bool]:
    """Whether a person who refuses a test may be escorted to it: only from 01/07/2026 on (R-24)."""
    rule = law.find("test.refusal", on=on)
    if rule is None:
        return Applied(value=False)
    return Applied(rule.read(Consequence) is Consequence.ESCORT_TO_TEST, (rule.id,))


def triggers_determination(law: Law, *, used_on: date, under_management: bool) -> Applied[bool]:
    """Whether a use calls for an addiction determination because the person is under management (R-25)."""
    rule = law.rule("use.triggers", on=used_on)
    triggered = under_management and rule.read(Consequence) is Consequence.ADDICTION_DETERMINATION
    return Applied(triggered, (rule.id,))


def triggers_compulsory_rehab(
    law: Law, *, determined_on: date, age: int, under_management: bool, exempt: frozenset[NotSent] = frozenset()
) -> Applied[bool]:
    """Whether a determined addiction starts the compulsory procedure: adults under management (R-26).

    From 01/07/2026 it does not for those who are `exempt` on a ground of L120 Art 35.2 (R-29).
    """
    rule = law.rule("compulsory.from_age", on=determined_on)
    if not (under_management and age >= rule.read(Age).years):
        return Applied(value=False, rules=(rule.id,))
    grounds = law.find("compulsory.not_sent", on=determined_on)
    if grounds is not None and exempt.intersection(grounds.read(tuple)):
        return Applied(value=False, rules=(rule.id, grounds.id))
    return Applied(value=True, rules=(rule.id,))
