"""Stretches of time: what is taken out, what is left, and on which side of a border a day lies."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reporting.indicators.spells import covers, days, merged, parted, within, without

START = date(2025, 1, 1)


def day(n: int) -> date:
    return date.fromordinal(START.toordinal() + n)


@pytest.mark.parametrize(
    ("gaps", "left"),
    [
        ([], [(0, 10)]),
        ([(2, 4)], [(0, 2), (4, 10)]),
        ([(2, 4), (3, 6)], [(0, 2), (6, 10)]),
        ([(6, 8), (2, 4)], [(0, 2), (4, 6), (8, 10)]),
        ([(-5, 3)], [(3, 10)]),
        ([(8, 20)], [(0, 8)]),
        ([(3, None)], [(0, 3)]),
        ([(-3, None)], []),
        ([(-5, -1), (12, 14)], [(0, 10)]),
        ([(0, 10)], []),
    ],
)
def test_gaps_are_taken_out(gaps: list[tuple[int, int | None]], left: list[tuple[int, int]]) -> None:
    dated = [(day(a), None if b is None else day(b)) for a, b in gaps]
    assert without((day(0), day(10)), dated) == [(day(a), day(b)) for a, b in left]


def test_overlapping_stretches_are_one_and_touching_ones_stay_two() -> None:
    spells = [(day(a), day(b)) for a, b in ((20, 30), (0, 10), (5, 7), (8, 12), (12, 15))]
    assert merged(spells) == [(day(a), day(b)) for a, b in ((0, 12), (12, 15), (20, 30))]


def test_a_stretch_holds_its_last_day_and_not_its_first() -> None:
    assert [covers([(day(0), day(2))], day(n)) for n in (0, 1, 2, 3)] == [False, True, True, False]
    assert covers([(day(1), day(1))], day(1)), "of a stretch of one day, that day"


def test_what_lies_outside_leaves_nothing() -> None:
    spells = [(day(0), day(2)), (day(4), day(6)), (day(7), day(7))]
    assert list(within(spells, day(2), day(6))) == [(day(4), day(6))]
    assert list(within(spells, day(5), day(7))) == [(day(5), day(6)), (day(7), day(7))]


Numbers = st.integers(-5, 40)


@given(st.integers(0, 30), st.lists(st.tuples(Numbers, st.one_of(st.none(), Numbers)), max_size=5))
def test_what_is_left_is_what_no_gap_holds(length: int, gaps: list[tuple[int, int | None]]) -> None:
    gaps = [(a, b if b is None or b >= a else a) for a, b in gaps]
    left = without((day(0), day(length)), [(day(a), None if b is None else day(b)) for a, b in gaps])
    free = [n for n in range(1, length + 1) if not any(a < n and (b is None or n <= b) for a, b in gaps)]
    assert days(left) == len(free)
    assert [n for n in range(1, length + 1) if covers([one for one in left if one[0] != one[1]], day(n))] == free


@pytest.mark.parametrize(
    ("gaps", "left"),
    [
        ([], [(0, 10)]),
        ([(2, 4)], [(0, 2), (4, 10)]),
        ([(3, 6), (2, 4)], [(0, 2), (6, 10)]),
        ([(2, 4), (4, 6)], [(0, 2), (4, 4), (6, 10)]),
        ([(2, 8), (3, 5)], [(0, 2), (8, 10)]),
        ([(0, 3)], [(0, 0), (3, 10)]),
        ([(-2, 3)], [(3, 10)]),
        ([(8, 10)], [(0, 8), (10, 10)]),
        ([(8, None)], [(0, 8)]),
        ([(-3, 0), (10, 12)], [(0, 10)]),
        ([(-3, 12)], []),
    ],
)
def test_a_stretch_with_both_its_ends_falls_into_parts(
    gaps: list[tuple[int, int | None]], left: list[tuple[int, int]]
) -> None:
    dated = [(day(a), None if b is None else day(b)) for a, b in gaps]
    assert list(parted((day(0), day(10)), dated)) == [(day(a), day(b)) for a, b in left]
