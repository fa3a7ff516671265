"""Spans of days: half-open, perhaps running, each day once."""

from datetime import date

import pytest

from libs.law.spans import Span, clipped, merged

MAY = [date(2026, 5, day) for day in range(1, 32)]


def may(first: int, until: int | None = None) -> Span:
    return Span(MAY[first - 1], MAY[until - 1] if until else None)


@pytest.mark.parametrize(
    ("spans", "pairs"),
    [
        ([], []),
        ([may(3, 5)], [(3, 5)]),
        ([may(3, 3)], []),
        ([may(8, 9), may(3, 5)], [(3, 5), (8, 9)]),
        ([may(3, 6), may(5, 9)], [(3, 9)]),
        ([may(3, 6), may(6, 9)], [(3, 9)]),
        ([may(3, 9), may(4, 5)], [(3, 9)]),
        ([may(3, 3), may(3, 5)], [(3, 5)]),
        ([may(18)], [(18, 21)]),
        ([may(25)], []),
    ],
)
def test_spans_merge_into_days_counted_once_and_a_running_one_lasts_through_today(
    spans: list[Span], pairs: list[tuple[int, int]]
) -> None:
    expected = tuple((MAY[first - 1], MAY[until - 1]) for first, until in pairs)
    assert merged(spans, as_of=date(2026, 5, 20)) == expected


def test_clipping_keeps_the_days_inside_and_closes_what_runs_past_the_end() -> None:
    spans = [may(1, 4), may(8, 12), may(15), may(28)]
    assert clipped(spans, MAY[2], MAY[19]) == (may(3, 4), may(8, 12), may(15, 21))


def test_clipping_without_an_end_leaves_a_running_span_running() -> None:
    assert clipped([may(1, 3), may(2)], MAY[2], None) == (may(3),)


def test_a_span_cannot_end_before_it_starts() -> None:
    with pytest.raises(ValueError, match="2026-05-02"):
        may(3, 2)
