"""Equal rows: two people where nobody has a number, one row written again where somebody has (§5.5 items 21, 45)."""

from datetime import date

import pytest

from libs.events.contracts.registry.police_list import RowOutcome
from services.registry.domain.police_list import Counts
from services.registry.feed.resolving import Resolution
from tests.services.registry.feed.conftest import Registry, counts, known
from tests.services.registry.feed.lists import DAY, incoming, person, text_file, workbook

Row = tuple[object, ...]
MAY = date(2026, 5, 14)
HUNG: Row = person(0, name="Nguyễn Văn Hùng", number=None, dob="1985", address="ấp 1")
NUMBERED: list[Row] = [person(n) for n in range(1, 4)]
NEW = Resolution(RowOutcome.NEW)


def sent(registry: Registry, *rows: Row, as_of: date = DAY) -> tuple[Counts, int]:
    """The counts of a list, and how many events it added."""
    before = registry.events()
    outcome = registry.apply(incoming(workbook(*rows), as_of=as_of))
    assert outcome.counts.received == len(rows)
    return outcome.counts, registry.events() - before


def test_two_equal_rows_without_a_number_wait_for_a_human(registry: Registry) -> None:
    assert sent(registry, HUNG, HUNG) == (counts(quarantined=2), 4)
    assert [row.problems for row in registry.waiting()] == [("twin_in_list",)] * 2
    assert registry.everybody() == []
    assert len({row.row_id for row in registry.waiting()}) == 2


@pytest.mark.parametrize("number", ["111111111111", "1.23457E+11", "không có"])
def test_what_stands_for_no_number_tells_nobody_apart(registry: Registry, number: str) -> None:
    row = person(0, number=number)
    assert sent(registry, row, row)[0] == counts(quarantined=2)


@pytest.mark.parametrize("number", ["075085000001", "271234567"])
def test_an_equal_row_with_a_number_is_the_same_again(registry: Registry, number: str) -> None:
    row = person(0, number=number, dob="1985")
    assert sent(registry, row, row) == (counts(new=1, rejected=1), 3)


def test_equal_rows_that_wait_are_sent_again_without_an_event(registry: Registry) -> None:
    sent(registry, HUNG, HUNG, as_of=MAY)
    assert sent(registry, HUNG, HUNG, as_of=MAY) == (counts(quarantined=2), 0)
    before = registry.events()
    assert registry.apply(incoming(text_file(HUNG, HUNG), as_of=MAY)).repeated
    assert registry.events() == before
    assert sent(registry, HUNG, HUNG) == (counts(quarantined=2, carried=2), 2)
    assert len(registry.waiting()) == 2


def test_one_more_equal_row_than_before_waits(registry: Registry) -> None:
    sent(registry, HUNG, as_of=MAY)
    (someone,) = registry.everybody()
    assert sent(registry, HUNG, HUNG) == (counts(matched=1, quarantined=1), 3)
    (row,) = registry.waiting()
    assert row.problems == ("suggested_one", "twin_in_list")
    assert row.candidates == (someone.person_id,)


def test_a_row_like_one_that_waits_since_an_earlier_list_waits_too(registry: Registry) -> None:
    dead = person(0, number=None, note="đã chết")
    sent(registry, dead, as_of=MAY)
    assert sent(registry, dead, person(0, number=None))[0] == counts(quarantined=2, carried=1)
    assert registry.everybody() == []


def test_two_people_found_behind_equal_rows_are_known_from_then_on(registry: Registry) -> None:
    sent(registry, HUNG, HUNG, as_of=MAY)
    for row in registry.waiting():
        registry.resolve(row.row_id, NEW)
    assert len(registry.everybody()) == 2
    assert sent(registry, HUNG, HUNG) == (counts(matched=2), 2)


def test_one_person_found_behind_equal_rows_is_known_from_then_on(registry: Registry) -> None:
    someone = known(registry, 0, full_name="Nguyễn Văn Hùng", citizen_id=None)
    sent(registry, HUNG, HUNG, as_of=MAY)
    for row in registry.waiting():
        registry.resolve(row.row_id, Resolution(RowOutcome.MATCHED, someone))
    assert sent(registry, HUNG, HUNG) == (counts(matched=2), 2)


def test_one_person_and_nobody_behind_equal_rows_are_known_from_then_on(registry: Registry) -> None:
    sent(registry, HUNG, HUNG, as_of=MAY)
    first, second = registry.waiting()
    registry.resolve(first.row_id, NEW)
    registry.resolve(second.row_id, Resolution(RowOutcome.REJECTED))
    assert sent(registry, HUNG, HUNG) == (counts(matched=1, rejected=1), 2)
    assert sent(registry, HUNG, as_of=date(2026, 6, 13)) == (counts(matched=1), 2)


@pytest.mark.parametrize("times", [2, 3])
def test_a_list_that_was_pasted_twice_says_everything_once(registry: Registry, times: int) -> None:
    rows = [*NUMBERED, HUNG, HUNG, person(9, number=None)]
    outcome, _ = sent(registry, *rows * times)
    assert outcome == counts(new=4, quarantined=2, rejected=6 * (times - 1))
    assert len(registry.everybody()) == 4


def test_a_known_list_that_was_pasted_twice_adds_only_that_it_came(registry: Registry) -> None:
    rows = [*NUMBERED, HUNG, HUNG, person(9, number=None)]
    sent(registry, *rows, as_of=MAY)
    assert sent(registry, *rows, *rows) == (counts(matched=4, quarantined=2, carried=2, rejected=6), 2)
    assert sent(registry, *rows, *rows) == (counts(matched=4, quarantined=2, carried=2, rejected=6), 0)


def test_what_only_looks_pasted_waits(registry: Registry) -> None:
    rows = [NUMBERED[0], HUNG]
    assert sent(registry, *rows, *rows)[0] == counts(new=1, quarantined=2, rejected=1)
