"""The management term: from the completion date, one or two years, longer by the days that do not count."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from libs.events.contracts.values import Category
from libs.law.anniversaries import last_day_of_term
from libs.law.applied import Applied
from libs.law.categories import TERM_RULES
from libs.law.choices import AfterMove, DecisionPath
from libs.law.law import Law
from libs.law.spans import Span, merged
from libs.law.uncounted import absences, pauses, transits
from libs.law.values import Years


@dataclass(frozen=True, slots=True)
class TermFacts:
    """What a term rests on: the category, two dates, and spans of days in any order, which may overlap."""

    category: Category
    completed_on: date
    decided_on: date
    unreported_absences: tuple[Span, ...] = ()
    imprisonments: tuple[Span, ...] = ()
    transits: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Term:
    """A term from `starts_on` to `ends_on`, both included; `nominal_end_on` is its end without uncounted days.

    Unless `settled`, an absence or imprisonment is still running: the end moves on with it, day by day.
    """

    starts_on: date
    nominal_end_on: date
    ends_on: date
    settled: bool = True

    @property
    def uncounted_days(self) -> int:
        """The days by which the term is longer than its nominal length."""
        return (self.ends_on - self.nominal_end_on).days

    def covers(self, day: date) -> bool:
        """Whether the day lies in the term, its first and last day included."""
        return self.starts_on <= day <= self.ends_on


def management_term(facts: TermFacts, law: Law, *, as_of: date) -> Applied[Term]:
    """The term as known on `as_of`, by the length in force on the day of the decision (R-01, R-02, R-03).

    It starts with the completion, not the decision. Days of unreported absence (R-18), of prison from 01/07/2026 on
    (R-34) and, if a switch says so, of transit stop the clock, each day once; days after the end change nothing.
    """
    rule = law.rule(TERM_RULES[facts.category], on=facts.decided_on)
    start = _start(facts, law)
    nominal = last_day_of_term(start.value, rule.read(Years), law, on=facts.decided_on)
    uncounted = _uncounted(facts, law)
    ends_on = _stretched(start.value, nominal.value, merged(uncounted.value, as_of=as_of))
    running = any(span.until is None and span.start <= ends_on for span in uncounted.value)
    term = Term(start.value, nominal.value, ends_on, settled=not running)
    rules = (rule.id, *start.rules, *uncounted.rules)
    return nominal.then(term, rules, (*start.policies, *uncounted.policies))


def decision_path(term: Term, law: Law, *, signed_on: date) -> Applied[DecisionPath]:
    """Whether a management decision may be signed as it comes, or goes to a human because its term is over by then.

    The law is silent (domain.md §2.2 notes); the switch is `decision.late`.
    """
    if signed_on < term.ends_on:
        return Applied(DecisionPath.ORDINARY)
    choice = law.choice("decision.late", DecisionPath, on=signed_on)
    return Applied(choice, policies=law.stated("decision.late"))


def _start(facts: TermFacts, law: Law) -> Applied[date]:
    if not facts.transits:
        return Applied(facts.completed_on)
    start = facts.completed_on
    if law.choice("transfer.term", AfterMove, on=facts.decided_on) is AfterMove.RESTARTS:
        start = max(start, *(span.until or start for span in facts.transits))
    return Applied(start, policies=law.stated("transfer.term"))


def _uncounted(facts: TermFacts, law: Law) -> Applied[tuple[Span, ...]]:
    absent = absences(facts.unreported_absences, law)
    paused = pauses(facts.imprisonments, law, decided_on=facts.decided_on)
    moving = transits(facts.transits, law, on=facts.decided_on)
    spans = absent.value + paused.value + moving.value
    return absent.then(spans, paused.rules, paused.policies + moving.policies)


def _stretched(start: date, end: date, uncounted: Iterable[tuple[date, date]]) -> date:
    for first, until in uncounted:
        if first <= end and until > start:
            end += until - max(first, start)
    return end
