"""Cases as the commune manages them; read by unit they are the management ledger (sổ quản lý)."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from libs.events.contracts.registry.case import (
    AbsenceRecorded,
    CaseEnded,
    CasePaused,
    CaseResumed,
    CompletionReported,
    DeterminationNoted,
    DeterminationUnnoted,
    DossierOpened,
    EndCorrected,
    HelperAssigned,
    ManagementDecided,
    RemovalApproved,
    RemovalReviewOpened,
    RemovalWithheld,
    TermCorrected,
    TransferBounced,
    TransferNotified,
    TransferReceived,
    UseCleared,
    UseDetected,
)
from libs.events.contracts.values import CaseStage as Stage
from libs.events.contracts.values import Category, EndReason
from libs.events.decider import Refused
from libs.events.projection import Projection


class OpenCaseExists(Refused):
    """A person has one open case at a time; a relapse closes it before another begins (domain 3.3)."""

    problem = "open-case-exists"


@dataclass(frozen=True)
class CaseRow:
    """A line of the ledger; `needs_review` asks for a human, since something came too late for it or was corrected."""

    case_id: UUID
    person_id: UUID
    episode_id: UUID
    unit: str
    stage: Stage
    is_open: bool
    completed_on: date
    presented_on: date
    category: Category | None = None
    decision_number: str | None = None
    decided_on: date | None = None
    term_ends_on: date | None = None
    helper_ids: tuple[UUID, ...] = ()
    uses: int = 0
    to_unit: str | None = None
    closed_on: date | None = None
    end_reason: EndReason | None = None
    needs_review: bool = False


cases = Projection(
    "registry.cases",
    1,
    CaseRow,
    unit="unit",
    indexes=["(unit, is_open)", "(person_id)", "(to_unit) where to_unit is not null"],
    unique={"(person_id) where is_open": OpenCaseExists},
)


@cases.on(CompletionReported, key=lambda e: e.case_id)
def reported(event: CompletionReported, row: CaseRow | None) -> CaseRow:
    """A first line."""
    return CaseRow(
        case_id=event.case_id,
        person_id=event.person_id,
        episode_id=event.episode_id,
        unit=event.unit,
        stage=Stage.REPORTED,
        is_open=True,
        completed_on=event.completed_on,
        presented_on=event.presented_on,
    )


@cases.on(ManagementDecided, key=lambda e: e.case_id)
def decided(event: ManagementDecided, row: CaseRow | None) -> CaseRow | None:
    """On the list."""
    return row and replace(
        row,
        stage=Stage.ACTIVE,
        category=event.category,
        decision_number=event.decision.number,
        decided_on=event.decision.signed_on,
        term_ends_on=event.term_ends_on,
    )


@cases.on(DossierOpened, key=lambda e: e.case_id)
def opened(event: DossierOpened, row: CaseRow | None) -> CaseRow | None:
    """Waiting for the decision."""
    return row and replace(row, stage=Stage.DOSSIER_OPEN)


@cases.on(HelperAssigned, key=lambda e: e.case_id)
def helped(event: HelperAssigned, row: CaseRow | None) -> CaseRow | None:
    """One more helper."""
    return row and replace(row, helper_ids=(*row.helper_ids, event.helper_id))


@cases.on(AbsenceRecorded, key=lambda e: e.case_id)
def absent(event: AbsenceRecorded, row: CaseRow | None) -> CaseRow | None:
    """The term may have become longer."""
    return row and replace(row, term_ends_on=event.term_ends_on)


@cases.on(TransferNotified, key=lambda e: e.case_id)
def transferring(event: TransferNotified, row: CaseRow | None) -> CaseRow | None:
    """Waiting for the new commune."""
    return row and replace(row, stage=Stage.TRANSFERRING, to_unit=event.to_unit)


@cases.on(TransferReceived, key=lambda e: e.case_id)
def received(event: TransferReceived, row: CaseRow | None) -> CaseRow | None:
    """In the new commune's ledger."""
    return row and replace(row, stage=Stage.ACTIVE, unit=event.unit, to_unit=None)


@cases.on(TransferBounced, key=lambda e: e.case_id)
def bounced(event: TransferBounced, row: CaseRow | None) -> CaseRow | None:
    """Back in the old one's."""
    return row and replace(row, stage=Stage.ACTIVE, to_unit=None)


@cases.on(CasePaused, key=lambda e: e.case_id)
def paused(event: CasePaused, row: CaseRow | None) -> CaseRow | None:
    """Off the list meanwhile."""
    return row and replace(row, stage=Stage.PAUSED)


@cases.on(CaseResumed, key=lambda e: e.case_id)
def resumed(event: CaseResumed, row: CaseRow | None) -> CaseRow | None:
    """Listed again."""
    return row and replace(row, stage=Stage.ACTIVE, term_ends_on=event.term_ends_on)


@cases.on(UseDetected, key=lambda e: e.case_id)
def used(event: UseDetected, row: CaseRow | None) -> CaseRow | None:
    """One more confirmed use."""
    return row and replace(row, uses=row.uses + 1, needs_review=row.needs_review or event.needs_review)


@cases.on(UseCleared, key=lambda e: e.case_id)
def cleared(event: UseCleared, row: CaseRow | None) -> CaseRow | None:
    """One less."""
    return row and replace(row, uses=row.uses - 1, needs_review=row.needs_review or event.needs_review)


@cases.on(RemovalReviewOpened, key=lambda e: e.case_id)
def in_review(event: RemovalReviewOpened, row: CaseRow | None) -> CaseRow | None:
    """The term is served."""
    return row and replace(row, stage=Stage.REMOVAL_REVIEW)


@cases.on(RemovalWithheld, key=lambda e: e.case_id)
def withheld(event: RemovalWithheld, row: CaseRow | None) -> CaseRow | None:
    """Waiting for a human."""
    return row and replace(row, stage=Stage.REMOVAL_WITHHELD)


@cases.on(RemovalApproved, key=lambda e: e.case_id)
def removed(event: RemovalApproved, row: CaseRow | None) -> CaseRow | None:
    """Off the list for good."""
    return row and replace(row, stage=Stage.COMPLETED, is_open=False, closed_on=event.approved_on)


@cases.on(CaseEnded, key=lambda e: e.case_id)
def ended(event: CaseEnded, row: CaseRow | None) -> CaseRow | None:
    """Ended early."""
    return row and replace(
        row,
        stage=Stage.ENDED,
        is_open=False,
        closed_on=event.ended_on,
        end_reason=event.reason,
        to_unit=None,
        needs_review=row.needs_review or event.needs_review,
    )


@cases.on(DeterminationNoted, key=lambda e: e.case_id)
def noted(event: DeterminationNoted, row: CaseRow | None) -> CaseRow | None:
    """One that came too late goes to a human."""
    return row and replace(row, needs_review=row.needs_review or event.needs_review)


@cases.on(DeterminationUnnoted, key=lambda e: e.case_id)
def unnoted(event: DeterminationUnnoted, row: CaseRow | None) -> CaseRow | None:
    """A case that closed with it goes to a human."""
    return row and replace(row, needs_review=row.needs_review or event.needs_review)


@cases.on(EndCorrected, key=lambda e: e.case_id)
def end_corrected(event: EndCorrected, row: CaseRow | None) -> CaseRow | None:
    """The end follows what ended it, or goes to a human."""
    return row and replace(row, closed_on=event.ended_on, needs_review=row.needs_review or event.needs_review)


@cases.on(TermCorrected, key=lambda e: e.case_id)
def corrected(event: TermCorrected, row: CaseRow | None) -> CaseRow | None:
    """The term follows, or a human looks at it."""
    return row and replace(
        row,
        completed_on=event.completed_on,
        term_ends_on=event.term_ends_on or row.term_ends_on,
        needs_review=row.needs_review or event.needs_review,
    )
