"""Cases with their time at risk: when each was active, away, in prison, elsewhere, and how it ended."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from libs.events.contracts.registry.case import (
    AbsenceRecorded,
    CaseEnded,
    CasePaused,
    CaseResumed,
    CompletionReported,
    EndCorrected,
    ManagementDecided,
    RemovalApproved,
    TermCorrected,
    TransferBounced,
    TransferNotified,
    TransferReceived,
)
from libs.events.contracts.values import Category, EndReason
from libs.events.projection import Projection
from services.reporting.facts import RATES


@dataclass(frozen=True)
class CountedCase:
    """A case; `active_from`, `active_to` and `active_in`, its unit, go together; an open spell lacks its end.

    `unit` is the present one.
    """

    case_id: UUID
    person_id: UUID
    episode_id: UUID
    unit: str
    reported_on: date
    category: Category | None = None
    term_ends_on: date | None = None
    active_from: tuple[date, ...] = ()
    active_to: tuple[date, ...] = ()
    active_in: tuple[str, ...] = ()
    away_from: tuple[date, ...] = ()
    away_until: tuple[date, ...] = ()
    prison_from: tuple[date, ...] = ()
    prison_until: tuple[date, ...] = ()
    moved_on: tuple[date, ...] = ()
    moved_to: tuple[str, ...] = ()
    ended_on: date | None = None
    end_reason: EndReason | None = None
    removed_on: date | None = None


cases = Projection(
    "reporting.cases", 1, CountedCase, history=True, group=RATES, unit="unit", indexes=["(person_id)", "(unit)"]
)


@cases.on(CompletionReported, key=lambda e: e.case_id)
def reported(event: CompletionReported, row: CountedCase | None) -> CountedCase:
    """A first row; nothing is at risk before the decision."""
    return CountedCase(event.case_id, event.person_id, event.episode_id, event.unit, event.presented_on)


@cases.on(ManagementDecided, key=lambda e: e.case_id)
def decided(event: ManagementDecided, row: CountedCase | None) -> CountedCase | None:
    """Under observation from the day of the decision, though the term runs from the completion."""
    if row is None:
        return None
    managed = replace(row, unit=event.unit, category=event.category, term_ends_on=event.term_ends_on)
    return _active(managed, event.decision.signed_on)


@cases.on(AbsenceRecorded, key=lambda e: e.case_id)
def absent(event: AbsenceRecorded, row: CountedCase | None) -> CountedCase | None:
    """An unreported absence is no time at risk (I-04)."""
    if row is None:
        return None
    row = replace(row, term_ends_on=event.term_ends_on)
    if event.reported:
        return row
    away = (*row.away_from, event.absent_from), (*row.away_until, event.absent_until)
    return replace(row, away_from=away[0], away_until=away[1])


@cases.on(TransferNotified, key=lambda e: e.case_id)
def transferring(event: TransferNotified, row: CountedCase | None) -> CountedCase | None:
    """On the way nobody observes."""
    return None if row is None else _inactive(row, event.left_on)


@cases.on(TransferReceived, key=lambda e: e.case_id)
def received(event: TransferReceived, row: CountedCase | None) -> CountedCase | None:
    """Observed again, elsewhere."""
    if row is None:
        return None
    moved = replace(row, moved_on=(*row.moved_on, event.received_on), moved_to=(*row.moved_to, event.unit))
    return _active(replace(moved, unit=event.unit), event.received_on)


@cases.on(TransferBounced, key=lambda e: e.case_id)
def bounced(event: TransferBounced, row: CountedCase | None) -> CountedCase | None:
    """Observed again by the old commune."""
    return None if row is None else _active(row, event.bounced_on)


@cases.on(CasePaused, key=lambda e: e.case_id)
def paused(event: CasePaused, row: CountedCase | None) -> CountedCase | None:
    """In prison from 01/07/2026: not at risk, and back later."""
    if row is None:
        return None
    return replace(_inactive(row, event.paused_on), prison_from=(*row.prison_from, event.paused_on))


@cases.on(CaseResumed, key=lambda e: e.case_id)
def resumed(event: CaseResumed, row: CountedCase | None) -> CountedCase | None:
    """Released: at risk again."""
    if row is None:
        return None
    free = replace(row, prison_until=(*row.prison_until, event.resumed_on), term_ends_on=event.term_ends_on)
    return _active(free, event.resumed_on)


@cases.on(CaseEnded, key=lambda e: e.case_id)
def ended(event: CaseEnded, row: CountedCase | None) -> CountedCase | None:
    """Ended early; prison before 01/07/2026 is one of the reasons."""
    if row is None:
        return None
    row = replace(_inactive(row, event.ended_on), ended_on=event.ended_on, end_reason=event.reason)
    if event.reason is EndReason.PRISON:
        return replace(row, prison_from=(*row.prison_from, event.ended_on))
    return row


@cases.on(EndCorrected, key=lambda e: e.case_id)
def end_corrected(event: EndCorrected, row: CountedCase | None) -> CountedCase | None:
    """The spell that the end closed closes when it did."""
    if row is None:
        return None
    spells = row.active_to
    if spells and spells[-1] == max(event.was, row.active_from[-1]):
        spells = (*spells[:-1], max(event.ended_on, row.active_from[-1]))
    return replace(row, ended_on=event.ended_on, active_to=spells)


@cases.on(RemovalApproved, key=lambda e: e.case_id)
def removed(event: RemovalApproved, row: CountedCase | None) -> CountedCase | None:
    """The term was served and the person removed from the list."""
    return None if row is None else replace(_inactive(row, event.approved_on), removed_on=event.approved_on)


@cases.on(TermCorrected, key=lambda e: e.case_id)
def corrected(event: TermCorrected, row: CountedCase | None) -> CountedCase | None:
    """The end of the term follows the corrected completion."""
    if row is None or event.term_ends_on is None:
        return row
    return replace(row, term_ends_on=event.term_ends_on)


def _active(row: CountedCase, since: date) -> CountedCase:
    if len(row.active_from) > len(row.active_to):
        return row
    return replace(row, active_from=(*row.active_from, since), active_in=(*row.active_in, row.unit))


def _inactive(row: CountedCase, since: date) -> CountedCase:
    if len(row.active_from) == len(row.active_to):
        return row
    return replace(row, active_to=(*row.active_to, max(since, row.active_from[-1])))
