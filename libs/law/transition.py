"""Which law governs a case that touches 01/07/2026, when Law 120/2025 replaced Law 73/2021 (R-41, R-42, R-43)."""

from dataclasses import dataclass
from datetime import date

from libs.law.applied import Applied
from libs.law.l73 import L73_LAST_DAY
from libs.law.l120 import L120_IN_FORCE
from libs.law.law import Law
from libs.law.values import Regime


@dataclass(frozen=True, slots=True)
class CaseDates:
    """The dates of a case that the transition asks for; `decided_on` of None is a case not yet decided."""

    decided_on: date | None = None
    dossier_begun_on: date | None = None
    rehab_started_on: date | None = None
    completed_on: date | None = None


def governing_regime(case: CaseDates, law: Law, *, on: date) -> Applied[Regime]:
    """The law that governs the case on the day.

    From 01/07/2026 that is the new law for every decision not yet taken (L120 Art 56.1, R-41; Art 56.2, R-42). For
    people already under management the act is silent (R-43), so the switch `transition.under_management` answers.
    """
    if on < L120_IN_FORCE:
        return Applied(Regime.L73)
    if case.decided_on is not None and case.decided_on < L120_IN_FORCE:
        choice = law.choice("transition.under_management", Regime, on=on)
        return Applied(choice, ("R-43",), law.stated("transition.under_management"))
    names = [name for name, spoken_of in _transitions(case).items() if spoken_of]
    return Applied(Regime.L120, tuple(law.rule(name, on=on).id for name in names))


def governing_day(case: CaseDates, law: Law, *, on: date) -> Applied[date]:
    """The day whose rules apply to the case on `on`: itself, or 30/06/2026 where the old law still governs it."""
    regime = governing_regime(case, law, on=on)
    return regime.then(on if regime.value is Regime.L120 else min(on, L73_LAST_DAY))


def _transitions(case: CaseDates) -> dict[str, bool]:
    in_rehab = case.completed_on is None or case.completed_on >= L120_IN_FORCE
    return {
        "transition.in_rehab": in_rehab and _before(case.rehab_started_on),
        "transition.dossier_begun": _before(case.dossier_begun_on),
    }


def _before(day: date | None) -> bool:
    return day is not None and day < L120_IN_FORCE
