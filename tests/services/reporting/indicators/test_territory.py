"""Which recorded units count for the unit asked for, on either map; a divided unit is never guessed."""

from datetime import date

import pytest

from libs.web.units import BareUnit, UnknownUnitCode
from services.reporting.indicators.periods import Period
from services.reporting.indicators.territory import UnitMap, UnitMapMismatch, territory_of
from tests.services.reporting.asked import FIRST_HALF, asked
from tests.services.reporting.story import Story

HANG_GON, PROVINCE = "2025:26113", "2025:75"
# Merged into Hàng Gòn whole; divided among wards of Hà Nội.
XUAN_TAN, DIVIDED = "2004:26110", "2004:00112"
BA_DINH, HANOI = "2025:00004", "2025:01"


def test_the_map_of_now_holds_what_was_wholly_succeeded() -> None:
    found = territory_of(HANG_GON, UnitMap.CURRENT)
    assert found.units == frozenset({HANG_GON, XUAN_TAN, "2004:26113"})
    assert found.divided == frozenset()


def test_the_map_of_then_holds_the_unit_itself() -> None:
    assert territory_of(HANG_GON, UnitMap.AS_RECORDED).units == frozenset({HANG_GON})
    assert territory_of(XUAN_TAN, UnitMap.AS_RECORDED).units == frozenset({XUAN_TAN})


def test_a_merged_province_holds_everything_below_those_it_was_made_of() -> None:
    found = territory_of(PROVINCE, UnitMap.CURRENT)
    assert {"2004:70", "2004:688", "2004:25216", "2004:75", "2004:732", XUAN_TAN} <= (found.units or set())
    assert found.divided == frozenset()


def test_a_divided_unit_belongs_to_the_province_and_to_no_ward() -> None:
    ward = territory_of(BA_DINH, UnitMap.CURRENT)
    assert DIVIDED in ward.divided
    assert DIVIDED not in ward
    assert DIVIDED in territory_of(HANOI, UnitMap.CURRENT)


@pytest.mark.parametrize("country", ["2025:VN", "2004:VN"])
def test_the_country_holds_every_unit_of_both_catalogues(country: str) -> None:
    found = territory_of(country, UnitMap.AS_RECORDED)
    assert XUAN_TAN in found
    assert HANG_GON in found


def test_a_unit_of_2004_is_not_on_the_map_of_now() -> None:
    with pytest.raises(UnitMapMismatch):
        territory_of(XUAN_TAN, UnitMap.CURRENT)


@pytest.mark.parametrize(
    ("text", "refusal"), [("26113", BareUnit), ("2025:99999", UnknownUnitCode), ("x", UnknownUnitCode)]
)
def test_an_unknown_or_bare_code_is_refused(text: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        territory_of(text, UnitMap.CURRENT)


def test_people_of_a_divided_unit_are_shown_and_not_counted() -> None:
    story = Story()
    story.person(date(2024, 3, 1), DIVIDED).managed(date(2024, 3, 1))
    story.person(date(2024, 3, 1), BA_DINH).managed(date(2024, 3, 1))
    period = Period(date(2024, 1, 1), date(2024, 12, 31))
    for indicator in ("I-01", "I-02", "I-03", "I-04", "I-05", "I-06"):
        found = asked(story, indicator, period, unit=BA_DINH)
        assert found.denominator == 1, indicator
        assert {one.unit: one.people for one in found.divided if one.people} == {DIVIDED: 1}, indicator
        assert asked(story, indicator, period, unit=HANOI).denominator == 2, indicator


def test_the_old_ward_s_people_are_counted_in_the_new_one_on_the_map_of_now_only() -> None:
    story = Story()
    story.person(date(2024, 3, 1), XUAN_TAN)
    maps = {UnitMap.CURRENT: 1, UnitMap.AS_RECORDED: 0}
    for unit_map, expected in maps.items():
        assert asked(story, "I-03", FIRST_HALF, unit=HANG_GON, unit_map=unit_map).denominator == expected
    assert asked(story, "I-03", FIRST_HALF, unit=XUAN_TAN, unit_map=UnitMap.AS_RECORDED).denominator == 1
