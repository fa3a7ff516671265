"""Determinations: what one means for a case, and what its correction or annulment does (R-26, R-33)."""

import pytest

from libs.events.contracts.values import EndReason
from libs.events.event import Event
from services.registry.domain.case.commands import (
    NoteDetermination,
    RetractDetermination,
    ReviseDetermination,
)
from tests.services.registry.domain.case.story import (
    EARLIER,
    FOUND,
    NEW,
    OTHER_FOUND,
    Story,
    approved,
    case,
    day,
    end_corrected,
    ended,
    in_review,
    noted,
    notified,
    paused,
    review,
    under,
    unnoted,
    used,
    withheld,
)

RELAPSED = EndReason.RELAPSED
CLOSED: list[list[Event]] = [
    [in_review("2027-03-03"), approved("2027-03-04", ())],
    [ended("2026-05-04", EndReason.DECEASED)],
]


def determined(on: str, *, addicted: bool) -> NoteDetermination:
    """A competent body has spoken."""
    return NoteDetermination(FOUND, addicted, day(on))


def test_under_the_old_law_addiction_ends_the_case_on_the_compulsory_path_r_26() -> None:
    case.given(*EARLIER.managed).when(determined("2026-06-30", addicted=True)).then(
        noted("2026-06-30", addicted=True), ended("2026-06-30", RELAPSED, ("R-26",))
    )


def test_under_the_new_law_addiction_also_takes_off_the_list_r_33() -> None:
    case.given(*EARLIER.managed).when(determined("2026-07-01", addicted=True)).then(
        noted("2026-07-01", addicted=True), ended("2026-07-01", RELAPSED, ("R-26", "R-33"))
    )


@pytest.mark.parametrize(
    "meanwhile",
    [
        [notified("2026-08-03T09:00")],
        [paused("2026-08-03")],
        [in_review("2027-07-07")],
        [in_review("2027-07-07"), withheld("2027-07-07", "detected", ("R-30",))],
    ],
)
def test_a_relapse_ends_a_case_wherever_it_stands(meanwhile: list[Event]) -> None:
    case.given(*NEW.managed, *meanwhile).when(determined("2027-07-08", addicted=True)).then(
        noted("2027-07-08", addicted=True), ended("2027-07-08", RELAPSED, ("R-26", "R-33"))
    )


@pytest.mark.parametrize(("story", "on", "rules"), [(EARLIER, "2026-03-09", ()), (NEW, "2026-07-13", ("R-33",))])
def test_a_relapse_before_the_decision_ends_the_case_too(story: Story, on: str, rules: tuple[str, ...]) -> None:
    # Else it would stay open for ever and bar the case after the next completion.
    case.given(*story.with_dossier).when(determined(on, addicted=True)).then(
        noted(on, addicted=True), ended(on, RELAPSED, rules)
    )


def test_no_addiction_is_noted_and_changes_nothing_else() -> None:
    case.given(*EARLIER.managed, used("2026-05-04")).when(determined("2026-05-18", addicted=False)).then(
        noted("2026-05-18", addicted=False)
    )


def test_the_same_determination_twice_is_one() -> None:
    clear = noted("2026-05-18", addicted=False)
    case.given(*EARLIER.managed, clear).when(determined("2026-05-18", addicted=False)).then()
    later = noted("2026-06-15", addicted=False, by=OTHER_FOUND)
    case.given(*EARLIER.managed, clear, later).when(determined("2026-05-18", addicted=False)).then()
    relapse: list[Event] = [noted("2026-05-18", addicted=True), ended("2026-05-18", RELAPSED)]
    case.given(*EARLIER.managed, *relapse).when(determined("2026-05-18", addicted=True)).then()


def test_two_bodies_that_spoke_on_one_day_are_two() -> None:
    other = noted("2026-05-18", addicted=False, by=OTHER_FOUND)
    case.given(*EARLIER.managed, other).when(determined("2026-05-18", addicted=False)).then(
        noted("2026-05-18", addicted=False)
    )


@pytest.mark.parametrize("addicted", [True, False])
@pytest.mark.parametrize("closing", CLOSED)
def test_a_closed_case_takes_no_note_of_a_determination(
    closing: list[Event],
    addicted: bool,  # noqa: FBT001 -- A table.
) -> None:
    case.given(*EARLIER.managed, *closing).when(determined("2027-04-01", addicted=addicted)).then()


def test_a_determination_on_the_day_of_completion_is_this_case_s() -> None:
    case.given(*EARLIER.managed).when(determined("2026-03-02", addicted=False)).then(
        noted("2026-03-02", addicted=False)
    )


def test_a_determination_before_completion_is_not_this_case_s() -> None:
    case.given(*EARLIER.managed).when(determined("2026-03-01", addicted=True)).then()


# Corrected and annulled determinations.

CLEAR = noted("2026-05-18", addicted=False)
OTHER_CLEAR = noted("2026-06-15", addicted=False, by=OTHER_FOUND)
RELAPSE: list[Event] = [noted("2026-05-18", addicted=True), ended("2026-05-18", RELAPSED, ("R-26",))]
RETRACT = RetractDetermination(FOUND)
IN_DOUBT = end_corrected("2026-05-18", RELAPSED, "2026-05-18", needs_review=True)


def revised(on: str, *, addicted: bool) -> ReviseDetermination:
    """The body had said this."""
    return ReviseDetermination(FOUND, addicted, day(on))


def test_a_corrected_day_is_noted_instead_of_the_wrong_one() -> None:
    case.given(*EARLIER.managed, CLEAR, OTHER_CLEAR).when(revised("2026-05-19", addicted=False)).then(
        unnoted("2026-05-18"), noted("2026-05-19", addicted=False)
    )


def test_a_determination_corrected_to_before_the_completion_is_not_this_case_s() -> None:
    case.given(*EARLIER.managed, CLEAR).when(revised("2026-03-01", addicted=False)).then(unnoted("2026-05-18"))


def test_the_same_correction_twice_is_one() -> None:
    case.given(*EARLIER.managed, CLEAR).when(revised("2026-05-18", addicted=False)).then()
    moved = [CLEAR, unnoted("2026-05-18"), noted("2026-05-19", addicted=False)]
    case.given(*EARLIER.managed, *moved).when(revised("2026-05-19", addicted=False)).then()


def test_a_determination_corrected_to_addiction_ends_the_case_r_26() -> None:
    case.given(*EARLIER.managed, CLEAR).when(revised("2026-05-18", addicted=True)).then(unnoted("2026-05-18"), *RELAPSE)


def test_a_determination_of_which_the_case_had_not_heard_is_noted_as_corrected() -> None:
    case.given(*EARLIER.managed).when(revised("2026-05-18", addicted=True)).then(*RELAPSE)


@pytest.mark.parametrize(("on", "rules"), [("2026-06-30", ("R-26",)), ("2026-07-01", ("R-26", "R-33"))])
def test_the_case_that_a_determination_ended_ends_on_the_corrected_day_under_its_law(
    on: str, rules: tuple[str, ...]
) -> None:
    moved = end_corrected(on, RELAPSED, "2026-05-18", rules)
    case.given(*EARLIER.managed, *RELAPSE).when(revised(on, addicted=True)).then(moved)
    case.given(*EARLIER.managed, *RELAPSE, moved).when(revised(on, addicted=True)).then()
    case.given(*EARLIER.managed, *RELAPSE).when(revised("2026-05-18", addicted=True)).then()


def test_who_was_not_under_management_yet_is_on_no_compulsory_path_after_a_correction_either() -> None:
    over: list[Event] = [noted("2026-03-08", addicted=True), ended("2026-03-08", RELAPSED)]
    case.given(*EARLIER.with_dossier, *over).when(revised("2026-03-09", addicted=True)).then(
        end_corrected("2026-03-09", RELAPSED, "2026-03-08")
    )


@pytest.mark.parametrize(("on", "addicted"), [("2026-05-18", False), ("2026-03-01", True)])
def test_an_end_whose_determination_no_longer_bears_it_goes_to_a_human_once(
    on: str,
    addicted: bool,  # noqa: FBT001 -- A table.
) -> None:
    command = revised(on, addicted=addicted)
    case.given(*EARLIER.managed, *RELAPSE).when(command).then(IN_DOUBT)
    case.given(*EARLIER.managed, *RELAPSE, IN_DOUBT).when(command).then()


def test_an_annulled_determination_is_not_noted_any_more() -> None:
    case.given(*EARLIER.managed, CLEAR, OTHER_CLEAR).when(RETRACT).then(unnoted("2026-05-18"))
    case.given(*EARLIER.managed, CLEAR, unnoted("2026-05-18")).when(RETRACT).then()
    case.given(*EARLIER.managed).when(RETRACT).then()


def test_the_case_that_an_annulled_determination_ended_goes_to_a_human_once() -> None:
    case.given(*EARLIER.managed, *RELAPSE).when(RETRACT).then(IN_DOUBT)
    case.given(*EARLIER.managed, *RELAPSE, IN_DOUBT).when(RETRACT).then()


@pytest.mark.parametrize("command", [RETRACT, revised("2026-05-19", addicted=False)])
@pytest.mark.parametrize("closing", CLOSED)
def test_a_closed_case_that_had_noted_it_goes_to_a_human(
    closing: list[Event], command: RetractDetermination | ReviseDetermination
) -> None:
    case.given(*EARLIER.managed, CLEAR, *closing).when(command).then(unnoted("2026-05-18", needs_review=True))


def test_a_cleared_use_stands_in_the_way_again_once_the_determination_is_annulled() -> None:
    cleared = [*EARLIER.managed, used("2026-05-04"), CLEAR, unnoted("2026-05-18")]
    law = under(transition__under_management="l73", removal__not_addicted="allowed")
    law.given(*cleared).when(review("2027-03-03")).then(
        in_review("2027-03-03"),
        withheld("2027-03-03", "detected", ("R-43", "R-30"), ("transition.under_management=l73",)),
    )
