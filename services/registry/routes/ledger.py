"""Cases as they are read: one, those that arrive, and the commune's management ledger (sổ quản lý)."""

from dataclasses import asdict
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Query

from libs.events.contracts.values import CaseStage, Category, EndReason
from libs.web.answers import Seen
from libs.web.bodies import View
from libs.web.edge import Edge
from libs.web.paging import Page, PageRequest
from libs.web.roles import Permission
from libs.web.routing import Router
from libs.web.units import known_unit
from services.registry.projections.arrivals import arrivals
from services.registry.projections.cases import CaseRow, cases
from services.registry.projections.persons import persons

router = Router("ledger")


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


@router.query("/v1/cases/{case_id}", permission=Permission.CASE_READ, person=True)
def read_case(case_id: UUID, edge: Edge) -> Seen[CaseView]:
    """A case as it stands."""
    row = edge.find(cases, case_id)
    edge.mine(assigned=row.helper_ids)
    return Seen(_view(row), [row.person_id], stream=f"case-{case_id}")


@router.query("/v1/arriving-cases", permission=Permission.CASE_RECEIVE, person=True)
def list_arriving(unit: Annotated[str, Query()], request: PageRequest, edge: Edge) -> Seen[Page[ArrivalView]]:
    """Cases on their way to a unit of the caller."""
    rows = edge.page(arrivals, request, "to_unit = :unit", unit=edge.within(known_unit(unit)))
    return Seen(rows.page(lambda row: ArrivalView(**asdict(row))), rows.column("person_id"))


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


def _view(row: CaseRow) -> CaseView:
    return CaseView(**{name: getattr(row, name) for name in CaseView.model_fields})
