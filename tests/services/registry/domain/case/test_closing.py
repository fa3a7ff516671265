"""Use, removal from the list and early ends, on both sides of 01/07/2026 (R-25, R-30 to R-37)."""

from dataclasses import replace

import pytest

from libs.events.contracts.values import EndReason
from libs.events.decider import WrongStage
from libs.events.event import Event
from services.registry.domain.case.commands import (
    ClearUse,
    NoteUse,
    OpenRemovalReview,
)
from services.registry.domain.case.refusals import (
    NotUnderManagement,
    RemovalIsWithheld,
    RemovalNotDue,
    ToldOtherwise,
    WrongAuthority,
    WrongDates,
    WrongUnit,
)
from tests.services.registry.domain.case.story import (
    ANNIVERSARY,
    EARLIER,
    ENDED,
    HOLDS,
    NEW,
    OLD,
    OTHER_FOUND,
    OTHER_TEST,
    TEST,
    THERE,
    Story,
    absent,
    approve,
    approved,
    case,
    day,
    ended,
    in_review,
    noted,
    notified,
    paused,
    received,
    resumed,
    review,
    term_corrected,
    under,
    use_cleared,
    used,
    withheld,
)

# Use in the term.


def note_use(on: str) -> NoteUse:
    """A confirmed positive was recorded."""
    return NoteUse(TEST, day(on))


@pytest.mark.parametrize(("story", "on"), [(EARLIER, "2026-05-04"), (EARLIER, "2026-08-03"), (NEW, "2026-08-03")])
def test_a_use_under_management_calls_for_a_determination_under_both_laws_r_25(story: Story, on: str) -> None:
    case.given(*story.managed).when(note_use(on)).then(used(on))


def test_a_use_on_the_day_of_completion_lies_in_the_term() -> None:
    case.given(*EARLIER.managed).when(note_use("2026-03-02")).then(used("2026-03-02"))


def test_a_use_before_completion_does_not() -> None:
    case.given(*EARLIER.managed).when(note_use("2026-03-01")).then()


@pytest.mark.parametrize("history", [[EARLIER.reported], EARLIER.with_dossier])
def test_a_use_between_completion_and_decision_lies_in_the_term_without_calling_for_a_determination(
    history: list[Event],
) -> None:
    case.given(*history).when(note_use("2026-03-05")).then(used("2026-03-05", rules=()))


CLOSED: list[list[Event]] = [
    [in_review("2027-03-03"), approved("2027-03-04", ())],
    [ended("2026-05-04", EndReason.DECEASED)],
]


def test_the_same_use_twice_is_one() -> None:
    case.given(*EARLIER.managed, used("2026-05-04")).when(note_use("2026-05-04")).then()


def test_a_use_with_a_corrected_date_is_the_same_use_on_another_day() -> None:
    case.given(*EARLIER.managed, used("2026-05-04")).when(note_use("2026-05-05")).then(
        use_cleared("2026-05-04"), used("2026-05-05")
    )


def test_a_use_corrected_to_before_completion_is_none() -> None:
    case.given(*EARLIER.managed, used("2026-05-04")).when(note_use("2026-03-01")).then(use_cleared("2026-05-04"))


def test_an_annulled_result_is_no_use() -> None:
    case.given(*EARLIER.managed, used("2026-05-04")).when(ClearUse(TEST)).then(use_cleared("2026-05-04"))


def test_a_use_that_was_never_noted_need_not_be_cleared() -> None:
    case.given(*EARLIER.managed, used("2026-05-04")).when(ClearUse(OTHER_TEST)).then()
    case.given(*EARLIER.managed, used("2026-05-04"), use_cleared("2026-05-04")).when(ClearUse(TEST)).then()


# Review of the removal.


@pytest.mark.parametrize(("story", "last_day"), [(OLD, "2025-03-04"), (NEW, "2027-07-06")])
def test_a_removal_is_not_due_on_the_last_day_of_the_term(story: Story, last_day: str) -> None:
    case.given(*story.managed).when(review(last_day)).then_refused(RemovalNotDue, rules=["R-01"])


@pytest.mark.parametrize(("story", "next_day", "rule"), [(OLD, "2025-03-05", "R-30"), (NEW, "2027-07-07", "R-31")])
def test_a_removal_is_reviewed_from_the_day_after_the_term_under_the_law_that_allows_it(
    story: Story, next_day: str, rule: str
) -> None:
    case.given(*story.managed).when(review(next_day)).then(in_review(next_day, ("R-01", rule)))


def test_a_review_that_is_told_later_began_on_its_own_day() -> None:
    told_late = OpenRemovalReview(day("2025-03-05"), day("2025-03-20"))
    reviewed = in_review("2025-03-05", ("R-01", "R-30"))
    case.given(*OLD.managed).when(told_late).then(reviewed)
    case.given(*OLD.managed, reviewed).when(told_late).then()
    case.given(*OLD.managed, reviewed).when(review("2025-03-06")).then_refused(ToldOtherwise)
    early = OpenRemovalReview(day("2025-03-06"), day("2025-03-05"))
    case.given(*OLD.managed).when(early).then_refused(WrongDates)


def test_a_longer_term_is_reviewed_later() -> None:
    longer = [*OLD.managed, absent("2024-05-06", "2024-05-16", ends="2025-03-14")]
    case.given(*longer).when(review("2025-03-14")).then_refused(RemovalNotDue, rules=["R-01", "R-18"])
    case.given(*longer).when(review("2025-03-15")).then(in_review("2025-03-15", ("R-01", "R-18", "R-30")))


USED = used("2024-06-03")
NOT_ADDICTED = noted("2024-06-17", addicted=False)
STILL = ("removal.not_addicted=withheld",)
CLEAN = ("R-01", "R-30")


@pytest.mark.parametrize(
    ("found", "why", "policies"),
    [
        ([USED], "detected", ()),
        ([USED, NOT_ADDICTED], "not_addicted", ("removal.not_addicted=withheld",)),
        ([used("2024-03-04")], "detected", ()),  # On the first day of the term.
        ([NOT_ADDICTED, used("2024-06-17")], "not_addicted", ("removal.not_addicted=withheld",)),  # On the same day.
        ([NOT_ADDICTED, used("2024-06-24")], "detected", ()),  # Used again after the determination.
        (
            [USED, NOT_ADDICTED, noted("2024-05-06", addicted=False, by=OTHER_FOUND)],
            "not_addicted",
            STILL,
        ),
    ],
)
def test_under_the_old_law_a_detected_use_withholds_removal_r_30(
    found: list[Event], why: str, policies: tuple[str, ...]
) -> None:
    case.given(*OLD.managed, *found).when(review("2025-03-05")).then(
        in_review("2025-03-05"), withheld("2025-03-05", why, ("R-30",), policies)
    )


def test_a_use_found_not_to_be_addiction_withholds_nothing_if_the_switch_says_so() -> None:
    law = under(removal__not_addicted="allowed")
    law.given(*OLD.managed, USED, NOT_ADDICTED).when(review("2025-03-05")).then(
        in_review("2025-03-05", CLEAN, (ANNIVERSARY, "removal.not_addicted=allowed"))
    )


def test_a_cleared_use_withholds_nothing() -> None:
    case.given(*OLD.managed, USED, use_cleared("2024-06-03")).when(review("2025-03-05")).then(
        in_review("2025-03-05", CLEAN)
    )


def test_a_use_before_the_corrected_completion_withholds_nothing() -> None:
    corrected = term_corrected("2024-06-10", "2024-06-10", "2025-06-10", needs_review=True)
    case.given(*OLD.managed, USED, corrected).when(review("2025-06-11")).then(in_review("2025-06-11", CLEAN))


USED_LATER = used("2026-09-07")


@pytest.mark.parametrize(
    ("story", "on", "rules", "policies"),
    [
        (EARLIER, "2027-03-03", ("R-43", "R-31"), ("transition.under_management=l120",)),
        (NEW, "2027-07-07", ("R-31",), ()),
    ],
)
def test_under_the_new_law_a_detected_use_withholds_nothing_by_default_and_the_review_says_why_r_31(
    story: Story, on: str, rules: tuple[str, ...], policies: tuple[str, ...]
) -> None:
    switches = (ANNIVERSARY, *policies, "removal.use_under_l120=allowed")
    case.given(*story.managed, USED_LATER).when(review(on)).then(in_review(on, ("R-01", *rules), switches))


def test_under_the_new_law_a_detected_use_withholds_removal_if_the_switch_says_so() -> None:
    under(removal__use_under_l120="withheld").given(*NEW.managed, USED_LATER).when(review("2027-07-07")).then(
        in_review("2027-07-07"), withheld("2027-07-07", "detected", ("R-31",), ("removal.use_under_l120=withheld",))
    )


def test_who_was_under_management_on_01_07_2026_keeps_the_old_law_if_the_switch_says_so_r_43() -> None:
    under(transition__under_management="l73").given(*EARLIER.managed, USED_LATER).when(review("2027-03-03")).then(
        in_review("2027-03-03"),
        withheld("2027-03-03", "detected", ("R-43", "R-30"), ("transition.under_management=l73",)),
    )


def test_a_review_opened_twice_is_one() -> None:
    reviewed = [*OLD.managed, in_review("2025-03-05")]
    case.given(*reviewed).when(review("2025-03-05")).then()
    case.given(*reviewed, withheld("2025-03-05", "detected", ("R-30",))).when(review("2025-03-05")).then()


def test_no_review_without_management() -> None:
    case.given(*OLD.with_dossier).when(review("2025-03-05")).then_refused(NotUnderManagement)


def test_no_review_of_a_person_on_the_way() -> None:
    case.given(*OLD.managed, notified("2025-03-03T09:00")).when(review("2025-03-05")).then_refused(WrongStage)


# Removal.

REVIEWED: list[Event] = [*OLD.managed, in_review("2025-03-05")]
WITHHELD: list[Event] = [*OLD.managed, USED, in_review("2025-03-05"), withheld("2025-03-05", "detected", ("R-30",))]


@pytest.mark.parametrize(
    ("story", "review_on", "on", "rules", "policies"),
    [
        (OLD, "2025-03-05", "2025-03-06", ("R-04", "R-30", "R-37"), ()),
        (
            EARLIER,
            "2027-03-03",
            "2027-03-04",
            ("R-04", "R-43", "R-31", "R-37"),
            ("transition.under_management=l120", HOLDS),
        ),
        (NEW, "2027-07-07", "2027-07-08", ("R-04", "R-31", "R-37"), (HOLDS,)),
    ],
)
def test_the_chairman_certifies_the_end_and_removes_from_the_list_r_37(
    story: Story, review_on: str, on: str, rules: tuple[str, ...], policies: tuple[str, ...]
) -> None:
    case.given(*story.managed, in_review(review_on)).when(approve(on)).then(approved(on, rules, policies=policies))


def test_without_decree_116_the_certificate_rests_on_the_law_alone() -> None:
    law = under(d116__end="ended")
    law.given(*NEW.managed, in_review("2027-07-07")).when(approve("2027-07-08")).then(
        approved("2027-07-08", ("R-04", "R-31"), policies=(ENDED,))
    )


def test_a_withheld_removal_needs_an_answer() -> None:
    case.given(*WITHHELD).when(approve("2025-03-06")).then_refused(RemovalIsWithheld, rules=["R-30"])


def test_a_withheld_removal_is_approved_with_its_answer() -> None:
    why = "đã cai lại tự nguyện"
    case.given(*WITHHELD).when(approve("2025-03-06", despite=why)).then(
        approved("2025-03-06", ("R-04", "R-30", "R-37"), despite=why)
    )


def test_the_refusal_names_the_rule_by_which_removal_was_withheld() -> None:
    held = withheld("2027-07-07", "detected", ("R-31",), ("removal.use_under_l120=withheld",))
    under(removal__use_under_l120="withheld").given(*NEW.managed, USED_LATER, in_review("2027-07-07"), held).when(
        approve("2027-07-08")
    ).then_refused(RemovalIsWithheld, rules=["R-31"])


def test_a_removal_withheld_under_the_old_law_still_needs_its_answer_under_the_new() -> None:
    story = replace(EARLIER, completed="2025-06-02", presented="2025-06-02", dossier="2025-06-02", decided="2025-06-02")
    held = [used("2025-09-01"), in_review("2026-06-29"), withheld("2026-06-29", "detected", ("R-30",))]
    ends = story.management_decided.model_copy(update={"term_ends_on": day("2026-06-02")})
    case.given(*story.with_dossier, ends, *held).when(approve("2026-07-02")).then_refused(
        RemovalIsWithheld, rules=["R-30"]
    )


def test_a_use_in_the_term_that_became_known_during_the_review_withholds_removal_r_30() -> None:
    case.given(*REVIEWED, used("2025-03-03")).when(approve("2025-03-10")).then_refused(
        RemovalIsWithheld, rules=["R-30"]
    )
    case.given(*REVIEWED, used("2025-03-03")).when(approve("2025-03-10", despite="x")).then(
        approved("2025-03-10", ("R-04", "R-30", "R-37"), despite="x")
    )


def test_when_the_use_turns_out_to_be_none_nothing_needs_an_answer() -> None:
    case.given(*WITHHELD, use_cleared("2024-06-03")).when(approve("2025-03-06")).then(
        approved("2025-03-06", ("R-04", "R-30", "R-37"))
    )


def test_only_the_commune_chairman_removes_r_04() -> None:
    other = approve("2025-03-06", body="commune_police_chief")
    case.given(*REVIEWED).when(other).then_refused(WrongAuthority, rules=["R-04"])


def test_after_a_move_the_new_commune_s_chairman_removes_r_35() -> None:
    moved = [*OLD.managed, notified("2024-05-06T09:00"), received("2024-05-13"), in_review("2025-03-05")]
    case.given(*moved).when(approve("2025-03-06", unit=THERE)).then(
        approved("2025-03-06", ("R-04", "R-30", "R-37"), unit=THERE)
    )
    case.given(*moved).when(approve("2025-03-06")).then_refused(WrongUnit, rules=["R-04"])


@pytest.mark.parametrize(("signed_on", "today"), [("2025-03-03", "2025-03-06"), ("2025-03-07", "2025-03-06")])
def test_a_removal_is_signed_after_the_term_and_by_today(signed_on: str, today: str) -> None:
    case.given(*REVIEWED).when(replace(approve(signed_on), today=day(today))).then_refused(WrongDates)


def test_a_correction_that_lengthens_the_term_bars_the_removal_till_then() -> None:
    longer = term_corrected("2024-04-01", "2024-04-01", "2025-04-01", needs_review=True)
    case.given(*REVIEWED, longer).when(approve("2025-03-31")).then_refused(WrongDates)
    case.given(*REVIEWED, longer).when(approve("2025-04-02")).then(approved("2025-04-02", ("R-04", "R-30", "R-37")))


@pytest.mark.parametrize(
    "longer",
    [
        [absent("2024-05-06", "2024-05-16", ends="2025-03-14")],
        [paused("2024-05-06"), resumed("2024-05-16", ends="2025-03-14")],
    ],
)
def test_a_removal_is_not_signed_before_the_end_of_a_longer_term(longer: list[Event]) -> None:
    history = [*OLD.managed, *longer, in_review("2025-03-15")]
    case.given(*history).when(approve("2025-03-13")).then_refused(WrongDates)
    case.given(*history).when(approve("2025-03-15")).then(approved("2025-03-15", ("R-04", "R-30", "R-37")))


def test_nothing_is_approved_without_a_review() -> None:
    case.given(*OLD.managed).when(approve("2025-03-06")).then_refused(WrongStage)
    case.given(*OLD.with_dossier).when(approve("2025-03-06")).then_refused(NotUnderManagement)


def test_the_same_removal_twice_is_one() -> None:
    gone = [*REVIEWED, approved("2025-03-06", ("R-04", "R-30", "R-37"))]
    case.given(*gone).when(approve("2025-03-06")).then()
    case.given(*gone).when(approve("2025-03-07")).then_refused(NotUnderManagement)


def test_the_same_removal_with_other_papers_is_refused() -> None:
    gone = [*REVIEWED, approved("2025-03-06", ("R-04", "R-30", "R-37"))]
    other = replace(approve("2025-03-06"), certificate_number="55/GCN")
    case.given(*gone).when(other).then_refused(ToldOtherwise)
    despite = approve("2025-03-06", despite="vì đã cai")
    case.given(*gone).when(despite).then_refused(ToldOtherwise)


def test_nothing_is_signed_before_its_review_opened_r_37() -> None:
    reviewed = [*OLD.managed, in_review("2025-03-10")]
    early = replace(approve("2025-03-09"), today=day("2025-03-12"))
    case.given(*reviewed).when(early).then_refused(WrongDates)
    case.given(*reviewed).when(approve("2025-03-10")).then(approved("2025-03-10", ("R-04", "R-30", "R-37")))
