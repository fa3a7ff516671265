"""Post-rehab cases: from the report to removal from the list, and the commune's management ledger."""

from dataclasses import asdict
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import AwareDatetime, StringConstraints

from libs.events.contracts.values import CaseStage, Category, EndReason
from libs.events.decision import Decision, DocumentNumber
from libs.events.handling import Outcome
from libs.web.answers import Seen
from libs.web.bodies import Body, View
from libs.web.edge import Edge
from libs.web.paging import Page, PageRequest
from libs.web.roles import Permission
from libs.web.routing import Router
from services.registry.domain.case import case_decider
from services.registry.domain.case import commands as c
from services.registry.projections.arrivals import arrivals
from services.registry.projections.cases import CaseRow, cases
from services.registry.projections.episodes import episodes
from services.registry.projections.persons import persons
from services.registry.routes.units import known_unit

router = Router("cases")
Document = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class ReportBody(Body):
    """The completed episode, and when the person presented at the commune (R-10)."""

    episode_id: UUID
    unit: str
    presented_on: date


class DossierBody(Body):
    """When the papers of R-13 were together."""

    opened_on: date


class DecisionBody(Body):
    """A signed decision (quyết định); `body` is the deciding office, `unit` its unit, `signer` an opaque id."""

    number: DocumentNumber
    signed_on: date
    body: Document
    unit: str
    signer: Document

    def decision(self) -> Decision:
        """As the events carry it; the rules are added by what was decided."""
        unit = known_unit(self.unit)
        return Decision(number=self.number, signed_on=self.signed_on, body=self.body, unit=unit, signer=self.signer)


class ManagementBody(DecisionBody):
    """`reviewed` says that a human looked at a decision that comes after its term."""

    reviewed: bool = False


class HelperBody(Body):
    """Who counsels and helps (R-38)."""

    helper_id: UUID
    organisation: Document
    assigned_on: date


class AbsenceBody(Body):
    """An absence that is over; `absent_until` is the first day back (R-18)."""

    absent_from: date
    absent_until: date
    reported: bool


class TransferBody(Body):
    """Where to, when the person left, and when the other commune was told (R-19, R-20)."""

    to_unit: str
    left_at: AwareDatetime
    notified_at: AwareDatetime


class ReceiptBody(Body):
    """When the new commune found the person living there."""

    received_on: date


class BounceBody(Body):
    """When and why the new commune sent the case back."""

    bounced_on: date
    reason: Reason


class PrisonBody(Body):
    """When a prison sentence began."""

    imprisoned_on: date


class ReleaseBody(Body):
    """When the person was released."""

    released_on: date


class RemovalBody(DecisionBody):
    """The certificate (Mẫu 54); `despite` answers a removal that was withheld."""

    certificate_number: Document
    despite: Reason | None = None


class EndBody(Body):
    """An early end that the law of the day knows (R-33, R-36), or an annulment."""

    reason: EndReason
    ended_on: date


class CaseView(View):
    """A case, as a line of the ledger; `needs_review` asks for a human after a correction."""

    case_id: UUID
    person_id: UUID
    episode_id: UUID
    unit: str
    stage: CaseStage
    completed_on: date
    presented_on: date
    category: Category | None
    decision_number: str | None
    decided_on: date | None
    term_ends_on: date | None
    helper_ids: tuple[UUID, ...]
    uses: int
    to_unit: str | None
    closed_on: date | None
    end_reason: EndReason | None
    needs_review: bool


class ArrivalView(View):
    """A case on its way."""

    case_id: UUID
    person_id: UUID
    from_unit: str
    to_unit: str
    left_on: date


class LedgerLine(CaseView):
    """A case with the name of its person."""

    full_name: str | None
    birth_year: int | None


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
    )
    return edge.handle(case_decider, f"case-{case_id}", command, subject=f"person-{episode.person_id}")


@router.query("/v1/cases/{case_id}", permission=Permission.CASE_READ, person=True)
def read_case(case_id: UUID, edge: Edge) -> Seen[CaseView]:
    """A case as it stands."""
    row = edge.find(cases, case_id)
    edge.mine(assigned=row.helper_ids)
    return Seen(_view(row), [row.person_id], stream=f"case-{case_id}")


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


@router.query("/v1/arriving-cases", permission=Permission.CASE_RECEIVE, person=True)
def list_arriving(unit: Annotated[str, Query()], request: PageRequest, edge: Edge) -> Seen[Page[ArrivalView]]:
    """Cases on their way to a unit of the caller."""
    rows = edge.page(arrivals, request, "to_unit = :unit", unit=edge.within(known_unit(unit)))
    return Seen(rows.page(lambda row: ArrivalView(**asdict(row))), rows.column("person_id"))


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
def open_removal_review(case_id: UUID, edge: Edge) -> Outcome:
    """Review the removal once the term is served; what stands in its way withholds it."""
    return _handle(edge, case_id, c.OpenRemovalReview(edge.today))


@router.command("/v1/cases/{case_id}/removals", permission=Permission.CASE_DECIDE)
def approve_removal(case_id: UUID, body: RemovalBody, edge: Edge) -> Outcome:
    """Certify the end of the term and remove the person from the list (R-37)."""
    command = c.ApproveRemoval(body.decision(), body.certificate_number, edge.today, body.despite)
    return _handle(edge, case_id, command)


@router.command("/v1/cases/{case_id}/end", permission=Permission.CASE_END)
def end_case(case_id: UUID, body: EndBody, edge: Edge) -> Outcome:
    """End a case early."""
    return _handle(edge, case_id, c.EndCase(body.reason, body.ended_on, edge.today))


@router.query("/v1/management-ledger", permission=Permission.LEDGER_READ, person=True)
def read_ledger(unit: Annotated[str, Query()], request: PageRequest, edge: Edge) -> Seen[Page[LedgerLine]]:
    """The management ledger (sổ quản lý) of a commune: its cases, with names."""
    rows = edge.page(cases, request, "unit = :unit", unit=edge.within(known_unit(unit)))
    people = persons.read(edge.reading(persons), "person_id = any(:ids)", ids=rows.column("person_id"))
    known = {person.person_id: person for person in people}

    def line(row: CaseRow) -> LedgerLine:
        person = known.get(row.person_id)
        return LedgerLine(
            **_view(row).model_dump(),
            full_name=edge.reveal(person.full_name) if person else None,
            birth_year=person.birth_year if person else None,
        )

    return Seen(rows.page(line), rows.column("person_id"))


def _handle(edge: Edge, case_id: UUID, command: c.CaseCommand) -> Outcome:
    edge.find(cases, case_id)
    return edge.handle(case_decider, f"case-{case_id}", command)


def _arrived(edge: Edge, case_id: UUID, command: c.CaseCommand) -> Outcome:
    edge.find(arrivals, case_id)
    return edge.handle(case_decider, f"case-{case_id}", command)


def _view(row: CaseRow) -> CaseView:
    return CaseView(**{name: getattr(row, name) for name in CaseView.model_fields})
