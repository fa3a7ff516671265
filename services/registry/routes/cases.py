"""Commands on post-rehab cases: from the report to removal from the list, or an earlier end."""

from uuid import UUID

from libs.events.handling import Outcome
from libs.web.edge import Edge
from libs.web.roles import Permission
from libs.web.routing import Router
from libs.web.units import known_unit
from services.registry.domain.case import case_decider
from services.registry.domain.case import commands as c
from services.registry.projections.arrivals import arrivals
from services.registry.projections.cases import cases
from services.registry.projections.episodes import episodes
from services.registry.routes.case_bodies import (
    AbsenceBody,
    BounceBody,
    DossierBody,
    EndBody,
    HelperBody,
    ManagementBody,
    PrisonBody,
    ReceiptBody,
    ReleaseBody,
    RemovalBody,
    RemovalReviewBody,
    ReportBody,
    TransferBody,
)

router = Router("cases")


@router.command("/v1/cases", permission=Permission.CASE_REPORT, created="/v1/cases/{id}")
def report_completion(body: ReportBody, edge: Edge) -> Outcome:
    """Open a case: the person presented after completing an episode."""
    episode = edge.find(episodes, body.episode_id)
    case_id = edge.new_id("case")
    command = c.ReportCompletion(
        case_id=case_id,
        person_id=episode.person_id,
        episode_id=episode.episode_id,
        unit=edge.within(known_unit(body.unit)),
        kind=episode.kind,
        completed_on=episode.completed_on,
        presented_on=body.presented_on,
        today=edge.today,
        age_at_decision=episode.age_at_decision,
        age_at_completion=episode.age_at_completion,
        relied_on=str(edge.relied_on[-1]),
    )
    return edge.handle(case_decider, f"case-{case_id}", command, subject=f"person-{episode.person_id}")


@router.command("/v1/cases/{case_id}/dossier", permission=Permission.CASE_DOSSIER)
def open_dossier(case_id: UUID, body: DossierBody, edge: Edge) -> Outcome:
    """Make the dossier and list the person."""
    return _handle(edge, case_id, c.OpenDossier(body.opened_on, edge.today))


@router.command("/v1/cases/{case_id}/management-decisions", permission=Permission.CASE_DECIDE)
def decide_management(case_id: UUID, body: ManagementBody, edge: Edge) -> Outcome:
    """Decide on management (R-01 … R-04, R-14)."""
    return _handle(edge, case_id, c.DecideManagement(body.decision(), edge.today, body.reviewed))


@router.command("/v1/cases/{case_id}/helpers", permission=Permission.CASE_ASSIGN_HELPER)
def assign_helper(case_id: UUID, body: HelperBody, edge: Edge) -> Outcome:
    """Name who counsels and helps."""
    command = c.AssignHelper(body.helper_id, body.organisation, body.assigned_on, edge.today)
    return _handle(edge, case_id, command)


@router.command("/v1/cases/{case_id}/absences", permission=Permission.CASE_ABSENCE)
def record_absence(case_id: UUID, body: AbsenceBody, edge: Edge) -> Outcome:
    """Record an absence; an unreported one lengthens the term."""
    command = c.RecordAbsence(body.absent_from, body.absent_until, body.reported, edge.today)
    return _handle(edge, case_id, command)


@router.command("/v1/cases/{case_id}/transfers", permission=Permission.CASE_TRANSFER)
def notify_transfer(case_id: UUID, body: TransferBody, edge: Edge) -> Outcome:
    """Tell the new commune that the person moved there."""
    command = c.NotifyTransfer(known_unit(body.to_unit), body.left_at, body.notified_at, edge.today)
    return _handle(edge, case_id, command)


@router.command("/v1/cases/{case_id}/transfers/receipt", permission=Permission.CASE_RECEIVE)
def receive_transfer(case_id: UUID, body: ReceiptBody, edge: Edge) -> Outcome:
    """Go on with the case in the new commune."""
    return _arrived(edge, case_id, c.ReceiveTransfer(body.received_on, edge.today))


@router.command("/v1/cases/{case_id}/transfers/bounce", permission=Permission.CASE_RECEIVE)
def bounce_transfer(case_id: UUID, body: BounceBody, edge: Edge) -> Outcome:
    """Send the case back to the old commune."""
    return _arrived(edge, case_id, c.BounceTransfer(body.bounced_on, body.reason, edge.today))


@router.command("/v1/cases/{case_id}/imprisonments", permission=Permission.CASE_IMPRISON)
def imprison(case_id: UUID, body: PrisonBody, edge: Edge) -> Outcome:
    """Prison ends the case (R-32), or from 01/07/2026 interrupts it (R-34)."""
    return _handle(edge, case_id, c.Imprison(body.imprisoned_on, edge.today))


@router.command("/v1/cases/{case_id}/releases", permission=Permission.CASE_RELEASE)
def release(case_id: UUID, body: ReleaseBody, edge: Edge) -> Outcome:
    """The remaining term is served."""
    return _handle(edge, case_id, c.Release(body.released_on, edge.today))


@router.command("/v1/cases/{case_id}/removal-reviews", permission=Permission.CASE_REVIEW)
def open_removal_review(case_id: UUID, body: RemovalReviewBody, edge: Edge) -> Outcome:
    """Review the removal once the term is served; what stands in its way withholds it."""
    return _handle(edge, case_id, c.OpenRemovalReview(body.opened_on, edge.today))


@router.command("/v1/cases/{case_id}/removals", permission=Permission.CASE_DECIDE)
def approve_removal(case_id: UUID, body: RemovalBody, edge: Edge) -> Outcome:
    """Certify the end of the term and remove the person from the list (R-37)."""
    command = c.ApproveRemoval(body.decision(), body.certificate_number, edge.today, body.despite)
    return _handle(edge, case_id, command)


@router.command("/v1/cases/{case_id}/end", permission=Permission.CASE_END)
def end_case(case_id: UUID, body: EndBody, edge: Edge) -> Outcome:
    """End a case early; a death is told of the person (`/v1/persons/{person_id}/death`), and ends it by itself."""
    return _handle(edge, case_id, c.EndCase(body.reason, body.ended_on, edge.today))


def _handle(edge: Edge, case_id: UUID, command: c.CaseCommand) -> Outcome:
    edge.find(cases, case_id)
    return edge.handle(case_decider, f"case-{case_id}", command)


def _arrived(edge: Edge, case_id: UUID, command: c.CaseCommand) -> Outcome:
    edge.find(arrivals, case_id)
    return edge.handle(case_decider, f"case-{case_id}", command)
