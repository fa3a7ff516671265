"""Deadlines: 3 and 2 working days, and the move notice of 5 working days that became 24 hours."""

from datetime import UTC, date, datetime, timedelta

import pytest

from libs.law.applied import Applied
from libs.law.deadlines import Deadline, decision_due, dossier_due, missed, transfer_notice_due
from libs.law.law import LAW
from libs.vietnam.calendar import LOCAL

ENDED = LAW.with_policy("d116.end", "ended")


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL)


@pytest.mark.parametrize(
    ("presented_on", "due"),
    [
        (date(2026, 3, 2), date(2026, 3, 5)),  # Monday to Thursday.
        (date(2026, 3, 6), date(2026, 3, 11)),  # Friday, over a weekend.
        (date(2026, 4, 29), date(2026, 5, 6)),  # Over 30 April, 1 May and a weekend.
    ],
)
def test_a_dossier_is_due_3_working_days_after_presenting(presented_on: date, due: date) -> None:
    assert dossier_due(presented_on, LAW) == Applied(due, ("R-10",))


def test_a_decision_is_due_2_working_days_after_the_proposal() -> None:
    assert decision_due(date(2026, 3, 5), LAW) == Applied(date(2026, 3, 9), ("R-14",))


def test_from_01_07_2026_the_deadlines_of_decree_116_state_the_switch_they_rest_on() -> None:
    last, first = date(2026, 6, 30), date(2026, 7, 1)
    assert dossier_due(last, LAW) == dossier_due(last, ENDED) == Applied(date(2026, 7, 3), ("R-10",))
    assert dossier_due(first, LAW) == Applied(date(2026, 7, 6), ("R-10",), ("d116.end=holds",))
    assert dossier_due(first, ENDED) == Applied(None, (), ("d116.end=ended",))
    assert decision_due(first, ENDED) == Applied(None, (), ("d116.end=ended",))


@pytest.mark.parametrize(
    ("left_at", "due", "rule"),
    [
        (local("2026-06-30T23:59"), date(2026, 7, 7), "R-19"),
        (local("2026-07-01T00:00"), local("2026-07-02T00:00"), "R-20"),
        (datetime(2026, 6, 30, 16, 59, tzinfo=UTC), date(2026, 7, 7), "R-19"),
        (datetime(2026, 6, 30, 17, 0, tzinfo=UTC), local("2026-07-02T00:00"), "R-20"),
        (local("2026-07-03T16:30"), local("2026-07-04T16:30"), "R-20"),  # Hours run through the weekend.
    ],
)
def test_a_move_is_told_within_5_working_days_and_from_01_07_2026_on_within_24_hours(
    left_at: datetime, due: Deadline, rule: str
) -> None:
    found = transfer_notice_due(left_at, LAW)
    assert found == Applied(due, (rule,))
    assert type(found.value) is type(due)


def test_an_hour_deadline_is_given_in_viet_nam() -> None:
    due = transfer_notice_due(datetime(2026, 7, 3, 9, 30, tzinfo=UTC), LAW).value
    assert isinstance(due, datetime)
    assert due.isoformat() == "2026-07-04T16:30:00+07:00"


def test_an_instant_without_an_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="offset"):
        transfer_notice_due(datetime(2026, 7, 3, 9, 30), LAW)  # noqa: DTZ001 - what the test is about


@pytest.mark.parametrize(
    ("deadline", "last_instant"),
    [
        (date(2026, 7, 7), local("2026-07-07T23:59:59.999999")),
        (local("2026-07-04T16:30"), local("2026-07-04T16:30")),
    ],
)
def test_a_deadline_is_missed_only_after_its_last_instant(deadline: Deadline, last_instant: datetime) -> None:
    assert not missed(deadline, last_instant)
    assert missed(deadline, last_instant + timedelta(microseconds=1))
