"""Who is at risk on a day: after the day of entry, through the day of leaving."""

from collections import Counter
from datetime import date
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.reporting.statistics.risk import Observed, RiskRow, numbers_at_risk, risk_table


@pytest.mark.parametrize(
    ("seen", "days"),
    [
        (Observed(0, 3), [0, 1, 2, 3]),
        (Observed(2, 4), [3, 4]),
        (Observed(2, 4, "relapse"), [3, 4]),
        (Observed(0, 0), [0]),
        (Observed(2, 2), []),
        (Observed(2, 2, "relapse"), [2]),
    ],
)
def test_a_person_is_at_risk_after_entry_and_through_the_last_day(seen: Observed, days: list[int]) -> None:
    assert [day for day in range(6) if seen.at_risk(day)] == days


@pytest.mark.parametrize(("entry", "left", "people"), [(-1, 3, 1), (3, 2, 1), (0, 1, 0)])
def test_a_stretch_of_no_people_or_of_negative_time_is_refused(entry: int, left: int, people: int) -> None:
    with pytest.raises(ValueError, match="not a stretch"):
        Observed(entry, left, None, people)


def test_dates_become_days_since_completion() -> None:
    seen = Observed.between(date(2024, 2, 1), date(2024, 2, 1), date(2024, 3, 1), "relapse")
    assert seen == Observed(0, 29, "relapse")


def test_a_person_in_prison_leaves_the_risk_set_and_comes_back() -> None:
    seen = [Observed(0, 100), Observed(150, 300, "relapse"), Observed(0, 300)]
    assert numbers_at_risk(seen, [0, 100, 101, 150, 151, 300, 301]) == (2, 2, 1, 1, 2, 2, 0)
    assert risk_table(seen) == (RiskRow(300, 2, Counter({"relapse": 1})),)


stretches = st.builds(
    lambda entry, length, cause, people: Observed(entry, entry + length, cause, people),
    st.integers(0, 8),
    st.integers(0, 8),
    st.sampled_from([None, "relapse", "death"]),
    st.integers(1, 3),
)


@settings(deadline=None)
@given(st.lists(stretches, max_size=30))
def test_the_table_counts_what_each_stretch_says_of_itself(seen: list[Observed]) -> None:
    for row in risk_table(seen):
        assert row.at_risk == sum(one.people for one in seen if one.at_risk(row.day))
        assert row.events.total() == sum(one.people for one in seen if one.cause and one.exit == row.day)
        assert row.at_risk >= row.events.total() > 0


@settings(deadline=None)
@given(st.lists(stretches, max_size=30), st.randoms(use_true_random=False))
def test_the_order_of_observations_is_irrelevant(seen: list[Observed], dice: Random) -> None:
    shuffled = list(seen)
    dice.shuffle(shuffled)
    assert risk_table(shuffled) == risk_table(seen)
