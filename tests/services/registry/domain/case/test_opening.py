"""From the report of a completion to the decision (R-01 to R-06, R-10, R-14), and corrected completions."""

from dataclasses import replace
from typing import Any

import pytest

from libs.events.contracts.registry.case import CaseDeadlineMoved, ManagementDecided
from libs.events.contracts.values import CaseDeadline, Category, EndReason, EpisodeKind
from libs.events.decider import Invalid, WrongStage
from libs.events.event import Event
from services.registry.domain.case.commands import (
    CorrectCompletionDate,
    DecideManagement,
    OpenDossier,
    RedateDeadlines,
)
from services.registry.domain.case.refusals import (
    LateDecision,
    NoLawThen,
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
    SEAM,
    THERE,
    Story,
    absent,
    approved,
    case,
    day,
    ended,
    in_review,
    signed,
    term_corrected,
    under,
    withheld,
)

ADULT, MINOR = EpisodeKind.COMPULSORY_ADULT, EpisodeKind.COMPULSORY_MINOR_12_17


# Reported.


@pytest.mark.parametrize(
    ("presented", "due", "policies"),
    [
        ("2026-03-04", "2026-03-09", ()),  # Wednesday to Monday.
        ("2026-04-29", "2026-05-06", ()),  # Over 30 April, 1 May and a weekend.
        ("2026-07-08", "2026-07-13", (HOLDS,)),  # Decree 116 holds on after 30/06/2026, by default.
    ],
)
def test_a_dossier_is_due_3_working_days_after_presenting_r_10(
    presented: str, due: str, policies: tuple[str, ...]
) -> None:
    story = replace(EARLIER, presented=presented)
    update = {"dossier_due_on": day(due), "rules": ("R-10",), "policies": policies}
    expected = story.reported.model_copy(update=update)
    case.given().when(story.report).then(expected)


def test_a_report_says_how_old_the_person_was_when_sent_and_at_completion() -> None:
    ages: dict[str, Any] = {"age_at_decision": 17, "age_at_completion": 18}
    expected = {"dossier_due_on": day("2026-03-09"), "rules": ("R-10",), **ages}
    case.given().when(replace(EARLIER.report, **ages)).then(EARLIER.reported.model_copy(update=expected))


def test_without_decree_116_a_dossier_has_no_deadline() -> None:
    expected = NEW.reported.model_copy(update={"policies": (ENDED,)})
    under(d116__end="ended").given().when(NEW.report).then(expected)


def test_the_same_report_twice_is_one() -> None:
    case.given(EARLIER.reported).when(EARLIER.report).then()
    case.given(*EARLIER.managed, in_review("2027-03-03")).when(EARLIER.report).then()


def test_a_case_cannot_be_reported_otherwise_once_it_is_open() -> None:
    case.given(EARLIER.reported).when(replace(EARLIER, presented="2026-03-05").report).then_refused(WrongStage)


@pytest.mark.parametrize(
    ("completed", "presented", "today"),
    [("2026-03-02", "2026-03-01", "2026-03-02"), ("2026-03-02", "2026-03-04", "2026-03-03")],
)
def test_nobody_presents_before_completing_or_after_today(completed: str, presented: str, today: str) -> None:
    report = replace(EARLIER, completed=completed, presented=presented).report
    case.given().when(replace(report, today=day(today))).then_refused(WrongDates)


def test_nobody_is_younger_at_completion_than_when_sent() -> None:
    report = replace(EARLIER.report, age_at_decision=18, age_at_completion=17)
    case.given().when(report).then_refused(Invalid)


@pytest.mark.parametrize("presented", ["2021-12-30", "2027-12-30"])
def test_what_needs_a_calendar_that_nobody_has_is_refused_and_never_guessed(presented: str) -> None:
    # Before 2022 there was no deadline; the holidays of 2028 are not entered yet.
    story = Story(presented, presented, presented, presented, ends=presented)
    if presented.startswith("2021"):
        case.given().when(story.report).then(story.reported)
    else:
        case.given().when(story.report).then_refused(NoLawThen)


# The dossier.


def test_until_30_06_2026_the_committee_lists_with_its_police_r_05() -> None:
    case.given(EARLIER.reported).when(EARLIER.open_dossier).then(
        EARLIER.dossier_opened.model_copy(
            update={
                "listed_by": "commune_peoples_committee",
                "decision_due_on": day("2026-03-10"),
                "rules": ("R-05", "R-10", "R-14"),
            }
        )
    )


def test_from_01_07_2026_the_police_chief_lists_r_06() -> None:
    case.given(NEW.reported).when(NEW.open_dossier).then(
        NEW.dossier_opened.model_copy(
            update={
                "listed_by": "commune_police_chief",
                "decision_due_on": day("2026-07-14"),
                "rules": ("R-06", "R-10", "R-14"),
                "policies": (HOLDS,),
            }
        )
    )


def test_without_decree_116_the_decision_has_no_deadline() -> None:
    under(d116__end="ended").given(NEW.reported).when(NEW.open_dossier).then(
        NEW.dossier_opened.model_copy(
            update={"listed_by": "commune_police_chief", "rules": ("R-06",), "policies": (ENDED,)}
        )
    )


def test_a_dossier_made_on_the_fourth_working_day_is_late_and_still_counts() -> None:
    case.given(EARLIER.reported).when(OpenDossier(day("2026-03-10"), today=day("2026-03-10"))).then(
        EARLIER.dossier_opened.model_copy(
            update={
                "opened_on": day("2026-03-10"),
                "listed_by": "commune_peoples_committee",
                "in_time": False,
                "decision_due_on": day("2026-03-12"),
                "rules": ("R-05", "R-10", "R-14"),
            }
        )
    )


def test_the_same_dossier_twice_is_one() -> None:
    case.given(*EARLIER.with_dossier).when(EARLIER.open_dossier).then()
    case.given(*EARLIER.managed).when(EARLIER.open_dossier).then()


def test_a_dossier_is_made_once() -> None:
    later = OpenDossier(day("2026-03-09"), today=day("2026-03-09"))
    case.given(*EARLIER.with_dossier).when(later).then_refused(WrongStage)


@pytest.mark.parametrize(("opened", "today"), [("2026-03-03", "2026-03-10"), ("2026-03-06", "2026-03-05")])
def test_a_dossier_is_made_after_presenting_and_not_after_today(opened: str, today: str) -> None:
    case.given(EARLIER.reported).when(OpenDossier(day(opened), today=day(today))).then_refused(WrongDates)


def test_before_there_was_a_law_nobody_could_be_listed() -> None:
    story = Story("2021-12-01", "2021-12-02", "2021-12-03", "2021-12-06", ends="2022-12-01")
    case.given(story.reported).when(story.open_dossier).then_refused(NoLawThen)


# The decision.


def decided(
    story: Story, rules: tuple[str, ...], policies: tuple[str, ...] = (ANNIVERSARY,), **more: Any
) -> ManagementDecided:
    """What the decision of a story says."""
    decision = signed(story.decided, rules=rules)
    facts = {"category_reason": "voluntary_or_substitution", "decision": decision, "policies": policies}
    return story.management_decided.model_copy(update={**facts, **more})


@pytest.mark.parametrize(
    ("story", "rules", "policies"),
    [
        (OLD, ("R-04", "R-01", "R-14"), (ANNIVERSARY,)),
        (EARLIER, ("R-04", "R-01", "R-14"), (ANNIVERSARY,)),
        (NEW, ("R-04", "R-01", "R-14"), (ANNIVERSARY, HOLDS)),
    ],
)
def test_a_term_runs_one_year_from_completion_not_from_the_decision_r_01(
    story: Story, rules: tuple[str, ...], policies: tuple[str, ...]
) -> None:
    case.given(*story.with_dossier).when(story.decide).then(decided(story, rules, policies))


def test_a_dossier_begun_before_and_decided_after_01_07_2026_is_under_the_new_law_r_42() -> None:
    case.given(*SEAM.with_dossier).when(SEAM.decide).then(decided(SEAM, ("R-04", "R-42", "R-01", "R-14")))


@pytest.mark.parametrize(
    ("kind", "at_decision", "at_completion", "category", "reason", "rule", "ends", "policies"),
    [
        (ADULT, 30, 32, Category.C, "adult_throughout", "R-03", "2028-03-02", ()),
        (ADULT, None, None, Category.C, "kind_alone", "R-03", "2028-03-02", ()),
        (MINOR, 15, 16, Category.B, "minor_throughout", "R-02", "2027-03-02", ()),
        (
            MINOR,
            17,
            18,
            Category.B,
            "came_of_age_in_compulsory_rehab",
            "R-02",
            "2027-03-02",
            ("category.age_at=decision",),
        ),
        (EpisodeKind.OPIOID_SUBSTITUTION, 40, 41, Category.A, "voluntary_or_substitution", "R-01", "2027-03-02", ()),
    ],
)
def test_the_category_decides_the_length_of_the_term(  # noqa: PLR0913, PLR0917 -- A table.
    kind: EpisodeKind,
    at_decision: int | None,
    at_completion: int | None,
    category: Category,
    reason: str,
    rule: str,
    ends: str,
    policies: tuple[str, ...],
) -> None:
    story = replace(EARLIER, kind=kind, category=category, ends=ends)
    reported = story.reported.model_copy(update={"age_at_decision": at_decision, "age_at_completion": at_completion})
    case.given(reported, story.dossier_opened).when(story.decide).then(
        decided(story, ("R-04", rule, "R-14"), (*policies, ANNIVERSARY), category_reason=reason)
    )


def test_who_came_of_age_in_rehab_is_an_adult_if_the_switch_says_so() -> None:
    story = replace(EARLIER, kind=MINOR, category=Category.C, ends="2028-03-02")
    reported = story.reported.model_copy(update={"age_at_decision": 17, "age_at_completion": 18})
    under(category__age_at="completion").given(reported, story.dossier_opened).when(story.decide).then(
        decided(
            story,
            ("R-04", "R-03", "R-14"),
            ("category.age_at=completion", ANNIVERSARY),
            category_reason="came_of_age_in_compulsory_rehab",
        )
    )


def test_the_last_day_of_a_term_is_a_policy() -> None:
    story = replace(EARLIER, ends="2027-03-01")
    under(term__last_day="day_before").given(*story.with_dossier).when(story.decide).then(
        decided(story, ("R-04", "R-01", "R-14"), ("term.last_day=day_before",))
    )


def test_a_decision_on_the_third_working_day_is_late_and_still_counts_r_14() -> None:
    story = replace(EARLIER, decided="2026-03-11")
    case.given(*story.with_dossier).when(story.decide).then(decided(story, ("R-04", "R-01", "R-14"), in_time=False))


def test_without_decree_116_no_decision_is_late() -> None:
    story = replace(NEW, decided="2026-09-30")
    under(d116__end="ended").given(*story.with_dossier).when(story.decide).then(
        decided(story, ("R-04", "R-01"), (ANNIVERSARY, "d116.end=ended"))
    )


LATE = replace(EARLIER, presented="2027-03-01", dossier="2027-03-01", decided="2027-03-02")


@pytest.mark.parametrize("signed_on", ["2027-03-02", "2027-03-08"])
def test_a_decision_after_its_own_term_goes_to_review(signed_on: str) -> None:
    late = replace(LATE, decided=signed_on)
    case.given(*late.with_dossier).when(late.decide).then_refused(LateDecision, rules=["R-01"])


def test_a_decision_on_the_day_before_the_term_ends_is_ordinary() -> None:
    story = replace(LATE, decided="2027-03-01")
    case.given(*story.with_dossier).when(story.decide).then(
        decided(story, ("R-04", "R-01", "R-14"), (ANNIVERSARY, HOLDS))
    )


def test_a_late_decision_counts_once_a_human_reviewed_it_and_says_so() -> None:
    case.given(*LATE.with_dossier).when(replace(LATE.decide, reviewed=True)).then(
        decided(LATE, ("R-04", "R-01", "R-14"), (ANNIVERSARY, "decision.late=review", HOLDS))
    )


def test_a_late_decision_needs_no_review_if_the_switch_says_so() -> None:
    under(decision__late="ordinary").given(*LATE.with_dossier).when(LATE.decide).then(
        decided(LATE, ("R-04", "R-01", "R-14"), (ANNIVERSARY, "decision.late=ordinary", HOLDS))
    )


@pytest.mark.parametrize("story", [EARLIER, NEW])
@pytest.mark.parametrize("body", ["commune_police_chief", "commune_peoples_committee", "province_chairman"])
def test_only_the_commune_chairman_decides_under_both_laws_r_04(story: Story, body: str) -> None:
    command = replace(story.decide, decision=signed(story.decided, body=body))
    case.given(*story.with_dossier).when(command).then_refused(WrongAuthority, rules=["R-04"])


def test_only_the_chairman_of_the_case_s_own_commune_decides_r_04() -> None:
    command = replace(EARLIER.decide, decision=signed(EARLIER.decided, unit=THERE))
    case.given(*EARLIER.with_dossier).when(command).then_refused(WrongUnit, rules=["R-04"])


@pytest.mark.parametrize(("signed_on", "today"), [("2026-03-05", "2026-03-10"), ("2026-03-10", "2026-03-09")])
def test_a_decision_is_signed_after_the_dossier_and_not_after_today(signed_on: str, today: str) -> None:
    command = DecideManagement(signed(signed_on), today=day(today))
    case.given(*EARLIER.with_dossier).when(command).then_refused(WrongDates)


def test_the_same_decision_twice_is_one() -> None:
    case.given(*EARLIER.managed).when(EARLIER.decide).then()
    case.given(*EARLIER.managed, in_review("2027-03-03")).when(EARLIER.decide).then()


def test_management_is_decided_once() -> None:
    other = DecideManagement(signed("2026-03-11"), today=day("2026-03-11"))
    case.given(*EARLIER.managed).when(other).then_refused(WrongStage)


def test_no_decision_without_a_dossier() -> None:
    case.given(EARLIER.reported).when(EARLIER.decide).then_refused(WrongStage)


# Corrected completions.


def correction(completed: str) -> CorrectCompletionDate:
    """The episode's completion was corrected."""
    return CorrectCompletionDate(day(completed), reason="nhập sai")


def test_a_corrected_completion_moves_the_term() -> None:
    case.given(*EARLIER.managed).when(correction("2026-02-02")).then(
        term_corrected("2026-02-02", "2026-02-02", "2027-02-02", needs_review=False)
    )


def test_a_corrected_term_keeps_the_days_that_do_not_count() -> None:
    away = absent("2026-04-06", "2026-04-16", ends="2027-03-12")
    case.given(*EARLIER.managed, away).when(correction("2026-02-02")).then(
        term_corrected("2026-02-02", "2026-02-02", "2027-02-12", needs_review=False, rules=("R-01", "R-18"))
    )


@pytest.mark.parametrize("history", [[EARLIER.reported], EARLIER.with_dossier])
def test_before_the_decision_only_the_completion_changes(history: list[Event]) -> None:
    case.given(*history).when(correction("2026-02-02")).then(
        term_corrected("2026-02-02", None, None, needs_review=False)
    )


def test_a_decision_after_a_correction_rests_on_the_corrected_date() -> None:
    story = replace(EARLIER, completed="2026-02-02", ends="2027-02-02")
    corrected = term_corrected("2026-02-02", None, None, needs_review=False)
    case.given(*EARLIER.with_dossier, corrected).when(EARLIER.decide).then(decided(story, ("R-04", "R-01", "R-14")))


def test_the_same_completion_again_corrects_nothing() -> None:
    case.given(*EARLIER.managed).when(correction("2026-03-02")).then()


def test_a_completion_on_the_day_of_presenting_asks_for_nobody() -> None:
    case.given(*EARLIER.managed).when(correction("2026-03-04")).then(
        term_corrected("2026-03-04", "2026-03-04", "2027-03-04", needs_review=False)
    )


def test_a_completion_after_presenting_asks_for_a_human() -> None:
    case.given(*EARLIER.managed).when(correction("2026-03-05")).then(
        term_corrected("2026-03-05", "2026-03-05", "2027-03-05", needs_review=True)
    )


def test_a_correction_that_makes_the_decision_come_after_its_term_asks_for_a_human() -> None:
    case.given(*EARLIER.managed).when(correction("2025-03-10")).then(
        term_corrected(
            "2025-03-10",
            "2025-03-10",
            "2026-03-10",
            needs_review=True,
            policies=(ANNIVERSARY, "decision.late=review"),
        )
    )


CLOSINGS: list[list[Event]] = [
    [in_review("2027-03-03")],
    [in_review("2027-03-03"), withheld("2027-03-03", "detected", ("R-30",))],
    [in_review("2027-03-03"), approved("2027-03-04", ())],
    [ended("2026-05-04", EndReason.DECEASED)],
]


@pytest.mark.parametrize("closing", CLOSINGS)
def test_a_case_past_its_term_or_closed_is_corrected_under_a_human_s_eyes(closing: list[Event]) -> None:
    case.given(*EARLIER.managed, *closing).when(correction("2026-02-02")).then(
        term_corrected("2026-02-02", "2026-02-02", "2027-02-02", needs_review=True)
    )


# Deadlines after the law changed.


@pytest.mark.parametrize(
    ("given", "deadline", "due", "rule"),
    [
        ([EARLIER.reported], CaseDeadline.DOSSIER, "2026-03-09", "R-10"),
        (EARLIER.with_dossier, CaseDeadline.DECISION, "2026-03-10", "R-14"),
    ],
)
def test_an_open_deadline_is_computed_anew_once(
    given: list[Event], deadline: CaseDeadline, due: str, rule: str
) -> None:
    """Nothing was due by the law under which these were told."""
    about = {"case_id": EARLIER.report.case_id, "person_id": EARLIER.report.person_id}
    moved = CaseDeadlineMoved(**about, deadline=deadline, due_on=day(due), was=None, rules=(rule,))
    case.given(*given).when(RedateDeadlines()).then(moved)
    case.given(*given, moved).when(RedateDeadlines()).then()


def test_a_managed_case_has_no_deadline_to_compute_anew() -> None:
    case.given(*EARLIER.managed).when(RedateDeadlines()).then()
