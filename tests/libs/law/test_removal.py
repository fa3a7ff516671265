"""What takes people off the list, what prison does, and removal at the end of the term."""

from datetime import date

import pytest

from libs.law.applied import Applied
from libs.law.choices import Removal
from libs.law.law import LAW, Law
from libs.law.removal import UseInTerm, prison_effect, removal_after_term, takes_off_list
from libs.law.transition import CaseDates
from libs.law.words import OffList, PrisonEffect

OLD = date(2026, 6, 30)
NEW = date(2026, 7, 1)
DECIDED_BEFORE = CaseDates(decided_on=date(2025, 7, 10))
DECIDED_AFTER = CaseDates(decided_on=NEW)


@pytest.mark.parametrize(
    ("reason", "before", "after"),
    [
        (OffList.PRISON, ("R-32",), ("R-33",)),
        (OffList.COMPULSORY_EDUCATION, None, ("R-33",)),
        (OffList.REFORMATORY, None, ("R-33",)),
        (OffList.DETERMINED_ADDICTED, None, ("R-33",)),
        (OffList.MOVED_AWAY, ("R-35",), ("R-35",)),
        (OffList.DECEASED, ("R-36",), ("R-36",)),
        (OffList.DECLARED_MISSING, ("R-36",), ("R-36",)),
    ],
)
def test_a_reason_takes_off_the_list_by_the_law_of_its_day(
    reason: OffList, before: tuple[str, ...] | None, after: tuple[str, ...]
) -> None:
    named_by_none = Applied(value=False, rules=("R-32", "R-35", "R-36"))
    assert takes_off_list(reason, LAW, on=OLD) == (Applied(True, before) if before else named_by_none)
    assert takes_off_list(reason, LAW, on=NEW) == Applied(True, after)


@pytest.mark.parametrize("case", [DECIDED_BEFORE, CaseDates()])
def test_prison_until_30_06_2026_ends_the_case(case: CaseDates) -> None:
    assert prison_effect(case, LAW, imprisoned_on=OLD) == Applied(PrisonEffect.ENDS, ("R-32",))


@pytest.mark.parametrize("case", [DECIDED_AFTER, CaseDates()])
def test_prison_from_01_07_2026_pauses_the_term(case: CaseDates) -> None:
    assert prison_effect(case, LAW, imprisoned_on=NEW) == Applied(PrisonEffect.PAUSES, ("R-33", "R-34"))


def test_prison_from_01_07_2026_in_an_earlier_case_follows_a_switch() -> None:
    ending = LAW.with_policy("prison.of_earlier_cases", "ends")
    assert prison_effect(DECIDED_BEFORE, LAW, imprisoned_on=NEW) == Applied(
        PrisonEffect.PAUSES, ("R-33", "R-34"), ("prison.of_earlier_cases=pauses",)
    )
    assert prison_effect(DECIDED_BEFORE, ending, imprisoned_on=NEW) == Applied(
        PrisonEffect.ENDS, ("R-33",), ("prison.of_earlier_cases=ends",)
    )
    assert prison_effect(DECIDED_AFTER, ending, imprisoned_on=NEW).value is PrisonEffect.PAUSES


ALLOWED, WITHHELD = Removal.ALLOWED, Removal.WITHHELD
KEPT_OLD_LAW = LAW.with_policy("R-43", "l73")


@pytest.mark.parametrize(
    ("use", "case", "on", "law", "removal", "rules"),
    [
        (UseInTerm.NONE, DECIDED_BEFORE, OLD, LAW, ALLOWED, ("R-30",)),
        (UseInTerm.DETECTED, DECIDED_BEFORE, OLD, LAW, WITHHELD, ("R-30",)),
        (UseInTerm.NOT_ADDICTED, DECIDED_BEFORE, OLD, LAW, WITHHELD, ("R-30",)),
        (UseInTerm.NONE, DECIDED_BEFORE, NEW, LAW, ALLOWED, ("R-43", "R-31")),
        (UseInTerm.DETECTED, DECIDED_BEFORE, NEW, LAW, ALLOWED, ("R-43", "R-31")),
        (UseInTerm.DETECTED, DECIDED_BEFORE, NEW, KEPT_OLD_LAW, WITHHELD, ("R-43", "R-30")),
        (UseInTerm.NONE, DECIDED_AFTER, NEW, LAW, ALLOWED, ("R-31",)),
        (UseInTerm.DETECTED, DECIDED_AFTER, NEW, LAW, ALLOWED, ("R-31",)),
        (UseInTerm.NOT_ADDICTED, DECIDED_AFTER, NEW, KEPT_OLD_LAW, ALLOWED, ("R-31",)),
    ],
)
def test_detected_use_withholds_removal_under_the_old_law_only(
    use: UseInTerm, case: CaseDates, on: date, law: Law, removal: Removal, rules: tuple[str, ...]
) -> None:
    found = removal_after_term(use, case, law, on=on)
    assert (found.value, found.rules) == (removal, rules)


@pytest.mark.parametrize(
    ("switch", "choice", "use", "on", "removal"),
    [
        ("removal.not_addicted", "allowed", UseInTerm.NOT_ADDICTED, OLD, ALLOWED),
        ("removal.not_addicted", "allowed", UseInTerm.DETECTED, OLD, WITHHELD),
        ("removal.use_under_l120", "withheld", UseInTerm.DETECTED, NEW, WITHHELD),
        ("removal.use_under_l120", "withheld", UseInTerm.NOT_ADDICTED, NEW, WITHHELD),
        ("removal.use_under_l120", "withheld", UseInTerm.NONE, NEW, ALLOWED),
    ],
)
def test_where_the_law_is_silent_on_use_a_switch_decides(
    switch: str, choice: str, use: UseInTerm, on: date, removal: Removal
) -> None:
    assert removal_after_term(use, DECIDED_BEFORE, LAW.with_policy(switch, choice), on=on).value is removal


def test_an_answer_states_the_switches_it_rests_on() -> None:
    old = removal_after_term(UseInTerm.NOT_ADDICTED, DECIDED_BEFORE, LAW, on=OLD)
    new = removal_after_term(UseInTerm.NOT_ADDICTED, DECIDED_BEFORE, LAW, on=NEW)
    assert old.policies == ("removal.not_addicted=withheld",)
    assert new.policies == ("transition.under_management=l120", "removal.use_under_l120=allowed")
