"""Twins whose numbers a list exchanged: the same number under a different name waits, for both (§5.2 rule 8)."""

from datetime import date

import pytest

from libs.events.contracts.registry.police_list import RowOutcome
from services.registry.feed.resolving import Resolution
from tests.services.registry.feed.conftest import Registry, counts
from tests.services.registry.feed.lists import incoming, person, workbook

NUMBERS = ("075085000001", "075085000002")
MAY = date(2026, 5, 14)
Pair = tuple[str, str]
PAIRS = [
    ("Nguyễn Văn Tuấn", "Nguyễn Văn Toàn"),
    ("Trần Thị Song Anh", "Trần Thị Song Em"),
    ("Nguyễn Văn Hùng", "Nguyễn Văn Hưng"),
]


def twins(names: Pair, numbers: Pair) -> bytes:
    """A list of two people of one birth and one commune."""
    return workbook(
        *(
            person(0, name=name, number=number, dob="02/05/1985", sex=None)
            for name, number in zip(names, numbers, strict=True)
        )
    )


@pytest.mark.parametrize("names", PAIRS)
def test_exchanged_numbers_wait_and_nobody_gets_the_name_of_the_other(registry: Registry, names: Pair) -> None:
    assert registry.apply(incoming(twins(names, NUMBERS), as_of=MAY)).counts == counts(new=2)
    outcome = registry.apply(incoming(twins(names, (NUMBERS[1], NUMBERS[0]))))
    assert outcome.counts == counts(quarantined=2)
    assert [row.problems for row in registry.waiting()] == [("number_of_another",)] * 2
    assert "registry.name-recorded" not in registry.types()


@pytest.mark.parametrize("names", PAIRS)
def test_the_right_numbers_are_matched(registry: Registry, names: Pair) -> None:
    registry.apply(incoming(twins(names, NUMBERS), as_of=MAY))
    assert registry.apply(incoming(twins(names, NUMBERS))).counts == counts(matched=2)


def test_a_name_that_a_human_found_to_be_the_persons_is_known_from_then_on(registry: Registry) -> None:
    known, written = (
        person(0, name=name, number=NUMBERS[0], dob="1985") for name in ("Nguyễn Văn Hùng", "Nguyễn Văn Hưng")
    )
    registry.apply(incoming(workbook(known), as_of=MAY))
    registry.apply(incoming(workbook(written), as_of=date(2026, 5, 20)))
    (row,) = registry.waiting()
    registry.resolve(row.row_id, Resolution(RowOutcome.MATCHED, row.candidates[0]))
    moved = person(0, name="Nguyễn Văn Hưng", number=NUMBERS[0], dob="1985", address="ấp 99")
    assert registry.apply(incoming(workbook(moved))).counts == counts(matched=1)
