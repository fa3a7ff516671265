"""The questions that the law leaves open, and what this house does until somebody answers them."""

import pytest

from libs.law.law import LAW
from libs.law.policies import SWITCHES
from libs.law.switch import PolicySwitch

DEFAULTS = {
    "transition.under_management": "l120",
    "prison.of_earlier_cases": "pauses",
    "d116.end": "holds",
    "term.last_day": "anniversary",
    "term.leap_day": "last_of_february",
    "absence.under_l120": "not_counted",
    "transfer.term": "continues",
    "transfer.transit_days": "counted",
    "category.age_at": "decision",
    "decision.late": "review",
    "removal.not_addicted": "withheld",
    "removal.use_under_l120": "allowed",
    "rates.term_end": "does_not_censor",
    "publish.small_cell": 5,
}


def test_the_defaults_are_these() -> None:
    assert {switch.name: switch.default for switch in SWITCHES} == DEFAULTS


@pytest.mark.parametrize("switch", SWITCHES, ids=lambda switch: switch.name)
def test_a_switch_asks_a_question_names_its_doubt_and_has_another_answer(switch: PolicySwitch) -> None:
    assert switch.question.endswith("?")
    assert "§" in switch.source_of_doubt
    assert switch.default not in switch.alternatives
    assert all(LAW.with_policy(switch.name, other).stated(switch.name) for other in switch.alternatives)


def test_a_switch_that_stands_for_a_rule_names_one_that_exists() -> None:
    assert {switch.rule for switch in SWITCHES if switch.rule} <= {rule.id for rule in LAW.rules}
