"""A post-rehab management case: from the report of a completion to removal from the list, or an earlier end."""

from typing import assert_never

from libs.events.decider import Decider, Unknown
from libs.events.event import Event
from libs.law.law import Law, NotInForce
from libs.vietnam.calendar import CalendarUnknown
from services.registry.domain.case.closing import (
    approve_removal,
    clear_use,
    correct_death,
    end_by_death,
    end_case,
    note_use,
    open_removal_review,
)
from services.registry.domain.case.commands import (
    ApproveRemoval,
    AssignHelper,
    BounceTransfer,
    CaseCommand,
    ClearUse,
    CorrectCompletionDate,
    CorrectDeath,
    DecideManagement,
    EndByDeath,
    EndCase,
    Imprison,
    NoteDetermination,
    NoteUse,
    NotifyTransfer,
    OpenDossier,
    OpenRemovalReview,
    ReceiveTransfer,
    RecordAbsence,
    RedateDeadlines,
    Release,
    ReportCompletion,
    RetractDetermination,
    ReviseDetermination,
)
from services.registry.domain.case.determining import (
    note_determination,
    retract_determination,
    revise_determination,
)
from services.registry.domain.case.managing import (
    assign_helper,
    bounce_transfer,
    imprison,
    notify_transfer,
    receive_transfer,
    record_absence,
    release,
)
from services.registry.domain.case.opening import (
    correct_completion_date,
    decide_management,
    open_dossier,
    redate_deadlines,
    report_completion,
)
from services.registry.domain.case.refusals import NoLawThen
from services.registry.domain.case.state import Case, evolve


def decide(command: CaseCommand, case: Case, law: Law) -> list[Event]:
    """What follows from a command under the law of its day; nothing when it says what is known already."""
    try:
        return _decide(command, case, law)
    except (NotInForce, CalendarUnknown) as silent:
        raise NoLawThen("no law, or no calendar, is known for one of the days") from silent


def _decide(command: CaseCommand, case: Case, law: Law) -> list[Event]:  # noqa: C901, PLR0911, PLR0912 -- One line a command.
    if isinstance(command, ReportCompletion):
        return report_completion(command, case, law)
    if not case.known:
        raise Unknown("there is no such case")
    match command:
        case OpenDossier():
            return open_dossier(command, case, law)
        case DecideManagement():
            return decide_management(command, case, law)
        case AssignHelper():
            return assign_helper(command, case)
        case RecordAbsence():
            return record_absence(command, case, law)
        case NotifyTransfer():
            return notify_transfer(command, case, law)
        case ReceiveTransfer():
            return receive_transfer(command, case, law)
        case BounceTransfer():
            return bounce_transfer(command, case)
        case Imprison():
            return imprison(command, case, law)
        case Release():
            return release(command, case, law)
        case NoteUse():
            return note_use(command, case, law)
        case ClearUse():
            return clear_use(command, case)
        case NoteDetermination():
            return note_determination(command, case, law)
        case ReviseDetermination():
            return revise_determination(command, case, law)
        case RetractDetermination():
            return retract_determination(command, case)
        case OpenRemovalReview():
            return open_removal_review(command, case, law)
        case ApproveRemoval():
            return approve_removal(command, case, law)
        case EndCase():
            return end_case(command, case, law)
        case EndByDeath():
            return end_by_death(command, case, law)
        case CorrectDeath():
            return correct_death(command, case, law)
        case CorrectCompletionDate():
            return correct_completion_date(command, case, law)
        case RedateDeadlines():
            return redate_deadlines(case, law)
        case _:
            assert_never(command)


case_decider: Decider[CaseCommand, Case] = Decider("case", Case(), decide, evolve)
