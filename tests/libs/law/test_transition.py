"""Which law governs a case that touches 01/07/2026."""

from datetime import date

import pytest

from libs.law.applied import Applied
from libs.law.law import LAW
from libs.law.transition import CaseDates, governing_day, governing_regime
from libs.law.values import Regime

OLD = date(2026, 6, 30)
NEW = date(2026, 7, 1)
OLD_LAW_STAYS = LAW.with_policy("R-43", "l73")


@pytest.mark.parametrize("case", [CaseDates(), CaseDates(decided_on=OLD)])
def test_until_30_06_2026_the_old_law_governs(case: CaseDates) -> None:
    assert governing_regime(case, LAW, on=OLD) == Applied(Regime.L73)


def test_people_in_rehab_on_01_07_2026_are_managed_under_the_new_law() -> None:
    case = CaseDates(rehab_started_on=OLD, completed_on=date(2026, 9, 1), decided_on=date(2026, 9, 5))
    assert governing_regime(case, LAW, on=date(2026, 9, 5)) == Applied(Regime.L120, ("R-41",))


@pytest.mark.parametrize("decided_on", [NEW, None])
def test_a_dossier_begun_before_and_decided_after_is_under_the_new_law(decided_on: date | None) -> None:
    case = CaseDates(completed_on=date(2026, 6, 1), dossier_begun_on=OLD, decided_on=decided_on)
    assert governing_regime(case, OLD_LAW_STAYS, on=NEW) == Applied(Regime.L120, ("R-42",))


def test_a_case_that_begins_wholly_under_the_new_law_needs_no_transition() -> None:
    case = CaseDates(decided_on=NEW, dossier_begun_on=NEW, rehab_started_on=NEW)
    assert governing_regime(case, LAW, on=NEW) == Applied(Regime.L120)


def test_people_already_under_management_follow_the_switch() -> None:
    case = CaseDates(decided_on=OLD)
    new = governing_regime(case, LAW, on=NEW)
    old = governing_regime(case, OLD_LAW_STAYS, on=NEW)
    assert new == Applied(Regime.L120, ("R-43",), ("transition.under_management=l120",))
    assert old == Applied(Regime.L73, ("R-43",), ("transition.under_management=l73",))


def test_under_the_old_law_a_later_day_is_read_as_its_last() -> None:
    case = CaseDates(decided_on=OLD)
    assert governing_day(case, LAW, on=date(2026, 9, 1)).value == date(2026, 9, 1)
    assert governing_day(case, OLD_LAW_STAYS, on=date(2026, 9, 1)).value == OLD
    assert governing_day(case, OLD_LAW_STAYS, on=date(2026, 6, 1)).value == date(2026, 6, 1)
