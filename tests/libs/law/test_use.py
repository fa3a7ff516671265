"""What follows from a positive test, a refused one and a detected use, on both sides of 01/07/2026."""

from datetime import date

import pytest

from libs.law.applied import Applied
from libs.law.law import LAW
from libs.law.use import may_escort, positive_sent_to, triggers_compulsory_rehab, triggers_determination
from libs.law.values import Authority, SentAtOnce
from libs.law.words import NotSent

OLD = date(2026, 6, 30)
NEW = date(2026, 7, 1)


def test_a_positive_goes_to_the_chairman_then_to_the_police_chief() -> None:
    assert positive_sent_to(LAW, on=OLD) == Applied(SentAtOnce(Authority.COMMUNE_CHAIRMAN), ("R-22",))
    assert positive_sent_to(LAW, on=NEW) == Applied(SentAtOnce(Authority.COMMUNE_POLICE_CHIEF), ("R-23",))


def test_nobody_is_escorted_to_a_test_before_01_07_2026() -> None:
    assert may_escort(LAW, on=OLD) == Applied(value=False)
    assert may_escort(LAW, on=NEW) == Applied(value=True, rules=("R-24",))


@pytest.mark.parametrize("on", [OLD, NEW])
@pytest.mark.parametrize("under_management", [True, False])
def test_use_under_management_calls_for_a_determination(on: date, *, under_management: bool) -> None:
    found = triggers_determination(LAW, used_on=on, under_management=under_management)
    assert found == Applied(under_management, ("R-25",))


@pytest.mark.parametrize("on", [OLD, NEW])
@pytest.mark.parametrize(
    ("age", "under_management", "triggered"), [(18, True, True), (17, True, False), (18, False, False)]
)
def test_an_adult_determined_addicted_under_management_goes_the_compulsory_way(
    on: date, age: int, *, under_management: bool, triggered: bool
) -> None:
    found = triggers_compulsory_rehab(LAW, determined_on=on, age=age, under_management=under_management)
    assert found == Applied(triggered, ("R-26",))


@pytest.mark.parametrize("ground", NotSent)
def test_those_exempt_are_not_sent_from_01_07_2026_on(ground: NotSent) -> None:
    def sent(on: date) -> Applied[bool]:
        exempt = frozenset({ground})
        return triggers_compulsory_rehab(LAW, determined_on=on, age=30, under_management=True, exempt=exempt)

    assert sent(OLD) == Applied(value=True, rules=("R-26",))
    assert sent(NEW) == Applied(value=False, rules=("R-26", "R-29"))
