"""Helpers, absences, moves and prison, on both sides of 01/07/2026 (R-18 to R-20, R-32 to R-35, R-38)."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from libs.events.contracts.values import EndReason
from libs.events.decider import WrongStage
from libs.events.event import Event
from services.registry.domain.case.commands import (
    AssignHelper,
    BounceTransfer,
    Imprison,
    NotifyTransfer,
    ReceiveTransfer,
    RecordAbsence,
    Release,
)
from services.registry.domain.case.refusals import (
    NotUnderManagement,
    RemovalNotDue,
    ToldOtherwise,
    WrongDates,
    WrongUnit,
)
from tests.services.registry.domain.case.story import (
    ANNIVERSARY,
    EARLIER,
    ELSEWHERE,
    HELPER,
    HERE,
    HOLDS,
    NEW,
    OLD,
    THERE,
    Story,
    absent,
    at,
    bounced,
    case,
    day,
    ended,
    helped,
    in_review,
    notified,
    paused,
    received,
    resumed,
    review,
    under,
)

# Helpers.


def assign(on: str, today: str | None = None) -> AssignHelper:
    """Name a helper."""
    return AssignHelper(HELPER, "Hội Phụ nữ", day(on), today=day(today or on))


def test_a_managed_person_is_given_a_helper_r_38() -> None:
    case.given(*EARLIER.managed).when(assign("2026-03-16")).then(helped("2026-03-16"))


def test_the_same_helper_twice_is_one() -> None:
    case.given(*EARLIER.managed, helped("2026-03-16")).when(assign("2026-03-16", today="2026-04-01")).then()


@pytest.mark.parametrize("changed", [{"organisation": "Đoàn"}, {"assigned_on": day("2026-03-17")}])
def test_the_same_helper_with_other_facts_is_refused(changed: dict[str, Any]) -> None:
    other = replace(assign("2026-03-16", today="2026-04-01"), **changed)
    case.given(*EARLIER.managed, helped("2026-03-16")).when(other).then_refused(ToldOtherwise)


def test_another_helper_is_one_more() -> None:
    other = replace(assign("2026-04-01"), helper_id=UUID(int=99))
    expected = helped("2026-04-01").model_copy(update={"helper_id": UUID(int=99)})
    case.given(*EARLIER.managed, helped("2026-03-16")).when(other).then(expected)


def test_nobody_is_helped_before_management_is_decided() -> None:
    case.given(*EARLIER.with_dossier).when(assign("2026-03-09")).then_refused(NotUnderManagement)


def test_a_helper_is_not_assigned_in_the_future() -> None:
    case.given(*EARLIER.managed).when(assign("2026-03-17", today="2026-03-16")).then_refused(WrongDates)


# Absences.


def away(start: str, back: str, *, reported: bool = False, today: str | None = None) -> RecordAbsence:
    """Record an absence."""
    return RecordAbsence(day(start), day(back), reported, today=day(today or back))


def test_an_unreported_absence_lengthens_the_term_by_its_days_r_18() -> None:
    case.given(*EARLIER.managed).when(away("2026-04-06", "2026-04-16")).then(
        absent("2026-04-06", "2026-04-16", ends="2027-03-12", rules=("R-01", "R-18"), policies=(ANNIVERSARY,))
    )


def test_a_reported_absence_counts_in_the_term() -> None:
    case.given(*EARLIER.managed).when(away("2026-04-06", "2026-04-16", reported=True)).then(
        absent("2026-04-06", "2026-04-16", ends="2027-03-02", reported=True, rules=("R-01",), policies=(ANNIVERSARY,))
    )


def test_a_day_of_two_absences_is_left_out_once() -> None:
    first = absent("2026-04-06", "2026-04-16", ends="2027-03-12")
    case.given(*EARLIER.managed, first).when(away("2026-04-10", "2026-04-20")).then(
        absent("2026-04-10", "2026-04-20", ends="2027-03-16", rules=("R-01", "R-18"), policies=(ANNIVERSARY,))
    )


def test_an_absence_after_the_end_of_the_term_lengthens_nothing() -> None:
    case.given(*OLD.managed).when(away("2025-03-05", "2025-03-12")).then(
        absent("2025-03-05", "2025-03-12", ends="2025-03-04", rules=("R-01", "R-18"), policies=(ANNIVERSARY,))
    )


def test_an_absence_under_the_new_law_lengthens_the_term_by_default_and_says_on_what_it_rests() -> None:
    case.given(*NEW.managed).when(away("2026-08-03", "2026-08-13")).then(
        absent(
            "2026-08-03",
            "2026-08-13",
            ends="2027-07-16",
            rules=("R-01", "R-18"),
            policies=(ANNIVERSARY, HOLDS, "absence.under_l120=not_counted"),
        )
    )


def test_an_absence_across_the_change_keeps_its_older_days_if_the_switch_says_so() -> None:
    under(absence__under_l120="counted").given(*EARLIER.managed).when(away("2026-06-21", "2026-07-11")).then(
        absent(
            "2026-06-21",
            "2026-07-11",
            ends="2027-03-12",
            rules=("R-01", "R-18"),
            policies=(ANNIVERSARY, HOLDS, "absence.under_l120=counted"),
        )
    )


@pytest.mark.parametrize("reported", [True, False])
def test_the_same_absence_twice_is_one(reported: bool) -> None:  # noqa: FBT001 -- A table.
    before = absent("2026-04-06", "2026-04-16", ends="2027-03-02", reported=reported)
    case.given(*EARLIER.managed, before).when(away("2026-04-06", "2026-04-16", reported=reported)).then()


@pytest.mark.parametrize("reported", [True, False])
def test_an_absence_is_not_both_reported_and_not(reported: bool) -> None:  # noqa: FBT001 -- A table.
    before = absent("2026-04-06", "2026-04-16", ends="2027-03-02", reported=reported)
    other = away("2026-04-06", "2026-04-16", reported=not reported)
    case.given(*EARLIER.managed, before).when(other).then_refused(WrongDates)


@pytest.mark.parametrize(
    ("start", "back", "today"),
    [
        ("2026-03-01", "2026-03-05", "2026-03-11"),  # It begins before the term.
        ("2026-04-16", "2026-04-06", "2026-04-20"),  # It ends before it begins.
        ("2026-04-06", "2026-04-16", "2026-04-15"),  # It is not over.
    ],
)
def test_an_absence_lies_in_the_term_and_is_over(start: str, back: str, today: str) -> None:
    case.given(*EARLIER.managed).when(away(start, back, today=today)).then_refused(WrongDates)


def test_an_absence_before_the_decision_is_none() -> None:
    case.given(*EARLIER.with_dossier).when(away("2026-03-03", "2026-03-05")).then_refused(NotUnderManagement)


# Moves.


def notify(left: str, told: str, to: str = THERE, today: str | None = None) -> NotifyTransfer:
    """Tell the new commune."""
    return NotifyTransfer(to, at(left), at(told), today=day(today or told[:10]))


@pytest.mark.parametrize(
    ("left", "told", "due", "in_time"),
    [
        ("2026-04-02T09:00", "2026-04-09T17:00", "2026-04-09", True),  # Thursday to Thursday.
        ("2026-04-02T09:00", "2026-04-10T00:00", "2026-04-09", False),
        ("2026-04-24T09:00", "2026-05-06T23:59", "2026-05-06", True),  # 27/04, 30/04 and 01/05 are days off.
        ("2026-04-24T09:00", "2026-05-07T00:00", "2026-05-06", False),
        ("2026-06-30T23:59", "2026-07-07T23:59", "2026-07-07", True),  # Left under the old law.
    ],
)
def test_until_30_06_2026_the_new_commune_is_told_within_5_working_days_r_19(
    left: str,
    told: str,
    due: str,
    in_time: bool,  # noqa: FBT001 -- A table.
) -> None:
    case.given(*EARLIER.managed).when(notify(left, told)).then(
        notified(left, due=due, in_time=in_time, rules=("R-19",))
    )


@pytest.mark.parametrize(
    ("left", "told", "due", "in_time"),
    [
        ("2026-07-01T00:00", "2026-07-02T00:00", "2026-07-02T00:00:00+07:00", True),
        ("2026-07-03T16:30", "2026-07-04T16:30", "2026-07-04T16:30:00+07:00", True),  # Friday to Saturday.
        ("2026-07-03T16:30", "2026-07-04T16:31", "2026-07-04T16:30:00+07:00", False),
        ("2026-09-01T08:00", "2026-09-03T08:00", "2026-09-02T08:00:00+07:00", False),  # Over the National Day.
    ],
)
def test_from_01_07_2026_the_new_commune_is_told_within_24_hours_r_20(
    left: str,
    told: str,
    due: str,
    in_time: bool,  # noqa: FBT001 -- A table.
) -> None:
    case.given(*EARLIER.managed).when(notify(left, told)).then(
        notified(left, due=due, in_time=in_time, rules=("R-20",))
    )


def test_the_day_of_leaving_is_the_day_in_viet_nam() -> None:
    left = datetime(2026, 6, 30, 17, 0, tzinfo=UTC)
    command = NotifyTransfer(THERE, left, left, today=day("2026-07-01"))
    expected = notified("2026-07-01T00:00", due="2026-07-02T00:00:00+07:00", rules=("R-20",))
    case.given(*EARLIER.managed).when(command).then(expected.model_copy(update={"left_at": left}))


def test_the_same_move_twice_is_one() -> None:
    left = "2026-04-02T09:00"
    case.given(*EARLIER.managed, notified(left)).when(notify(left, "2026-04-08T09:00")).then()


@pytest.mark.parametrize(("left", "to"), [("2026-04-02T09:00", ELSEWHERE), ("2026-04-03T09:00", THERE)])
def test_who_is_on_the_way_cannot_leave_otherwise(left: str, to: str) -> None:
    moving = notified("2026-04-02T09:00")
    case.given(*EARLIER.managed, moving).when(notify(left, "2026-04-06T09:00", to)).then_refused(WrongStage)


def test_nobody_moves_to_where_they_are() -> None:
    case.given(*EARLIER.managed).when(notify("2026-04-02T09:00", "2026-04-03T09:00", HERE)).then_refused(WrongUnit)


@pytest.mark.parametrize(
    ("left", "told", "today"),
    [
        ("2026-03-01T09:00", "2026-03-11T09:00", "2026-03-11"),  # Left before completing.
        ("2026-04-02T09:00", "2026-04-02T08:59", "2026-04-02"),  # Told before leaving, on the same day.
        ("2026-04-02T09:00", "2026-04-01T09:00", "2026-04-02"),
        ("2026-04-02T09:00", "2026-04-02T10:00", "2026-04-01"),  # Left in the future.
        ("2026-04-02T09:00", "2026-04-03T09:00", "2026-04-02"),  # Told in the future.
    ],
)
def test_a_move_is_told_of_after_it_happened_and_by_today(left: str, told: str, today: str) -> None:
    case.given(*EARLIER.managed).when(notify(left, told, today=today)).then_refused(WrongDates)


def test_only_a_managed_person_moves() -> None:
    command = notify("2026-03-09T09:00", "2026-03-09T10:00")
    case.given(*EARLIER.with_dossier).when(command).then_refused(NotUnderManagement)


MOVING = notified("2026-04-02T09:00")


def receive(on: str, today: str | None = None) -> ReceiveTransfer:
    """The person lives there."""
    return ReceiveTransfer(day(on), today=day(today or on))


def bounce(on: str, today: str | None = None) -> BounceTransfer:
    """The person does not."""
    return BounceTransfer(day(on), "không có người này", today=day(today or on))


def test_the_new_commune_goes_on_with_the_case_r_35() -> None:
    case.given(*EARLIER.managed, MOVING).when(receive("2026-04-10")).then(received("2026-04-10"))


def test_whom_the_new_commune_does_not_find_the_old_one_answers_for() -> None:
    case.given(*EARLIER.managed, MOVING).when(bounce("2026-04-10")).then(bounced("2026-04-10"))


def test_a_case_received_or_bounced_twice_is_so_once() -> None:
    case.given(*EARLIER.managed, MOVING, received("2026-04-10")).when(receive("2026-04-10")).then()
    case.given(*EARLIER.managed, MOVING, bounced("2026-04-10")).when(bounce("2026-04-10")).then()


def test_a_case_cannot_be_received_and_bounced() -> None:
    case.given(*EARLIER.managed, MOVING, received("2026-04-10")).when(bounce("2026-04-10")).then_refused(WrongStage)
    case.given(*EARLIER.managed, MOVING, bounced("2026-04-10")).when(receive("2026-04-10")).then_refused(WrongStage)


def test_a_case_that_never_left_cannot_arrive() -> None:
    case.given(*EARLIER.managed).when(receive("2026-04-10")).then_refused(WrongStage)
    case.given(*EARLIER.managed).when(bounce("2026-04-10")).then_refused(WrongStage)


@pytest.mark.parametrize(("on", "today"), [("2026-04-01", "2026-04-10"), ("2026-04-11", "2026-04-10")])
def test_a_case_arrives_after_it_left_and_by_today(on: str, today: str) -> None:
    case.given(*EARLIER.managed, MOVING).when(receive(on, today)).then_refused(WrongDates)
    case.given(*EARLIER.managed, MOVING).when(bounce(on, today)).then_refused(WrongDates)


def test_a_term_goes_on_after_a_move_and_says_on_what_it_rests() -> None:
    case.given(*EARLIER.managed, MOVING, received("2026-04-10")).when(away("2026-05-04", "2026-05-14")).then(
        absent(
            "2026-05-04",
            "2026-05-14",
            ends="2027-03-12",
            rules=("R-01", "R-18"),
            policies=(ANNIVERSARY, "transfer.term=continues", "transfer.transit_days=counted"),
        )
    )


def test_days_on_the_way_do_not_count_if_the_switch_says_so() -> None:
    law = under(transfer__transit_days="not_counted")
    arrived = [*EARLIER.managed, MOVING, received("2026-04-10")]  # Eight days on the way.
    law.given(*arrived).when(review("2027-03-10")).then_refused(RemovalNotDue, rules=["R-01"])
    law.given(*arrived).when(review("2027-03-11")).then(
        in_review(
            "2027-03-11",
            ("R-01", "R-43", "R-31"),
            (
                ANNIVERSARY,
                "transfer.term=continues",
                "transfer.transit_days=not_counted",
                "transition.under_management=l120",
            ),
        )
    )


# Prison.


def imprison(on: str, today: str | None = None) -> Imprison:
    """A sentence begins."""
    return Imprison(day(on), today=day(today or on))


def release(on: str, today: str | None = None) -> Release:
    """It is over."""
    return Release(day(on), today=day(today or on))


def test_prison_until_30_06_2026_ends_the_case_r_32() -> None:
    case.given(*EARLIER.managed).when(imprison("2026-06-30")).then(ended("2026-06-30", EndReason.PRISON, ("R-32",)))


def test_prison_from_01_07_2026_pauses_a_case_decided_before_by_default_and_says_so() -> None:
    case.given(*EARLIER.managed).when(imprison("2026-07-01")).then(
        paused("2026-07-01", policies=("prison.of_earlier_cases=pauses",))
    )


def test_prison_from_01_07_2026_ends_a_case_decided_before_if_the_switch_says_so() -> None:
    under(prison__of_earlier_cases="ends").given(*EARLIER.managed).when(imprison("2026-07-01")).then(
        ended("2026-07-01", EndReason.PRISON, ("R-33",), ("prison.of_earlier_cases=ends",))
    )


@pytest.mark.parametrize("choice", ["ends", "pauses"])
def test_prison_pauses_every_case_decided_under_the_new_law_r_34(choice: str) -> None:
    under(prison__of_earlier_cases=choice).given(*NEW.managed).when(imprison("2026-09-01")).then(paused("2026-09-01"))


def test_the_remaining_term_is_served_after_release_r_34() -> None:
    # 2026-09-01 to 2027-03-01 are 181 days.
    case.given(*NEW.managed, paused("2026-09-01")).when(release("2027-03-01")).then(
        resumed("2027-03-01", ends="2028-01-03")
    )


def test_after_release_the_term_of_an_earlier_case_is_longer_too() -> None:
    case.given(*EARLIER.managed, paused("2026-07-01")).when(release("2026-10-09")).then(
        resumed("2026-10-09", ends="2027-06-10", policies=(ANNIVERSARY, "prison.of_earlier_cases=pauses"))
    )


def test_a_second_sentence_adds_to_the_first() -> None:
    once = [*NEW.managed, paused("2026-09-01"), resumed("2026-09-11", ends="2027-07-16")]
    case.given(*once).when(imprison("2026-10-01")).then(paused("2026-10-01"))
    case.given(*once, paused("2026-10-01")).when(release("2026-10-11")).then(resumed("2026-10-11", ends="2027-07-26"))


def test_days_away_in_prison_are_left_out_once() -> None:
    missing = absent("2026-08-27", "2026-09-06", ends="2027-07-16")
    case.given(*NEW.managed, missing, paused("2026-09-01")).when(release("2026-09-11")).then(
        resumed(
            "2026-09-11",
            ends="2027-07-21",
            rules=("R-01", "R-18", "R-34"),
            policies=(ANNIVERSARY, HOLDS, "absence.under_l120=not_counted"),
        )
    )


SERVED = ("R-01", "R-34", "R-31")


def test_a_released_person_is_managed_again() -> None:
    free = [*NEW.managed, paused("2026-09-01"), resumed("2026-09-11", ends="2027-07-16")]
    case.given(*free).when(review("2027-07-16")).then_refused(RemovalNotDue)
    case.given(*free).when(review("2027-07-17")).then(in_review("2027-07-17", SERVED))


def test_no_removal_from_prison() -> None:
    case.given(*NEW.managed, paused("2026-09-01")).when(review("2027-08-02")).then_refused(WrongStage)


def test_prison_while_the_removal_is_reviewed_comes_first() -> None:
    reviewed = [*NEW.managed, in_review("2027-07-07")]
    case.given(*reviewed).when(imprison("2027-07-08")).then(paused("2027-07-08"))
    back = [*reviewed, paused("2027-07-08"), resumed("2027-08-02", ends="2027-07-06")]
    case.given(*back).when(review("2027-08-02")).then(in_review("2027-08-02", SERVED))


def test_who_is_imprisoned_on_the_way_is_the_old_commune_s_again() -> None:
    moving = [*NEW.managed, notified("2026-08-31T09:00")]
    gone: list[Event] = [bounced("2026-09-01", "imprisoned"), paused("2026-09-01")]
    case.given(*moving).when(imprison("2026-09-01")).then(*gone)
    freed = [*moving, *gone, resumed("2026-09-11", ends="2027-07-16")]
    case.given(*freed).when(notify("2026-09-14T09:00", "2026-09-14T10:00")).then(
        notified("2026-09-14T09:00", due="2026-09-15T09:00:00+07:00", rules=("R-20",))
    )


def test_who_was_in_prison_before_the_move_was_told_of_never_left() -> None:
    moving = [*NEW.managed, notified("2026-09-02T09:00")]
    case.given(*moving).when(imprison("2026-09-01", today="2026-09-03")).then(
        bounced("2026-09-02", "imprisoned"), paused("2026-09-01")
    )


def test_under_the_old_law_prison_on_the_way_ends_the_case() -> None:
    case.given(*EARLIER.managed, MOVING).when(imprison("2026-04-06")).then(
        ended("2026-04-06", EndReason.PRISON, ("R-32",))
    )


def test_the_same_sentence_twice_is_one() -> None:
    case.given(*NEW.managed, paused("2026-09-01")).when(imprison("2026-09-01")).then()
    case.given(*EARLIER.managed, ended("2026-06-01", EndReason.PRISON)).when(imprison("2026-06-01")).then()


def test_the_same_release_twice_is_one() -> None:
    freed = [*NEW.managed, paused("2026-09-01"), resumed("2026-09-11", ends="2027-07-16")]
    case.given(*freed).when(release("2026-09-11")).then()
    case.given(*freed).when(release("2026-09-12")).then_refused(WrongStage)


def test_who_is_in_prison_is_not_imprisoned_again() -> None:
    case.given(*NEW.managed, paused("2026-09-01")).when(imprison("2026-09-02")).then_refused(WrongStage)


def test_an_ended_case_is_not_imprisoned() -> None:
    over = ended("2026-05-04", EndReason.DECEASED)
    case.given(*EARLIER.managed, over).when(imprison("2026-05-04")).then_refused(NotUnderManagement)


def test_nobody_is_released_who_was_not_in_prison() -> None:
    case.given(*NEW.managed).when(release("2026-09-11")).then_refused(WrongStage)


@pytest.mark.parametrize(("on", "today"), [("2026-07-05", "2026-09-01"), ("2026-09-02", "2026-09-01")])
def test_prison_begins_after_completing_and_by_today(on: str, today: str) -> None:
    case.given(*NEW.managed).when(imprison(on, today)).then_refused(WrongDates)


@pytest.mark.parametrize(("on", "today"), [("2026-08-31", "2026-09-11"), ("2026-09-12", "2026-09-11")])
def test_release_comes_after_prison_and_by_today(on: str, today: str) -> None:
    case.given(*NEW.managed, paused("2026-09-01")).when(release(on, today)).then_refused(WrongDates)


@pytest.mark.parametrize("story", [EARLIER, NEW])
def test_a_case_not_decided_has_no_term_to_pause(story: Story) -> None:
    case.given(*story.with_dossier).when(imprison(story.dossier)).then_refused(NotUnderManagement)
