"""Random commands to a case: mostly what its stage waits for, and always something that a caller could send."""

from datetime import UTC, date, datetime, time, timedelta
from typing import get_args
from uuid import UUID

from hypothesis import strategies as st

from libs.events.contracts.values import CaseStage as Stage
from libs.events.contracts.values import EndReason, EpisodeKind
from libs.events.decision import Decision
from services.registry.domain.case import commands as c
from services.registry.domain.case.state import Case
from tests.services.registry.domain.case.story import CASE, CHAIRMAN, ELSEWHERE, EPISODE, HERE, PERSON, THERE
from tests.services.registry.domain.lives import around

UNITS = (HERE, THERE, ELSEWHERE)
IDS = tuple(UUID(int=n) for n in range(50, 53))
AGE = (None, 17, 18)
AGES = ((None, None), (15, 16), (17, 18), (17, None), (40, 42), (None, 18), (40, 17))
TEXTS = ("một", "hai")
EXPECTED: dict[Stage, tuple[type, ...]] = {
    Stage.UNKNOWN: (c.ReportCompletion,),
    Stage.REPORTED: (c.OpenDossier,),
    Stage.DOSSIER_OPEN: (c.DecideManagement,),
    Stage.ACTIVE: (c.RecordAbsence, c.NotifyTransfer, c.Imprison, c.NoteUse, c.NoteUse, *[c.OpenRemovalReview] * 3),
    Stage.TRANSFERRING: (c.ReceiveTransfer, c.BounceTransfer, c.Imprison),
    Stage.PAUSED: (c.Release,),
    Stage.REMOVAL_REVIEW: (c.ApproveRemoval, c.ApproveRemoval, c.NoteUse, c.Imprison),
    Stage.REMOVAL_WITHHELD: (c.ApproveRemoval, c.ClearUse),
    Stage.ENDED: (c.ReviseDetermination, c.RetractDetermination, c.CorrectDeath, c.CorrectCompletionDate, c.NoteUse),
}
EVERY_KIND: tuple[type, ...] = get_args(c.CaseCommand)


def case_command(draw: st.DrawFn, state: Case, today: date) -> c.CaseCommand:
    """What may be sent on that day."""
    kinds = EXPECTED.get(state.stage, EVERY_KIND)
    if state.noted:
        kinds += (c.ReviseDetermination, c.RetractDetermination)
    return _command(draw(st.sampled_from(kinds if draw(st.integers(0, 3)) else EVERY_KIND)), draw, state, today)


def _command(kind: type, draw: st.DrawFn, state: Case, today: date) -> c.CaseCommand:  # noqa: C901, PLR0911, PLR0912 -- One line a command.
    on = around(draw, today)
    before = around(draw, on)
    one_of = st.sampled_from
    match kind.__name__:
        case "ReportCompletion":
            kind_of, ages = draw(one_of(EpisodeKind)), draw(one_of(AGES))
            return c.ReportCompletion(CASE, PERSON, EPISODE, HERE, kind_of, before, on, today, "p", *ages)
        case "OpenDossier":
            return c.OpenDossier(on, today)
        case "DecideManagement":
            return c.DecideManagement(_decision(draw, state, on), today, draw(st.booleans()))
        case "AssignHelper":
            return c.AssignHelper(draw(one_of(IDS)), "Hội Phụ nữ", on, today)
        case "RecordAbsence":
            return c.RecordAbsence(before, on, draw(st.booleans()), today)
        case "NotifyTransfer":
            left = datetime.combine(on, time(draw(st.integers(0, 23))), UTC)
            told = left + timedelta(hours=draw(one_of((0, 1, 23, 25, 200, -1))))
            return c.NotifyTransfer(draw(one_of(UNITS)), left, told, today)
        case "ReceiveTransfer":
            return c.ReceiveTransfer(on, today)
        case "BounceTransfer":
            return c.BounceTransfer(on, draw(one_of(TEXTS)), today)
        case "Imprison":
            return c.Imprison(on, today)
        case "Release":
            return c.Release(on, today)
        case "NoteUse":
            return c.NoteUse(draw(one_of(IDS)), on)
        case "ClearUse":
            return c.ClearUse(draw(one_of((*state.uses, *IDS))))
        case "NoteDetermination":
            return c.NoteDetermination(draw(one_of(IDS)), draw(one_of((False, False, True))), on, draw(one_of(AGE)))
        case "ReviseDetermination":
            return c.ReviseDetermination(_noted(draw, state), draw(st.booleans()), on, draw(one_of(AGE)))
        case "RetractDetermination":
            return c.RetractDetermination(_noted(draw, state))
        case "OpenRemovalReview":
            return c.OpenRemovalReview(today, today)
        case "ApproveRemoval":
            return c.ApproveRemoval(_decision(draw, state, on), "54/GCN", today, draw(one_of((None, *TEXTS))))
        case "EndByDeath":
            return c.EndByDeath(on)
        case "EndCase":
            return c.EndCase(draw(one_of(EndReason)), on, today)
        case "CorrectDeath":
            return c.CorrectDeath(on)
        case "CorrectCompletionDate":
            return c.CorrectCompletionDate(on, draw(one_of(TEXTS)))
        case "RedateDeadlines":
            return c.RedateDeadlines()
        case _:
            raise NotImplementedError(f"nobody draws a {kind.__name__}")


def _noted(draw: st.DrawFn, state: Case) -> UUID:
    """Mostly a determination that the case knows."""
    return draw(st.sampled_from((*state.noted, *IDS)))


def _decision(draw: st.DrawFn, state: Case, on: date) -> Decision:
    unit = draw(st.sampled_from((*[state.unit or HERE] * 5, *UNITS)))
    body = draw(st.sampled_from((*[CHAIRMAN] * 5, "commune_police_chief")))
    return Decision(number="1/QĐ", signed_on=on, body=body, unit=unit, signer="official-7")
