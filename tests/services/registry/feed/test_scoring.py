"""How like a row and a person are, and where the two thresholds fall."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from libs.events.contracts.registry.police_list import RowOutcome
from libs.events.contracts.values import Sex
from libs.vietnam.dates import PartialDate
from libs.vietnam.units import UnitRef
from services.registry.feed.known import KnownPerson
from services.registry.feed.lookup import Found
from services.registry.feed.matching import End, match
from services.registry.feed.rows import ListRow
from services.registry.feed.scoring import LOWER, UPPER, Likeness
from tests.services.registry.feed.lists import HANG_GON, row_of

ONE, TWO = UUID(int=1), UUID(int=2)
NUMBER = "075085001234"
ROW = row_of(dob="02/05/1985", sex="Nam")


def person(person_id: UUID = ONE, **changed: Any) -> KnownPerson:
    known = KnownPerson(
        person_id=person_id,
        unit=HANG_GON,
        sex=Sex.MALE,
        birth_year=1985,
        birth_date="1985-05-02",
        address=None,
        dead=False,
        searched_names=frozenset({"nguyen van binh"}),
        citizen_ids=frozenset(),
        legacy_ids=frozenset(),
        names=frozenset({"Nguyễn Văn Bình"}),
    )
    same = {"names": changed["searched_names"]} if "searched_names" in changed else {}
    return replace(known, **same, **changed)


@pytest.mark.parametrize(
    ("changed", "least", "below"),
    [
        ({}, 100, 101),
        ({"birth_date": "1985"}, UPPER, 100),
        ({"searched_names": frozenset({"nguyen van binh"})}, 100, 101),
        ({"searched_names": frozenset({"le tam", "nguyen van binh"})}, 100, 101),
        ({"searched_names": frozenset({"nguyen binh"})}, UPPER, 100),
        ({"unit": "2004:26110"}, 100, 101),
        ({"unit": "2025:26080"}, UPPER, 100),
        ({"unit": "2025:00004"}, LOWER, UPPER),
        ({"unit": "2025:00004", "birth_date": None}, 0, LOWER),
        ({"birth_year": None, "birth_date": None}, LOWER, UPPER),
        ({"birth_year": 1986, "birth_date": "1986-05-02"}, 0, LOWER),
        ({"birth_date": "1985-05-03"}, 0, LOWER),
        ({"searched_names": frozenset({"tran quoc binh"})}, 0, LOWER),
        ({"sex": Sex.FEMALE}, 0, 1),
        ({"sex": Sex.UNKNOWN}, 100, 101),
        ({"searched_names": frozenset()}, 0, LOWER),
    ],
)
def test_where_the_thresholds_fall(changed: dict[str, Any], least: int, below: int) -> None:
    assert least <= Likeness(ROW).score(person(**changed)) < below


def test_another_number_is_another_person_unless_it_may_be_mistyped() -> None:
    row = replace(ROW, citizen_id=NUMBER)
    assert Likeness(row).score(person(citizen_ids=frozenset({"075085999999"}))) == 0
    assert Likeness(row).score(person(citizen_ids=frozenset({"075085001235"}))) == 100


@pytest.mark.parametrize(
    ("changed", "speaks"),
    [
        ({}, False),
        ({"searched_names": frozenset({"nguyen binh"})}, False),
        ({"birth_year": None, "birth_date": None}, False),
        ({"unit": "2025:00004"}, False),
        ({"searched_names": frozenset({"tran thi hoa"})}, True),
        ({"birth_date": "1985-06-02"}, True),
        ({"birth_year": 1990, "birth_date": None}, True),
        ({"sex": Sex.FEMALE}, True),
    ],
)
def test_what_speaks_against_a_number(changed: dict[str, Any], speaks: bool) -> None:  # noqa: FBT001 -- The answer.
    assert Likeness(ROW).contradicts(person(**changed)) is speaks


def ends(row: ListRow, *persons: KnownPerson, number: str | None = None, likely: frozenset[UUID] = frozenset()) -> End:
    by_number = {number: frozenset(one.person_id for one in persons)} if number else {}
    return match(0, row, Found({one.person_id: one for one in persons}, by_number, {0: likely}))


def test_twelve_digits_link_by_themselves_and_nothing_else_does() -> None:
    row, like = replace(ROW, citizen_id=NUMBER), person()
    assert ends(row, like, number=NUMBER) == End(RowOutcome.MATCHED, ONE)
    assert ends(ROW, like, likely=frozenset({ONE})) == End(RowOutcome.QUARANTINED, None, (ONE,), ("suggested_one",))


@pytest.mark.parametrize(
    ("persons", "code"),
    [
        ([person(), person(TWO)], "number_of_several"),
        ([person(birth_year=1990, birth_date=None)], "number_of_another"),
        ([person(searched_names=frozenset())], "person_erased"),
        ([person(dead=True)], "person_died"),
    ],
)
def test_a_number_with_a_doubt_waits(persons: list[KnownPerson], code: str) -> None:
    end = ends(replace(ROW, citizen_id=NUMBER), *persons, number=NUMBER)
    assert (end.outcome, end.codes) == (RowOutcome.QUARANTINED, (code,))
    assert end.candidates == tuple(one.person_id for one in persons)


def test_nine_digits_beside_any_likeness_are_worth_a_look() -> None:
    row = replace(ROW, legacy_id9="271234567", full_name="Trần Quốc Tám")
    assert ends(row, person(), number="271234567").codes == ("suggested_one",)
    assert ends(row, person(sex=Sex.FEMALE), number="271234567") == End(RowOutcome.NEW)


def test_the_best_come_first_and_no_more_than_five() -> None:
    many = [person(UUID(int=n), unit="2025:26080") for n in range(2, 9)]
    end = ends(ROW, *many, person(), likely=frozenset(UUID(int=n) for n in range(1, 9)))
    assert end.codes == ("suggested_several",)
    assert (end.candidates[0], len(end.candidates)) == (ONE, 5)


@pytest.mark.parametrize(
    ("row", "outcome"),
    [
        (ROW, RowOutcome.NEW),
        (replace(ROW, birth=None), RowOutcome.QUARANTINED),
        (replace(ROW, birth=None, citizen_id=NUMBER), RowOutcome.NEW),
        (replace(ROW, birth=PartialDate(1985)), RowOutcome.NEW),
        (replace(ROW, full_name="Bình"), RowOutcome.QUARANTINED),
        (replace(ROW, full_name="Bình", citizen_id=NUMBER), RowOutcome.NEW),
        (replace(ROW, unit=None), RowOutcome.QUARANTINED),
        (replace(ROW, unit=UnitRef("2004:26110")), RowOutcome.NEW),
    ],
)
def test_who_can_be_registered(row: ListRow, outcome: RowOutcome) -> None:
    assert ends(row).outcome is outcome
