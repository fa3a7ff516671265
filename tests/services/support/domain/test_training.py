"""The rules of an enrolment in vocational training, each as one sentence."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from libs.events.contracts.registry.person import PersonDied
from libs.events.contracts.support.training import (
    DropReason,
    TrainingApplied,
    TrainingApproved,
    TrainingCompleted,
    TrainingDropped,
    TrainingEnrolled,
    TrainingFoundEligible,
    TrainingFoundIneligible,
    TrainingKind,
)
from libs.events.decider import Invalid, NotAllowedByLaw, Unknown, WrongStage
from libs.events.decision import Decision
from libs.events.event import Event
from libs.events.testing import Specification
from libs.law.law import LAW
from services.support.domain.training import NotManaged, training_decider
from services.support.domain.training.commands import (
    ApplyForTraining,
    ApproveTraining,
    AssessTraining,
    CompleteTraining,
    DropTraining,
    EndTraining,
    EnrolInTraining,
    TrainingCommand,
)

TRAINING, PERSON, SCHOOL = (UUID(int=n) for n in range(1, 4))
ABOUT = {"training_id": TRAINING, "person_id": PERSON}
HERE = "2025:26080"
RELIED_ON = "registry/7/3"
TODAY = date(2025, 9, 1)

training = Specification(training_decider, LAW)


def on(day: int) -> date:
    """A day of spring 2025."""
    return date(2025, 4, day)


def signed(day: date, body: str = "commune_chairman", rules: tuple[str, ...] = ()) -> Decision:
    return Decision(number="21/QĐ-UBND", signed_on=day, body=body, unit=HERE, signer="official-7", rules=rules)


APPLY = ApplyForTraining(
    training_id=TRAINING,
    person_id=PERSON,
    unit=HERE,
    kind=TrainingKind.ELEMENTARY,
    trade="sửa xe máy",
    applied_on=on(1),
    today=TODAY,
    managed=True,
    relied_on=RELIED_ON,
)
APPLIED = TrainingApplied(
    **ABOUT,
    unit=HERE,
    kind=TrainingKind.ELEMENTARY,
    trade="sửa xe máy",
    applied_on=on(1),
    relied_on=RELIED_ON,
    rules=("R-09",),
)
ELIGIBLE = TrainingFoundEligible(**ABOUT, assessed_on=on(2))
INELIGIBLE = TrainingFoundIneligible(**ABOUT, assessed_on=on(2), reason="chưa đủ sức khỏe")
APPROVED = TrainingApproved(
    **ABOUT, approved_on=on(3), decision=signed(on(3), rules=("R-04", "R-09")), relied_on=RELIED_ON
)
ENROLLED = TrainingEnrolled(**ABOUT, school_id=SCHOOL, enrolled_on=on(4))
COMPLETED = TrainingCompleted(**ABOUT, completed_on=on(20), certificate_number="7/CC")


def assess(day: int, *, reason: str | None = None) -> AssessTraining:
    return AssessTraining(reason is None, on(day), TODAY, reason)


def approve(day: int, body: str = "commune_chairman", *, managed: bool = True) -> ApproveTraining:
    return ApproveTraining(signed(on(day), body), TODAY, managed, RELIED_ON)


def enrol(day: int) -> EnrolInTraining:
    return EnrolInTraining(SCHOOL, on(day), TODAY)


def complete(day: int) -> CompleteTraining:
    return CompleteTraining(on(day), "7/CC", TODAY)


def drop(day: int, reason: DropReason = DropReason.FOUND_WORK) -> DropTraining:
    return DropTraining(reason, on(day), TODAY)


def die(day: int) -> EndTraining:
    return EndTraining(DropReason.DECEASED, on(day))


def dropped(day: int, reason: DropReason = DropReason.FOUND_WORK) -> TrainingDropped:
    return TrainingDropped(**ABOUT, reason=reason, dropped_on=on(day))


def test_an_application_names_its_rules_and_the_news_it_relied_on() -> None:
    training.given().when(APPLY).then(APPLIED)


def test_support_is_for_people_under_management() -> None:
    training.given().when(replace(APPLY, managed=False)).then_refused(NotManaged, rules=["R-09", "R-47"])


def test_before_the_law_of_2021_there_is_no_such_support() -> None:
    training.given().when(replace(APPLY, applied_on=date(2021, 12, 31))).then_refused(NotAllowedByLaw, rules=["R-09"])


def test_nobody_applies_tomorrow() -> None:
    training.given().when(replace(APPLY, applied_on=date(2025, 9, 2))).then_refused(Invalid)


def test_an_application_said_twice_is_one() -> None:
    training.given(APPLIED).when(APPLY).then()


def test_an_enrolment_begins_once() -> None:
    training.given(APPLIED).when(replace(APPLY, trade="nấu ăn")).then_refused(WrongStage)


@pytest.mark.parametrize("command", [assess(2), approve(3), enrol(4), complete(20), drop(9), die(9)])
def test_without_an_application_there_is_no_enrolment(command: TrainingCommand) -> None:
    training.given().when(command).then_refused(Unknown)


def test_an_application_is_found_eligible() -> None:
    training.given(APPLIED).when(assess(2)).then(ELIGIBLE)


def test_or_not_and_why() -> None:
    training.given(APPLIED).when(assess(2, reason="chưa đủ sức khỏe")).then(INELIGIBLE)


@pytest.mark.parametrize(("eligible", "reason"), [(True, "lý do"), (False, None)])
def test_a_reason_is_given_when_somebody_is_not_eligible(eligible: bool, reason: str | None) -> None:  # noqa: FBT001 -- Parametrised.
    training.given(APPLIED).when(AssessTraining(eligible, on(2), TODAY, reason)).then_refused(Invalid)


def test_the_chairman_decides() -> None:
    training.given(APPLIED, ELIGIBLE).when(approve(3)).then(APPROVED)


def test_nobody_else_decides() -> None:
    training.given(APPLIED, ELIGIBLE).when(approve(3, "commune_police_chief")).then_refused(
        NotAllowedByLaw, rules=["R-04"]
    )


def test_who_came_off_the_list_meanwhile_gets_no_approval() -> None:
    training.given(APPLIED, ELIGIBLE).when(approve(3, managed=False)).then_refused(NotManaged, rules=["R-09", "R-47"])


def test_what_was_approved_begins_at_a_school() -> None:
    training.given(APPLIED, ELIGIBLE, APPROVED).when(enrol(4)).then(ENROLLED)


def test_and_ends_with_a_certificate() -> None:
    training.given(APPLIED, ELIGIBLE, APPROVED, ENROLLED).when(complete(20)).then(COMPLETED)


@pytest.mark.parametrize("history", [[], [ELIGIBLE], [ELIGIBLE, APPROVED], [ELIGIBLE, APPROVED, ENROLLED]])
def test_until_then_it_may_be_dropped_at_any_time(history: list[Event]) -> None:
    training.given(APPLIED, *history).when(drop(9)).then(dropped(9))


@pytest.mark.parametrize("reason", [DropReason.DECEASED, DropReason.DECLARED_MISSING])
def test_only_the_registry_tells_of_deaths(reason: DropReason) -> None:
    training.given(APPLIED).when(drop(9, reason)).then_refused(Invalid)


@pytest.mark.parametrize(
    ("history", "said_again"),
    [
        ([ELIGIBLE], assess(2)),
        ([INELIGIBLE], assess(2, reason="chưa đủ sức khỏe")),
        ([ELIGIBLE, APPROVED], approve(3)),
        ([ELIGIBLE, APPROVED, ENROLLED], enrol(4)),
        ([ELIGIBLE, APPROVED, ENROLLED, COMPLETED], complete(20)),
        ([dropped(9)], drop(9)),
    ],
)
def test_what_is_known_already_changes_nothing(history: list[Event], said_again: TrainingCommand) -> None:
    training.given(APPLIED, *history).when(said_again).then()


@pytest.mark.parametrize(
    ("history", "command"),
    [
        ([ELIGIBLE], assess(3)),
        ([INELIGIBLE], approve(3)),
        ([], approve(3)),
        ([ELIGIBLE], enrol(4)),
        ([ELIGIBLE, APPROVED], complete(20)),
        ([INELIGIBLE], drop(9)),
        ([ELIGIBLE, APPROVED, ENROLLED, COMPLETED], drop(21)),
        ([ELIGIBLE, APPROVED, ENROLLED, COMPLETED], CompleteTraining(on(20), "8/CC", TODAY)),
        ([dropped(9)], drop(9, DropReason.OWN_WISH)),
    ],
)
def test_each_step_has_its_stage(history: list[Event], command: TrainingCommand) -> None:
    training.given(APPLIED, *history).when(command).then_refused(WrongStage)


@pytest.mark.parametrize(
    ("history", "command"),
    [
        ([ELIGIBLE], approve(1)),
        ([ELIGIBLE, APPROVED], enrol(2)),
        ([ELIGIBLE, APPROVED, ENROLLED], complete(3)),
        ([ELIGIBLE, APPROVED, ENROLLED], drop(3)),
        ([], AssessTraining(eligible=True, assessed_on=date(2025, 9, 2), today=TODAY)),
    ],
)
def test_days_follow_each_other_and_end_today(history: list[Event], command: TrainingCommand) -> None:
    training.given(APPLIED, *history).when(command).then_refused(Invalid)


@pytest.mark.parametrize("history", [[], [ELIGIBLE], [ELIGIBLE, APPROVED], [ELIGIBLE, APPROVED, ENROLLED]])
def test_death_ends_what_is_under_way(history: list[Event]) -> None:
    training.given(APPLIED, *history).when(die(9)).then(dropped(9, DropReason.DECEASED))


@pytest.mark.parametrize("history", [[INELIGIBLE], [dropped(9)], [ELIGIBLE, APPROVED, ENROLLED, COMPLETED]])
def test_death_changes_nothing_that_is_over(history: list[Event]) -> None:
    training.given(APPLIED, *history).when(die(25)).then()


def test_no_enrolment_ends_before_it_began() -> None:
    training.given(APPLIED, ELIGIBLE, APPROVED, ENROLLED).when(die(2)).then(dropped(4, DropReason.DECEASED))


def test_events_of_others_pass_by() -> None:
    stranger = PersonDied(person_id=PERSON, died_on=on(1), source="test")
    training.given(APPLIED, stranger).when(assess(2)).then(ELIGIBLE)
