"""What takes a person off the list, what that does to the case, and removal at the end of the term (R-30 to R-36)."""

from datetime import date
from enum import StrEnum

from libs.law.applied import Applied
from libs.law.choices import Removal
from libs.law.l120 import L120_IN_FORCE
from libs.law.law import Law
from libs.law.transition import CaseDates, governing_day
from libs.law.words import AfterTerm, OffList, PrisonEffect

OFF_LIST_RULES = ("removal.by_measure", "removal.by_move", "removal.by_death_or_loss")


class UseInTerm(StrEnum):
    """What is known of drug use in the term when it has ended; addiction ends a case before that."""

    NONE = "none"
    DETECTED = "detected"
    NOT_ADDICTED = "not_addicted"


def takes_off_list(reason: OffList, law: Law, *, on: date) -> Applied[bool]:
    """Whether this, happening on the day, takes a person off the local list before the term has ended.

    Prison does under both laws (R-32, R-33), a compulsory education facility, a reformatory and determined addiction
    only from 01/07/2026 (R-33), a move (R-35), death and a court's declaration of missing (R-36) always. Being off
    the list is not the end of the case: see `prison_effect`.
    """
    rules = [law.rule(name, on=on) for name in OFF_LIST_RULES]
    naming = tuple(rule.id for rule in rules if reason in rule.read(tuple))
    return Applied(bool(naming), naming or tuple(rule.id for rule in rules))


def prison_effect(case: CaseDates, law: Law, *, imprisoned_on: date) -> Applied[PrisonEffect]:
    """Whether prison ends the case or pauses its term, by the day of imprisonment.

    Until 30/06/2026 it ends the case (R-32, L73 Art 43.3b); from then on the remaining term is served after release
    (R-34, L120 Art 47.1), off the list meanwhile (R-33). For cases decided before, `prison.of_earlier_cases` says.
    """
    listed = law.rule("removal.by_measure", on=imprisoned_on)
    pause = law.find("term.prison", on=imprisoned_on)
    if pause is None:
        return Applied(PrisonEffect.ENDS, (listed.id,))
    if case.decided_on is None or case.decided_on >= L120_IN_FORCE:
        return Applied(pause.read(PrisonEffect), (listed.id, pause.id))
    choice = law.choice("prison.of_earlier_cases", PrisonEffect, on=imprisoned_on)
    rules = (listed.id, pause.id) if choice is PrisonEffect.PAUSES else (listed.id,)
    return Applied(choice, rules, law.stated("prison.of_earlier_cases"))


def removal_after_term(use: UseInTerm, case: CaseDates, law: Law, *, on: date) -> Applied[Removal]:
    """Whether a person whose term has ended may be taken off the list on the day, by the law that governs the case.

    L73 asks for no detected use (R-30): one withholds removal, also one found not to be addiction unless the switch
    `removal.not_addicted` allows it. L120 asks for a completed decision (R-31) and is silent on use, so the switch
    `removal.use_under_l120` answers. Withheld means that a human decides (domain.md §9.4).
    """
    day = governing_day(case, law, on=on)
    rule = law.rule("removal.after_term", on=day.value)
    if use is UseInTerm.NONE:
        return day.then(Removal.ALLOWED, [rule.id])
    if rule.read(AfterTerm) is AfterTerm.DECISION_COMPLETED:
        switch = "removal.use_under_l120"
    elif use is UseInTerm.NOT_ADDICTED:
        switch = "removal.not_addicted"
    else:
        return day.then(Removal.WITHHELD, [rule.id])
    return day.then(law.choice(switch, Removal, on=on), [rule.id], law.stated(switch))
