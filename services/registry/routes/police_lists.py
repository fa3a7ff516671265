"""Police lists: send one, read how it ended, and decide about the rows that wait for a human."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Form, Query, UploadFile
from pydantic import Field, StringConstraints

from libs.events.contracts.registry.police_list import RowOutcome
from libs.vietnam.units import UnitRef
from libs.web.answers import Done, Seen
from libs.web.bodies import Body, View
from libs.web.edge import Edge
from libs.web.paging import Page, PageRequest
from libs.web.refusals import CursorMalformed
from libs.web.roles import Permission
from libs.web.routing import Router
from libs.web.units import known_unit
from services.registry.domain.police_list import row_decider
from services.registry.feed.applying import ListOutcome, apply_list
from services.registry.feed.dirt import DIRT
from services.registry.feed.following import follow
from services.registry.feed.kept_rows import BEFORE_ALL, KeptRow, problems_of
from services.registry.feed.reading import Incoming
from services.registry.feed.resolving import Resolution, check, command_of, open_row
from services.registry.projections.lists import ListLine, QuarantinedRow, lists, quarantine

FILE_BYTES_MAX = 32 << 20
router = Router("police-lists")
Cell = Annotated[str, StringConstraints(max_length=500)]


class ListView(View):
    """How a list ended: received = matched + new + quarantined + rejected; `carried` rows waited before."""

    list_id: UUID
    unit: str
    as_of: date
    received: int
    matched: int
    new: int
    quarantined: int
    rejected: int
    carried: int
    repeated: bool = False


class CellProblemView(View):
    """What is wrong with a cell, or with the row as a whole: its kind in the caller's language, never what it says."""

    column: str | None
    code: str
    message: str


class ToldRowView(View):
    """A row of a list that somebody should hear about: where it stands, how it ended, and why."""

    row_id: UUID
    sheet: int
    row: int
    outcome: RowOutcome
    problems: tuple[CellProblemView, ...]


class WaitingView(View):
    """A row that waits, or waited, for a human: where it stands, why, and whose it may be, best first."""

    row_id: UUID
    list_id: UUID
    unit: str
    sheet: int
    row: int
    problems: tuple[str, ...]
    candidates: tuple[UUID, ...]
    outcome: RowOutcome | None
    person_id: UUID | None


class RowView(WaitingView):
    """The same with its cells, and what may be meant by some of them; both empty once the file was destroyed."""

    cells: dict[str, str]
    suggested: dict[str, str]


class ResolutionBody(Body):
    """Who the row is: `matched` with a person, `new`, or nobody (`rejected`); corrections replace cells."""

    outcome: RowOutcome
    person_id: UUID | None = None
    corrections: dict[str, Cell] = Field(default={}, max_length=40)


class ResolvedView(View):
    """Who a row was said to be; for a new person, under which id."""

    row_id: UUID
    outcome: RowOutcome
    person_id: UUID | None


@router.command("/v1/police-lists", permission=Permission.LIST_IMPORT, body_bytes_max=FILE_BYTES_MAX)
def send_list(
    file: UploadFile, unit: Annotated[str, Form()], edge: Edge, as_of: Annotated[date | None, Form()] = None
) -> Done[ListView]:
    """Apply a list (XLSX, CSV or JSON) whole, or refuse it whole; the same list again changes nothing."""
    sender = UnitRef(edge.within(known_unit(unit)))
    incoming = Incoming(file.file.read(), sender, as_of, file_name=file.filename)
    today = edge.today
    edge.snapshot.close()
    return Done(_outcome(apply_list(edge.parts, incoming, edge.meta(), today)))


@router.query("/v1/police-lists", permission=Permission.LIST_READ, person=True)
def list_lists(unit: Annotated[str, Query()], request: PageRequest, edge: Edge) -> Seen[Page[ListView]]:
    """The lists of a sender."""
    rows = edge.page(lists, request, "unit = :unit and applied", unit=edge.within(known_unit(unit)))
    # Whoever stands in a list is read about by its id.
    return Seen(rows.page(_line), rows.column("list_id"))


@router.query("/v1/police-lists/{list_id}/rows", permission=Permission.LIST_READ, person=True)
def list_rows(list_id: UUID, request: PageRequest, edge: Edge) -> Seen[Page[ToldRowView]]:
    """The rows of a list that have problems, as they stand in it: warned of, waiting or rejected."""
    edge.find(lists, list_id)
    after = _ordinal(request.cursor)
    rows = problems_of(edge.reading(lists), list_id, request.limit + 1, after)
    page, more = rows[: request.limit], len(rows) > request.limit
    items = [_told(row, edge.admitted.language) for row in page]
    subjects = [row.row_id if row.person_id is None else row.person_id for row in page]
    return Seen(Page(items=items, next=str(page[-1].ordinal) if more else None), subjects)


@router.query("/v1/quarantined-rows", permission=Permission.LIST_READ, person=True)
def list_waiting(request: PageRequest, edge: Edge) -> Seen[Page[WaitingView]]:
    """The rows of the caller's units that wait for a human."""
    rows = edge.page(quarantine, request, "outcome is null")
    return Seen(rows.page(_waiting), [*rows.column("row_id"), *(c for row in rows.rows for c in row.candidates)])


@router.query("/v1/quarantined-rows/{row_id}", permission=Permission.LIST_READ, person=True)
def read_waiting(row_id: UUID, edge: Edge) -> Seen[RowView]:
    """One row with what it said."""
    row = edge.find(quarantine, row_id)
    opened = open_row(edge.parts, row_id)
    view = RowView(**_waiting(row).model_dump(), cells=dict(opened.cells), suggested=dict(opened.suggested))
    return Seen(view, [row_id, *row.candidates], stream=f"row-{row_id}")


@router.command("/v1/quarantined-rows/{row_id}/resolution", permission=Permission.LIST_RESOLVE)
def resolve_row(row_id: UUID, body: ResolutionBody, edge: Edge) -> Done[ResolvedView]:
    """Say who a row is; its facts are then that person's."""
    waiting = edge.find(quarantine, row_id)
    command = command_of(row_id, Resolution(body.outcome, body.person_id, body.corrections))
    edge.snapshot.close()
    if waiting.outcome is None:
        check(edge.parts, row_id, command)
    outcome = edge.handle(row_decider, f"row-{row_id}", command)
    # Said again, it is done again where it was not: a `Done` is not answered from the command log alone.
    follow(edge.parts, row_id)
    return Done(ResolvedView(row_id=row_id, outcome=command.outcome, person_id=command.person_id), outcome)


def _outcome(ended: ListOutcome) -> ListView:
    counts = ended.counts
    return ListView(
        list_id=ended.list_id,
        unit=ended.unit,
        as_of=ended.as_of,
        received=counts.received,
        matched=counts.matched,
        new=counts.new,
        quarantined=counts.quarantined,
        rejected=counts.rejected,
        carried=counts.carried,
        repeated=ended.repeated,
    )


def _line(row: ListLine) -> ListView:
    return ListView(**{name: getattr(row, name) for name in ListView.model_fields if name != "repeated"})


def _told(row: KeptRow, language: str) -> ToldRowView:
    problems = [CellProblemView(column=at, code=code, message=DIRT[code].told(language)) for code, at in row.places]
    return ToldRowView(row_id=row.row_id, sheet=row.sheet, row=row.row, outcome=row.outcome, problems=tuple(problems))


def _ordinal(cursor: str | None) -> int:
    if cursor is None:
        return BEFORE_ALL
    if not cursor.isdecimal():
        raise CursorMalformed("not a cursor of this list")
    return int(cursor)


def _waiting(row: QuarantinedRow) -> WaitingView:
    return WaitingView(**{name: getattr(row, name) for name in WaitingView.model_fields})
