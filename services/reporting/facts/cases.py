"""Cases as dated facts: where each was managed, when the person was away or in prison, and how and when it ended.

A fact is kept on its own day, whenever it was told; what follows for time under management is computed by the reader.
"""

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
    """A case; `unit` is the present one.

    `stayed_from`, `stayed_until` and `stayed_in` go together: from the decision or an arrival until the person left,
    and in which unit. So do `prison_from` and `prison_until`, in the order of telling. What is not over lacks its end.
    """

    case_id: UUID
    person_id: UUID
    episode_id: UUID
    unit: str
    reported_on: date
    category: Category | None = None
    term_ends_on: date | None = None
    stayed_from: tuple[date, ...] = ()
    stayed_until: tuple[date, ...] = ()
    stayed_in: tuple[str, ...] = ()
    away_from: tuple[date, ...] = ()
    away_until: tuple[date, ...] = ()
    prison_from: tuple[date, ...] = ()
    prison_until: tuple[date, ...] = ()
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
    return _stays(managed, event.decision.signed_on)


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
    return None if row is None else replace(row, stayed_until=(*row.stayed_until, event.left_on))


@cases.on(TransferReceived, key=lambda e: e.case_id)
def received(event: TransferReceived, row: CountedCase | None) -> CountedCase | None:
    """Observed again, elsewhere."""
    return None if row is None else _stays(replace(row, unit=event.unit), event.received_on)


@cases.on(TransferBounced, key=lambda e: e.case_id)
def bounced(event: TransferBounced, row: CountedCase | None) -> CountedCase | None:
    """Observed again by the old commune."""
    return None if row is None else _stays(row, event.bounced_on)


@cases.on(CasePaused, key=lambda e: e.case_id)
def paused(event: CasePaused, row: CountedCase | None) -> CountedCase | None:
    """In prison from 01/07/2026: not at risk, and back later."""
    return None if row is None else replace(row, prison_from=(*row.prison_from, event.paused_on))


@cases.on(CaseResumed, key=lambda e: e.case_id)
def resumed(event: CaseResumed, row: CountedCase | None) -> CountedCase | None:
    """Released: at risk again."""
    if row is None:
        return None
    return replace(row, prison_until=(*row.prison_until, event.resumed_on), term_ends_on=event.term_ends_on)


@cases.on(CaseEnded, key=lambda e: e.case_id)
def ended(event: CaseEnded, row: CountedCase | None) -> CountedCase | None:
    """Ended early; prison before 01/07/2026 is one of the reasons."""
    if row is None:
        return None
    row = replace(row, ended_on=event.ended_on, end_reason=event.reason)
    if event.reason is EndReason.PRISON:
        return replace(row, prison_from=(*row.prison_from, event.ended_on))
    return row


@cases.on(EndCorrected, key=lambda e: e.case_id)
def end_corrected(event: EndCorrected, row: CountedCase | None) -> CountedCase | None:
    """It ended on another day."""
    return None if row is None else replace(row, ended_on=event.ended_on)


@cases.on(RemovalApproved, key=lambda e: e.case_id)
def removed(event: RemovalApproved, row: CountedCase | None) -> CountedCase | None:
    """The term was served and the person removed from the list."""
    return None if row is None else replace(row, removed_on=event.approved_on)


@cases.on(TermCorrected, key=lambda e: e.case_id)
def corrected(event: TermCorrected, row: CountedCase | None) -> CountedCase | None:
    """The end of the term follows the corrected completion."""
    if row is None or event.term_ends_on is None:
        return row
    return replace(row, term_ends_on=event.term_ends_on)


def _stays(row: CountedCase, since: date) -> CountedCase:
    return replace(row, stayed_from=(*row.stayed_from, since), stayed_in=(*row.stayed_in, row.unit))
