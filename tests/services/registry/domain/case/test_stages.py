"""Which command each stage accepts: one table, and what happens to a case that nobody reported."""

import pytest

from libs.events.contracts.registry.person import PersonDied
from libs.events.contracts.values import CaseStage as Stage
from libs.events.contracts.values import EndReason
from libs.events.decider import Refused, Unknown, WrongStage
from libs.events.event import Event
from libs.law.law import LAW
from services.registry.domain.case import case_decider
from services.registry.domain.case.commands import (
    AssignHelper,
    BounceTransfer,
    CaseCommand,
    ClearUse,
    CorrectCompletionDate,
    DecideManagement,
    EndCase,
    Imprison,
    NoteDetermination,
    NoteUse,
    NotifyTransfer,
    OpenDossier,
    OpenRemovalReview,
    ReceiveTransfer,
    RecordAbsence,
    Release,
)
from services.registry.domain.case.state import Case
from tests.services.registry.domain.case.story import (
    EARLIER,
    FOUND,
    HELPER,
    HERE,
    NEW,
    PERSON,
    TEST,
    THERE,
    Story,
    approve,
    approved,
    at,
    case,
    day,
    ended,
    in_review,
    notified,
    paused,
    signed,
    withheld,
)

TODAY = day("2027-08-02")
REVIEW: list[Event] = [*NEW.managed, in_review("2027-07-07")]
AT: dict[Stage, list[Event]] = {
    Stage.REPORTED: [NEW.reported],
    Stage.DOSSIER_OPEN: NEW.with_dossier,
    Stage.ACTIVE: NEW.managed,
    Stage.TRANSFERRING: [*NEW.managed, notified("2026-08-03T09:00")],
    Stage.PAUSED: [*NEW.managed, paused("2026-08-03")],
    Stage.REMOVAL_REVIEW: REVIEW,
    Stage.REMOVAL_WITHHELD: [*REVIEW, withheld("2027-07-07", "detected", ("R-31",))],
    Stage.COMPLETED: [*REVIEW, approved("2027-07-08", ())],
    Stage.ENDED: [*NEW.managed, ended("2026-08-03", EndReason.DECEASED)],
}
OPENING = {Stage.REPORTED, Stage.DOSSIER_OPEN}
CLOSED = {Stage.COMPLETED, Stage.ENDED}
OPEN = AT.keys() - CLOSED
MANAGED = OPEN - OPENING

COMMANDS: list[tuple[CaseCommand, set[Stage]]] = [
    (OpenDossier(TODAY, TODAY), {Stage.REPORTED}),
    (DecideManagement(signed("2027-08-02"), TODAY, reviewed=True), {Stage.DOSSIER_OPEN}),
    (AssignHelper(HELPER, "Hội Phụ nữ", TODAY, TODAY), MANAGED),
    (RecordAbsence(day("2027-05-03"), day("2027-05-04"), reported=False, today=TODAY), MANAGED),
    (NotifyTransfer(THERE, at("2027-07-30T08:00"), at("2027-07-30T09:00"), TODAY), {Stage.ACTIVE}),
    (ReceiveTransfer(TODAY, TODAY), {Stage.TRANSFERRING}),
    (BounceTransfer(TODAY, "không có", TODAY), {Stage.TRANSFERRING}),
    (Imprison(TODAY, TODAY), MANAGED - {Stage.PAUSED}),
    (Release(TODAY, TODAY), {Stage.PAUSED}),
    (OpenRemovalReview(day("2027-07-07"), TODAY), {Stage.ACTIVE}),
    (approve("2027-08-02"), {Stage.REMOVAL_REVIEW, Stage.REMOVAL_WITHHELD}),
    (EndCase(EndReason.ANNULLED, TODAY, TODAY), OPEN),
    (NoteUse(TEST, TODAY), OPEN),
    (NoteDetermination(FOUND, addicted=True, determined_on=TODAY), OPEN),
    (CorrectCompletionDate(day("2026-07-03"), "nhập sai"), set(AT)),
]
# These only take note of what happened elsewhere, so a case that is past them stays silent.
SILENT = (NoteUse, NoteDetermination, OpenRemovalReview)


@pytest.mark.parametrize("stage", AT)
@pytest.mark.parametrize(("command", "accepted"), COMMANDS, ids=lambda one: type(one).__name__)
def test_a_stage_accepts_what_makes_sense_in_it_and_refuses_the_rest(
    command: CaseCommand, accepted: set[Stage], stage: Stage
) -> None:
    state = case_decider.fold(Case(), AT[stage])
    assert state.stage is stage
    if stage in accepted:
        assert case_decider.decide(command, state, LAW)
        return
    try:
        assert case_decider.decide(command, state, LAW) == []
    except WrongStage:
        assert not isinstance(command, NoteUse | NoteDetermination)
    else:
        assert isinstance(command, SILENT)


@pytest.mark.parametrize(
    "command", [*(command for command, _ in COMMANDS), ClearUse(TEST)], ids=lambda one: type(one).__name__
)
def test_nothing_can_be_done_to_a_case_that_nobody_reported(command: CaseCommand) -> None:
    case.given().when(command).then_refused(Unknown)


def test_a_case_ignores_what_is_not_its_own() -> None:
    state = case_decider.fold(Case(), NEW.managed)
    died = PersonDied(person_id=PERSON, died_on=TODAY, source="")
    assert case_decider.evolve(state, died) == state


def test_there_is_no_term_before_the_decision() -> None:
    state = case_decider.fold(Case(), NEW.with_dossier)
    with pytest.raises(ValueError, match="no term"):
        _ = state.facts


LATE = Story("2026-07-06", "2027-07-05", "2027-07-05", "2027-07-06", ends="2027-07-06")


@pytest.mark.parametrize(
    ("history", "command", "params"),
    [
        (AT[Stage.PAUSED], OpenRemovalReview(TODAY, TODAY), {"stage": Stage.PAUSED}),
        (AT[Stage.REPORTED], OpenRemovalReview(TODAY, TODAY), {"stage": Stage.REPORTED}),
        (NEW.managed, OpenRemovalReview(day("2027-07-06"), day("2027-07-06")), {"ends_on": day("2027-07-06")}),
        (LATE.with_dossier, LATE.decide, {"ends_on": day("2027-07-06")}),
        (REVIEW, approve("2027-07-08", body="court"), {"body": "court", "competent": "commune_chairman"}),
        (REVIEW, approve("2027-07-08", unit=THERE), {"unit": HERE}),
        (NEW.managed, NotifyTransfer(HERE, at("2026-08-03T08:00"), at("2026-08-03T09:00"), TODAY), {"unit": HERE}),
        (NEW.managed, EndCase(EndReason.PRISON, TODAY, TODAY), {"end": EndReason.PRISON}),
        (EARLIER.managed, EndCase(EndReason.REFORMATORY, day("2026-06-30"), TODAY), {"end": EndReason.REFORMATORY}),
    ],
)
def test_a_refusal_carries_what_its_message_needs(
    history: list[Event], command: CaseCommand, params: dict[str, object]
) -> None:
    with pytest.raises(Refused) as caught:
        case_decider.decide(command, case_decider.fold(Case(), history), LAW)
    assert caught.value.params == params
