"""Who decides, lists, orders and is competent, on both sides of 01/07/2026."""

from datetime import date

import pytest

from libs.law.applied import Applied
from libs.law.authority import commune_without_stable_residence, decider, lister, may_include, monitoring_orderer
from libs.law.law import LAW
from libs.law.values import Authority, Lister
from libs.law.words import CompetentCommune, Content

OLD = date(2026, 6, 30)
NEW = date(2026, 7, 1)
ALWAYS = {Content.LIST, Content.COUNSEL_AND_HELP, Content.DETECT_AND_PREVENT_USE}


@pytest.mark.parametrize("on", [OLD, NEW])
def test_the_chairman_decides_under_both_laws(on: date) -> None:
    assert decider(LAW, on=on) == Applied(Authority.COMMUNE_CHAIRMAN, ("R-04",))


def test_the_police_first_help_to_list_then_list() -> None:
    helped = Lister(Authority.COMMUNE_PEOPLES_COMMITTEE, helped_by=Authority.COMMUNE_POLICE)
    assert lister(LAW, on=OLD) == Applied(helped, ("R-05",))
    assert lister(LAW, on=NEW) == Applied(Lister(Authority.COMMUNE_POLICE_CHIEF), ("R-06",))


def test_electronic_monitoring_is_ordered_by_the_police_chief_and_only_from_01_07_2026() -> None:
    assert monitoring_orderer(LAW, on=OLD) == Applied(None)
    assert monitoring_orderer(LAW, on=NEW) == Applied(Authority.COMMUNE_POLICE_CHIEF, ("R-39",))


@pytest.mark.parametrize("content", Content)
def test_what_management_may_consist_of_grows_on_01_07_2026(content: Content) -> None:
    assert may_include(content, LAW, on=OLD) == Applied(content in ALWAYS, ("R-07",))
    assert may_include(content, LAW, on=NEW) == Applied(value=True, rules=("R-08",))


def test_without_stable_residence_the_place_of_violation_manages_then_the_registered_one() -> None:
    before, after = CompetentCommune.WHERE_VIOLATION_WAS_FOUND, CompetentCommune.REGISTERED_WITH_FACILITY
    assert commune_without_stable_residence(LAW, on=OLD) == Applied(before, ("R-11",))
    assert commune_without_stable_residence(LAW, on=NEW) == Applied(after, ("R-12",))
