"""Every answer that a policy switch touches says which way the switch stood, and no other answer does."""

from dataclasses import replace

import pytest

from libs.events.event import Event
from libs.events.testing import Specification
from services.registry.domain.case.commands import CaseCommand, CorrectCompletionDate, Release
from services.registry.domain.case.state import Case
from tests.services.registry.domain.case.story import (
    ANNIVERSARY,
    EARLIER,
    ENDED,
    HOLDS,
    NEW,
    OLD,
    Story,
    absent,
    approve,
    approved,
    case,
    day,
    in_review,
    noted,
    paused,
    resumed,
    review,
    term_corrected,
    under,
    used,
)

DAY_BEFORE = "term.last_day=day_before"
NOT_COUNTED, COUNTED = "absence.under_l120=not_counted", "absence.under_l120=counted"
WITHOUT_D116 = under(d116__end="ended")
Law = Specification[CaseCommand, Case]

# Decree 116 after 30/06/2026: whether it still sets a deadline is asked of the day from which the deadline runs.
SEAM = replace(NEW, completed="2026-06-25", presented="2026-06-30", dossier="2026-07-01", decided="2026-07-02")


def test_a_report_of_30_06_2026_rests_on_the_decree_beyond_doubt() -> None:
    expected = SEAM.reported.model_copy(update={"dossier_due_on": day("2026-07-03"), "rules": ("R-10",)})
    for law in (case, WITHOUT_D116):
        law.given().when(SEAM.report).then(expected)


@pytest.mark.parametrize(
    ("law", "due", "rules", "policies"),
    [
        (case, day("2026-07-03"), ("R-06", "R-10", "R-14"), (HOLDS,)),
        (WITHOUT_D116, None, ("R-06", "R-10"), (ENDED,)),
    ],
)
def test_a_dossier_of_01_07_2026_says_once_whether_the_decree_still_sets_the_decision_s_deadline(
    law: Law, due: object, rules: tuple[str, ...], policies: tuple[str, ...]
) -> None:
    facts = {"listed_by": "commune_police_chief", "decision_due_on": due, "rules": rules, "policies": policies}
    law.given(SEAM.reported).when(SEAM.open_dossier).then(SEAM.dossier_opened.model_copy(update=facts))


# A corrected completion.

AWAY_LATER = absent("2026-09-07", "2026-09-17", ends="2027-03-12")
SENTENCE = [paused("2026-09-07"), resumed("2026-09-17", ends="2027-03-12")]


def correct(completed: str) -> CorrectCompletionDate:
    return CorrectCompletionDate(day(completed), "nhập sai")


@pytest.mark.parametrize(
    ("law", "history", "ends", "rules", "policies"),
    [
        (case, [], "2027-02-02", ("R-01",), (ANNIVERSARY,)),
        (under(term__last_day="day_before"), [], "2027-02-01", ("R-01",), (DAY_BEFORE,)),
        (case, [AWAY_LATER], "2027-02-12", ("R-01", "R-18"), (ANNIVERSARY, HOLDS, NOT_COUNTED)),
        (WITHOUT_D116, [AWAY_LATER], "2027-02-02", ("R-01",), (ANNIVERSARY, ENDED, NOT_COUNTED)),
        (under(absence__under_l120="counted"), [AWAY_LATER], "2027-02-02", ("R-01",), (ANNIVERSARY, HOLDS, COUNTED)),
        (case, SENTENCE, "2027-02-12", ("R-01", "R-34"), (ANNIVERSARY, "prison.of_earlier_cases=pauses")),
        (
            under(prison__of_earlier_cases="ends"),
            SENTENCE,
            "2027-02-02",
            ("R-01",),
            (ANNIVERSARY, "prison.of_earlier_cases=ends"),
        ),
    ],
)
def test_a_corrected_term_names_the_rules_and_switches_that_made_it(
    law: Law, history: list[Event], ends: str, rules: tuple[str, ...], policies: tuple[str, ...]
) -> None:
    law.given(*EARLIER.managed, *history).when(correct("2026-02-02")).then(
        term_corrected("2026-02-02", "2026-02-02", ends, needs_review=False, rules=rules, policies=policies)
    )


def test_a_corrected_term_of_29_february_names_what_became_of_its_anniversary() -> None:
    under(term__leap_day="first_of_march").given(*OLD.managed).when(correct("2024-02-29")).then(
        term_corrected(
            "2024-02-29",
            "2024-02-29",
            "2025-03-01",
            needs_review=False,
            policies=("term.leap_day=first_of_march", ANNIVERSARY),
        )
    )


def test_a_correction_that_makes_the_decision_late_asks_for_nobody_if_the_switch_says_so() -> None:
    under(decision__late="ordinary").given(*EARLIER.managed).when(correct("2025-03-10")).then(
        term_corrected(
            "2025-03-10",
            "2025-03-10",
            "2026-03-10",
            needs_review=False,
            policies=(ANNIVERSARY, "decision.late=ordinary"),
        )
    )


# A release.


@pytest.mark.parametrize(
    ("law", "story", "ends", "rules", "policies"),
    [
        (under(term__last_day="day_before"), NEW, "2027-07-15", ("R-01", "R-34"), (DAY_BEFORE,)),
        # For a case decided under the new law nobody asks what becomes of earlier ones.
        (under(prison__of_earlier_cases="ends"), NEW, "2027-07-16", ("R-01", "R-34"), (ANNIVERSARY,)),
        (
            under(prison__of_earlier_cases="ends"),
            EARLIER,
            "2027-03-02",
            ("R-01",),
            (ANNIVERSARY, "prison.of_earlier_cases=ends"),
        ),
    ],
)
def test_a_resumed_term_names_the_rules_and_switches_that_made_it(
    law: Law, story: Story, ends: str, rules: tuple[str, ...], policies: tuple[str, ...]
) -> None:
    release = Release(day("2026-09-11"), today=day("2026-09-11"))
    law.given(*story.managed, paused("2026-09-01")).when(release).then(
        resumed("2026-09-11", ends=ends, rules=rules, policies=policies)
    )


# The end of the term.


def test_a_review_names_the_rules_and_switches_of_the_term_that_is_served() -> None:
    under(term__last_day="day_before").given(*OLD.managed).when(review("2025-03-04")).then(
        in_review("2025-03-04", ("R-01", "R-30"), (DAY_BEFORE,))
    )


USED, NOT_ADDICTED = used("2026-09-07"), noted("2026-09-21", addicted=False)
UNDER_L73 = "transition.under_management=l73"


@pytest.mark.parametrize(
    ("law", "story", "found", "rules", "policies"),
    [
        (case, NEW, [], ("R-04", "R-31", "R-37"), (HOLDS,)),
        (case, NEW, [USED], ("R-04", "R-31", "R-37"), ("removal.use_under_l120=allowed", HOLDS)),
        (WITHOUT_D116, NEW, [USED], ("R-04", "R-31"), ("removal.use_under_l120=allowed", ENDED)),
        (
            under(transition__under_management="l73"),
            EARLIER,
            [],
            ("R-04", "R-43", "R-30", "R-37"),
            (UNDER_L73, HOLDS),
        ),
        (
            under(transition__under_management="l73", removal__not_addicted="allowed"),
            EARLIER,
            [USED, NOT_ADDICTED],
            ("R-04", "R-43", "R-30", "R-37"),
            (UNDER_L73, "removal.not_addicted=allowed", HOLDS),
        ),
    ],
)
def test_a_removal_names_the_switches_by_which_it_was_allowed_and_certified(
    law: Law, story: Story, found: list[Event], rules: tuple[str, ...], policies: tuple[str, ...]
) -> None:
    history = [*story.managed, *found, in_review("2027-07-07")]
    law.given(*history).when(approve("2027-07-08")).then(approved("2027-07-08", rules, policies=policies))


def test_a_removal_until_30_06_2026_rests_on_the_decree_beyond_doubt() -> None:
    removed = approved("2025-03-06", ("R-04", "R-30", "R-37"))
    for law in (case, WITHOUT_D116):
        law.given(*OLD.managed, in_review("2025-03-05")).when(approve("2025-03-06")).then(removed)
