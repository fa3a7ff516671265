"""The days that do not count in a management term: unreported absence, prison, and transit if a switch says so."""

from collections.abc import Sequence
from datetime import date

from libs.law.applied import Applied
from libs.law.l73 import L73_IN_FORCE, L73_LAST_DAY
from libs.law.l120 import L120_IN_FORCE
from libs.law.law import Law
from libs.law.spans import Span, clipped
from libs.law.words import Counting, PrisonEffect

Spans = tuple[Span, ...]


def absences(spans: Sequence[Span], law: Law) -> Applied[Spans]:
    """What of the unreported absences is not counted (R-18, D116 Art 79).

    Whether the rule survives 30/06/2026 is the switch `d116.end`, and whether it applies under Law 120/2025 the
    switch `absence.under_l120`; both are stated where an absence reaches past that day.
    """
    kept = _in_force(spans, "absence.unreported", law)
    if not clipped(spans, L120_IN_FORCE, None):
        return kept
    in_doubt = law.end_in_doubt("absence.unreported", on=L120_IN_FORCE)
    if law.choice("absence.under_l120", Counting, on=L120_IN_FORCE) is Counting.COUNTED:
        kept = _in_force(clipped(kept.value, L73_IN_FORCE, L73_LAST_DAY), "absence.unreported", law)
    return kept.then(kept.value, policies=(*in_doubt, *law.stated("absence.under_l120")))


def pauses(spans: Sequence[Span], law: Law, *, decided_on: date) -> Applied[Spans]:
    """What of the imprisonments pauses the term: their days from 01/07/2026 on (R-34, L120 Art 47.1).

    For a case decided before, the switch `prison.of_earlier_cases` says whether prison pauses the term at all. An
    imprisonment that began before ended the case then (`libs.law.removal.prison_effect`).
    """
    kept = _in_force(spans, "term.prison", law)
    if not kept.value or decided_on >= L120_IN_FORCE:
        return kept
    pausing = law.choice("prison.of_earlier_cases", PrisonEffect, on=L120_IN_FORCE) is PrisonEffect.PAUSES
    policies = law.stated("prison.of_earlier_cases")
    return kept.then(kept.value, policies=policies) if pausing else Applied((), policies=policies)


def transits(spans: Sequence[Span], law: Law, *, on: date) -> Applied[Spans]:
    """What of the days between leaving and being received is not counted: nothing, unless `transfer.transit_days`."""
    if not spans:
        return Applied(())
    counted = law.choice("transfer.transit_days", Counting, on=on) is Counting.COUNTED
    return Applied(() if counted else tuple(spans), policies=law.stated("transfer.transit_days"))


def _in_force(spans: Sequence[Span], name: str, law: Law) -> Applied[Spans]:
    found: Applied[Spans] = Applied(())
    for rule in law.versions(name):
        if kept := clipped(spans, rule.valid_from, law.last_day(rule)):
            found = found.then((*found.value, *kept), [rule.id])
    return found
