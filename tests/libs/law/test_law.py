"""What the law object promises: what holds on a day, what is chosen where the law is silent, and nothing changes it."""

from datetime import date

import pytest

from libs.law.choices import ActEnd, Removal
from libs.law.law import LAW, Law, NotInForce, UnknownToLaw
from libs.law.switch import NotAChoice
from libs.law.values import Regime, WorkingDays

OLD = date(2026, 6, 30)
NEW = date(2026, 7, 1)


@pytest.mark.parametrize(
    ("rule_id", "on", "holds"),
    [
        ("R-30", date(2021, 12, 31), False),
        ("R-30", date(2022, 1, 1), True),
        ("R-30", OLD, True),
        ("R-30", NEW, False),
        ("R-31", OLD, False),
        ("R-31", NEW, True),
        ("R-01", date(2099, 1, 1), True),
    ],
)
def test_a_rule_holds_from_its_first_day_to_its_last(rule_id: str, on: date, *, holds: bool) -> None:
    assert LAW.holds(rule_id, on=on) is holds


def test_nothing_is_known_of_days_before_the_law() -> None:
    assert LAW.find("term.category_a", on=date(2021, 12, 31)) is None
    with pytest.raises(NotInForce, match=r"term.category_a is in force on 2021-12-31"):
        LAW.rule("term.category_a", on=date(2021, 12, 31))


def test_a_name_that_is_not_in_the_law_is_refused() -> None:
    with pytest.raises(UnknownToLaw, match="R-99"):
        LAW.holds("R-99", on=NEW)
    with pytest.raises(UnknownToLaw, match=r"no\.such\.rule"):
        LAW.rule("no.such.rule", on=NEW)
    with pytest.raises(UnknownToLaw, match=r"no\.such\.switch"):
        LAW.with_policy("no.such.switch", 1)


def test_a_switch_is_found_by_its_name_and_by_the_rule_it_stands_for() -> None:
    assert LAW.policy("R-43", on=NEW) is Regime.L120
    assert LAW.policy("transition.under_management", on=NEW) is Regime.L120


def test_a_question_does_not_arise_before_its_day() -> None:
    with pytest.raises(NotInForce, match="2026-07-01"):
        LAW.policy("R-43", on=OLD)


def test_turning_a_switch_leaves_the_law_as_it_was() -> None:
    other = LAW.with_policy("R-43", "l73")
    assert other.policy("R-43", on=NEW) is Regime.L73
    assert LAW.policy("R-43", on=NEW) is Regime.L120
    assert other.stated("R-43") == ("transition.under_management=l73",)


def test_the_last_turn_of_a_switch_counts() -> None:
    law = LAW.with_policy("removal.not_addicted", Removal.ALLOWED).with_policy("removal.not_addicted", "withheld")
    assert law.choices == (("removal.not_addicted", Removal.WITHHELD),)


def test_a_choice_that_the_switch_does_not_know_is_refused() -> None:
    with pytest.raises(NotAChoice, match=r"d116.end cannot be 'perhaps'"):
        LAW.with_policy("d116.end", "perhaps")


def test_a_number_can_be_chosen_by_its_text() -> None:
    assert LAW.choice("publish.small_cell", int, on=NEW) == 5
    assert LAW.with_policy("publish.small_cell", "10").choice("publish.small_cell", int, on=NEW) == 10


def test_a_choice_read_as_another_type_is_an_error() -> None:
    with pytest.raises(TypeError, match=r"publish\.small_cell"):
        LAW.choice("publish.small_cell", Regime, on=NEW)


def test_rules_of_decree_116_hold_until_a_switch_ends_them_with_law_73() -> None:
    ended = LAW.with_policy("d116.end", ActEnd.ENDED)
    assert LAW.holds("R-10", on=NEW)
    assert ended.holds("R-10", on=OLD)
    assert not ended.holds("R-10", on=NEW)
    assert ended.rule("dossier.open_within", on=OLD).read(WorkingDays) == WorkingDays(3)
    assert {rule.id for rule in LAW.rules if LAW.holds(rule.id, on=NEW) and not ended.holds(rule.id, on=NEW)} == {
        "R-10", "R-13", "R-14", "R-15", "R-16", "R-17", "R-18", "R-21", "R-37", "R-38", "R-44",
    }  # fmt: skip


def test_a_law_can_be_made_of_other_rows() -> None:
    assert Law(rules=(), switches=()).rules == ()
