"""While a case is managed: helpers, absences, moves and prison."""

from dataclasses import replace
from datetime import date

from libs.events.contracts.registry.case import (
    AbsenceRecorded,
    CaseEnded,
    CasePaused,
    CaseResumed,
    HelperAssigned,
    TransferBounced,
    TransferNotified,
    TransferReceived,
)
from libs.events.contracts.values import CaseStage as Stage
from libs.events.contracts.values import EndReason
from libs.events.event import Event
from libs.law.applied import Applied
from libs.law.deadlines import missed, transfer_notice_due
from libs.law.law import Law
from libs.law.removal import prison_effect, takes_off_list
from libs.law.spans import Span
from libs.law.terms import Term, management_term
from libs.law.words import OffList, PrisonEffect
from libs.vietnam.calendar import civil_date
from services.registry.domain.case.checks import at_stage, in_order, told_before
from services.registry.domain.case.commands import (
    AssignHelper,
    BounceTransfer,
    Imprison,
    NotifyTransfer,
    ReceiveTransfer,
    RecordAbsence,
    Release,
)
from services.registry.domain.case.refusals import WrongDates, WrongUnit
from services.registry.domain.case.state import MANAGED, Case
from services.registry.domain.places import commune_on


def assign_helper(command: AssignHelper, case: Case) -> list[Event]:
    """At least one helper is assigned (R-38); the same one twice is one."""
    at_stage(case, *MANAGED, rules=("R-38",))
    in_order(assigned_on=command.assigned_on, today=command.today)
    if (before := case.helpers.get(command.helper_id)) is not None:
        told_before(organisation=(before[0], command.organisation), assigned_on=(before[1], command.assigned_on))
        return []
    return [
        HelperAssigned(
            case_id=case.id,
            person_id=case.person_id,
            helper_id=command.helper_id,
            organisation=command.organisation,
            assigned_on=command.assigned_on,
        )
    ]


def record_absence(command: RecordAbsence, case: Case, law: Law) -> list[Event]:
    """Only an unreported absence lengthens the term, by its days in it (R-18)."""
    at_stage(case, *MANAGED, rules=("R-18",))
    in_order(
        completed_on=case.completed_on,
        absent_from=command.absent_from,
        absent_until=command.absent_until,
        today=command.today,
    )
    away = Span(command.absent_from, command.absent_until)
    same, otherwise = case.absences, case.reported_absences
    if command.reported:
        same, otherwise = otherwise, same
    if away in same:
        return []
    if away in otherwise:
        raise WrongDates("the same days were recorded otherwise", dates=["absent_from", "absent_until"])
    longer = case if command.reported else replace(case, absences=(*case.absences, away))
    term = _term(longer, law, command.today)
    return [
        AbsenceRecorded(
            case_id=case.id,
            person_id=case.person_id,
            absent_from=command.absent_from,
            absent_until=command.absent_until,
            reported=command.reported,
            term_ends_on=term.value.ends_on,
            rules=term.rules,
            policies=term.policies,
        )
    ]


def notify_transfer(command: NotifyTransfer, case: Case, law: Law) -> list[Event]:
    """Tell the new commune: within 5 working days (R-19), from 01/07/2026 within 24 hours (R-20) of leaving."""
    left_on = civil_date(command.left_at)
    if (case.to_unit, case.transits[-1:]) == (command.to_unit, (Span(left_on),)):
        return []
    at_stage(case, Stage.ACTIVE, rules=("R-19", "R-20"))
    in_order(
        completed_on=case.completed_on,
        left_at=left_on,
        notified_at=civil_date(command.notified_at),
        today=command.today,
    )
    commune_on(command.to_unit, left_on)
    if command.to_unit == case.unit:
        raise WrongUnit("the person would move to the same unit", unit=case.unit)
    if command.notified_at < command.left_at:
        raise WrongDates("told of before the person left", dates=["left_at", "notified_at"])
    due = transfer_notice_due(command.left_at, law)
    return [
        TransferNotified(
            case_id=case.id,
            person_id=case.person_id,
            from_unit=case.unit,
            to_unit=command.to_unit,
            left_on=left_on,
            left_at=command.left_at,
            due=due.value.isoformat(),
            in_time=not missed(due.value, command.notified_at),
            rules=due.rules,
        )
    ]


def receive_transfer(command: ReceiveTransfer, case: Case, law: Law) -> list[Event]:
    """The new commune goes on with the same term; the old one takes the person off its list (R-35)."""
    if isinstance(case.arrival, TransferReceived) and case.arrival.received_on == command.received_on:
        return []  # Said twice, true once.
    received = TransferReceived(
        case_id=case.id,
        person_id=case.person_id,
        from_unit=case.unit,
        unit=case.to_unit or case.unit,
        received_on=command.received_on,
        rules=takes_off_list(OffList.MOVED_AWAY, law, on=command.received_on).rules,
    )
    return _arrival(received, case, "received_on", command.received_on, command.today)


def bounce_transfer(command: BounceTransfer, case: Case) -> list[Event]:
    """The old commune answers for the case again."""
    bounced = _bounced(case, command.bounced_on, command.reason)
    return _arrival(bounced, case, "bounced_on", command.bounced_on, command.today)


def imprison(command: Imprison, case: Case, law: Law) -> list[Event]:
    """Prison ended a case until 30/06/2026 (R-32) and interrupts it from then on (R-33, R-34).

    Whom it meets on the way to another commune, the old one answers for again.
    """
    if case.prison[-1:] == (Span(command.imprisoned_on),) or case.ended == (EndReason.PRISON, command.imprisoned_on):
        return []
    at_stage(case, *(MANAGED - {Stage.PAUSED}), rules=("R-32", "R-34"))
    in_order(completed_on=case.completed_on, imprisoned_on=command.imprisoned_on, today=command.today)
    effect = prison_effect(case.dates, law, imprisoned_on=command.imprisoned_on)
    about = {"case_id": case.id, "person_id": case.person_id, "rules": effect.rules, "policies": effect.policies}
    if effect.value is PrisonEffect.ENDS:
        return [CaseEnded(reason=EndReason.PRISON, ended_on=command.imprisoned_on, **about)]
    paused = CasePaused(paused_on=command.imprisoned_on, **about)
    if case.stage is not Stage.TRANSFERRING:
        return [paused]
    return [_bounced(case, max(command.imprisoned_on, case.transits[-1].start), "imprisoned"), paused]


def release(command: Release, case: Case, law: Law) -> list[Event]:
    """The remaining term is served after release (R-34)."""
    if case.prison and case.prison[-1].until == command.released_on:
        return []
    at_stage(case, Stage.PAUSED, rules=("R-34",))
    *before, last = case.prison
    in_order(imprisoned_on=last.start, released_on=command.released_on, today=command.today)
    free = replace(case, prison=(*before, Span(last.start, command.released_on)))
    term = _term(free, law, command.today)
    return [
        CaseResumed(
            case_id=case.id,
            person_id=case.person_id,
            resumed_on=command.released_on,
            term_ends_on=term.value.ends_on,
            rules=term.rules,
            policies=term.policies,
        )
    ]


def _arrival(event: TransferReceived | TransferBounced, case: Case, name: str, on: date, today: date) -> list[Event]:
    if event == case.arrival:
        return []
    at_stage(case, Stage.TRANSFERRING, rules=("R-35",))
    in_order(left_at=case.transits[-1].start, **{name: on}, today=today)
    return [event]


def _bounced(case: Case, on: date, reason: str) -> TransferBounced:
    return TransferBounced(case_id=case.id, person_id=case.person_id, unit=case.unit, bounced_on=on, reason=reason)


def _term(case: Case, law: Law, as_of: date) -> Applied[Term]:
    return management_term(case.facts, law, as_of=as_of)
