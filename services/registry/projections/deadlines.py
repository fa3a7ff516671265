"""What is due of a case and until when: the dossier, the decision, and the end of the term."""

from datetime import date
from typing import Any
from uuid import UUID

from libs.events.contracts.registry.case import (
    AbsenceRecorded,
    CaseDeadlineMoved,
    CaseEnded,
    CasePaused,
    CaseResumed,
    CompletionReported,
    DossierOpened,
    ManagementDecided,
    RemovalApproved,
    TermCorrected,
)
from libs.events.contracts.values import CaseDeadline
from libs.events.deadlines import DeadlineRow, deadline_rows, still
from libs.events.event import Event
from libs.events.projection import Projection
from libs.vietnam.calendar import LOCAL

dossiers = deadline_rows("registry.dossier_deadlines")
decisions = deadline_rows("registry.decision_deadlines")
terms = deadline_rows("registry.term_deadlines")


@dossiers.on(CompletionReported, key=lambda e: e.case_id)
def reported(event: CompletionReported, row: DeadlineRow | None) -> DeadlineRow | None:
    """The dossier is due (R-10)."""
    return _due(event.case_id, event.person_id, event.dossier_due_on, row)


@dossiers.on(CaseDeadlineMoved, key=lambda e: e.case_id if e.deadline is CaseDeadline.DOSSIER else ())
def dossier_moved(event: CaseDeadlineMoved, row: DeadlineRow | None) -> DeadlineRow | None:
    """It is due on another day."""
    return _due(event.case_id, event.person_id, event.due_on, row)


@decisions.on(DossierOpened, key=lambda e: e.case_id)
def opened(event: DossierOpened, row: DeadlineRow | None) -> DeadlineRow | None:
    """The decision is due (R-14)."""
    return _due(event.case_id, event.person_id, event.decision_due_on, row)


@decisions.on(CaseDeadlineMoved, key=lambda e: e.case_id if e.deadline is CaseDeadline.DECISION else ())
def decision_moved(event: CaseDeadlineMoved, row: DeadlineRow | None) -> DeadlineRow | None:
    """It is due on another day."""
    return _due(event.case_id, event.person_id, event.due_on, row)


@terms.on(ManagementDecided, key=lambda e: e.case_id)
def decided(event: ManagementDecided, row: DeadlineRow | None) -> DeadlineRow | None:
    """The term ends on a day (R-01 … R-04)."""
    return _due(event.case_id, event.person_id, event.term_ends_on, row)


@terms.on(AbsenceRecorded, key=lambda e: e.case_id)
def absent(event: AbsenceRecorded, row: DeadlineRow | None) -> DeadlineRow | None:
    """The term may have become longer (R-18)."""
    return _due(event.case_id, event.person_id, event.term_ends_on, row)


@terms.on(CaseResumed, key=lambda e: e.case_id)
def resumed(event: CaseResumed, row: DeadlineRow | None) -> DeadlineRow | None:
    """The remaining term is served (R-34)."""
    return _due(event.case_id, event.person_id, event.term_ends_on, row)


@terms.on(TermCorrected, key=lambda e: e.case_id)
def corrected(event: TermCorrected, row: DeadlineRow | None) -> DeadlineRow | None:
    """The term follows what it runs from; one that waits for a human stays."""
    return row if event.term_ends_on is None else _due(event.case_id, event.person_id, event.term_ends_on, row)


def case_of(event: Any) -> UUID:
    """The case that an event is about."""
    found: UUID = event.case_id
    return found


def over(_event: Event, _row: DeadlineRow | None) -> None:
    """Nothing is due any more."""


MET: dict[Projection[DeadlineRow], tuple[type[Event], ...]] = {
    dossiers: (DossierOpened, CaseEnded),
    decisions: (ManagementDecided, CaseEnded),
    terms: (CasePaused, RemovalApproved, CaseEnded),
}
for rows, events in MET.items():
    for met in events:
        rows.on(met, key=case_of)(over)


def _due(case_id: UUID, person_id: UUID, due: date | None, row: DeadlineRow | None) -> DeadlineRow | None:
    if due is None:
        return None
    return still(row, DeadlineRow.on(case_id, f"person-{person_id}", due, LOCAL))
