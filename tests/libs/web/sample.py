"""A small service that the edge's tests are written with: a desk that keeps one folder per person."""

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

from fastapi import UploadFile
from pydantic import StringConstraints

from libs.events.decider import Decider, NotAllowedByLaw, WrongStage
from libs.events.event import Event, Personal, Sealed
from libs.events.follower import Following
from libs.events.handling import Outcome
from libs.events.projection import Projection
from libs.web.answers import Done, Seen
from libs.web.app import MIGRATIONS
from libs.web.bodies import Body, View
from libs.web.edge import Edge
from libs.web.paging import Page, PageRequest
from libs.web.roles import Permission, Scope
from libs.web.routing import Router

HOME = "2025:26080"
AWAY = "2025:00004"
PROVINCE = "2025:79"
SECRET = "Nguyễn Văn Bí Mật"  # noqa: S105 -- A name.
MESSAGES = Path(__file__).parent


class FolderOpened(Event, type="desk.folder-opened", version=1, effective="opened_on"):
    """A folder was opened for a person."""

    folder_id: UUID
    person_id: UUID
    unit: str
    opened_on: date
    name: Personal[str]


class FolderStamped(Event, type="desk.folder-stamped", version=1):
    """A stamp was put on a folder."""

    folder_id: UUID
    stamps: int


class FolderClosed(Event, type="desk.folder-closed", version=1):
    """A folder was closed."""

    folder_id: UUID


class MemberJoined(Event, type="club.member-joined", version=1):
    """A person joined a club: an event of another service."""

    person_id: UUID
    unit: str


@dataclass(frozen=True)
class OpenFolder:
    """Open a folder."""

    folder_id: UUID
    person_id: UUID
    unit: str
    name: str
    today: date


@dataclass(frozen=True)
class StampFolder:
    """Stamp a folder."""


@dataclass(frozen=True)
class CloseFolder:
    """Close a folder; a second time changes nothing."""


@dataclass(frozen=True)
class Folder:
    """A folder's state."""

    id: UUID | None = None
    stamps: int = 0
    closed: bool = False


class FolderFull(NotAllowedByLaw):
    """A folder takes two stamps."""

    problem = "folder-full"


def decide(command: OpenFolder | StampFolder | CloseFolder, folder: Folder, law: Any) -> list[Event]:
    if isinstance(command, OpenFolder):
        if folder.id is not None:
            raise WrongStage("open already")
        opened = FolderOpened(
            folder_id=command.folder_id,
            person_id=command.person_id,
            unit=command.unit,
            opened_on=command.today,
            name=command.name,
        )
        return [opened]
    if folder.id is None or (folder.closed and isinstance(command, StampFolder)):
        raise WrongStage("not open", stage="closed", name=SECRET)
    if isinstance(command, CloseFolder):
        return [] if folder.closed else [FolderClosed(folder_id=folder.id)]
    if folder.stamps == 2:
        raise FolderFull("two stamps are enough", rules=["R-99"], stamps=2)
    return [FolderStamped(folder_id=folder.id, stamps=folder.stamps + 1)]


def evolve(folder: Folder, event: Event) -> Folder:
    match event:
        case FolderOpened():
            return Folder(event.folder_id)
        case FolderStamped():
            return replace(folder, stamps=event.stamps)
        case FolderClosed():
            return replace(folder, closed=True)
        case _:
            return folder


folder_decider: Decider[OpenFolder | StampFolder | CloseFolder, Folder] = Decider("folder", Folder(), decide, evolve)


@dataclass(frozen=True)
class FolderRow:
    """A folder as projected."""

    folder_id: UUID
    person_id: UUID
    unit: str
    opened_on: date
    name: Sealed | None
    stamps: int = 0
    closed: bool = False


folders = Projection("desk.folders", 1, FolderRow, unit="unit", indexes=["(unit)"])


@folders.on(FolderOpened, key=lambda e: e.folder_id)
def opened(event: FolderOpened, row: FolderRow | None) -> FolderRow:
    name = event.name if isinstance(event.name, Sealed) else None
    return FolderRow(event.folder_id, event.person_id, event.unit, event.opened_on, name)


@folders.on(FolderStamped, key=lambda e: e.folder_id)
def stamped(event: FolderStamped, row: FolderRow | None) -> FolderRow | None:
    return None if row is None else replace(row, stamps=event.stamps)


@folders.on(FolderClosed, key=lambda e: e.folder_id)
def closed(event: FolderClosed, row: FolderRow | None) -> FolderRow | None:
    return None if row is None else replace(row, closed=True)


@dataclass(frozen=True)
class StampRow:
    """How many stamps a folder bears, for everyone to know."""

    folder_id: UUID
    stamps: int


stamps = Projection("desk.stamps", 1, StampRow)


@stamps.on(FolderStamped, key=lambda e: e.folder_id)
def counted(event: FolderStamped, row: StampRow | None) -> StampRow:
    return StampRow(event.folder_id, event.stamps)


@dataclass(frozen=True)
class MemberRow:
    """A member as followed from the clubs."""

    person_id: UUID
    unit: str


members = Projection("desk.members", 1, MemberRow, unit="unit")


@members.on(MemberJoined, key=lambda e: e.person_id)
def joined(event: MemberJoined, row: MemberRow | None) -> MemberRow:
    return MemberRow(event.person_id, event.unit)


class FolderBody(Body):
    """What opens a folder."""

    person_id: UUID
    unit: str
    name: Annotated[str, StringConstraints(min_length=1, max_length=80)]


class SearchBody(Body):
    """What is searched for."""

    name: str


class FolderView(View):
    """A folder as shown."""

    folder_id: UUID
    person_id: UUID
    name: str | None
    stamps: int
    closed: bool


class CountView(View):
    """A number of persons, none of them named."""

    members: int


class FileView(View):
    """What became of a file."""

    bytes: int
    command_id: UUID


router = Router("desk")


@router.command("/v1/folders", permission=Permission.PERSON_REGISTER, created="/v1/folders/{id}")
def open_folder(body: FolderBody, edge: Edge) -> Outcome:
    """Open a folder."""
    folder_id = edge.new_id()
    command = OpenFolder(folder_id, body.person_id, edge.within(body.unit), body.name, edge.today)
    return edge.handle(folder_decider, f"folder-{folder_id}", command, subject=f"person-{body.person_id}")


@router.command("/v1/folders/{folder_id}/stamps", permission=Permission.CASE_DECIDE)
def stamp_folder(folder_id: UUID, edge: Edge) -> Outcome:
    """Stamp a folder."""
    row = edge.find(folders, folder_id)
    return edge.handle(folder_decider, f"folder-{folder_id}", StampFolder(), subject=f"person-{row.person_id}")


@router.command("/v1/folders/{folder_id}/closing", permission=Permission.CASE_END)
def close_folder(folder_id: UUID, edge: Edge) -> Outcome:
    """Close a folder."""
    edge.find(folders, folder_id)
    return edge.handle(folder_decider, f"folder-{folder_id}", CloseFolder())


@router.command("/v1/files", permission=Permission.LIST_IMPORT)
def take_file(file: UploadFile, edge: Edge) -> Done[FileView]:
    """Take a file in."""
    return Done(FileView(bytes=len(file.file.read()), command_id=edge.meta("row-1").command_id))


@router.query("/v1/folders/{folder_id}", permission=Permission.PERSON_READ, person=True)
def read_folder(folder_id: UUID, edge: Edge) -> Seen[FolderView]:
    """Read a folder."""
    row = edge.find(folders, folder_id)
    # The helper of a folder is whoever bears the id of its person.
    edge.mine(assigned=[row.person_id])
    return Seen(view(edge, row), subjects=[row.person_id], stream=f"folder-{folder_id}")


@router.query("/v1/folders", permission=Permission.CASE_READ, person=True)
def list_folders(page: PageRequest, edge: Edge, closed: bool = False) -> Seen[Page[FolderView]]:  # noqa: FBT001, FBT002 -- A filter.
    """List folders by the day they were opened."""
    limit = edge.own(Scope.ASSIGNED)
    rows = edge.page(
        folders, page, "closed = :closed and unit <> coalesce(:none, '')", by="opened_on", closed=closed, none=None
    )
    shown = rows.page(lambda row: view(edge, row)) if limit is None else Page[FolderView](items=[], next=None)
    return Seen(shown, subjects=rows.column("person_id"))


@router.query("/v1/folders/search", permission=Permission.PERSON_SEARCH, person=True, method="POST")
def search_folders(body: SearchBody, edge: Edge) -> Seen[list[FolderView]]:
    """Search by a name that no URL may carry."""
    rows = folders.read(edge.reading(folders), "unit = :name", name=body.name)
    return Seen([view(edge, row) for row in rows], subjects=[row.person_id for row in rows])


@router.query("/v1/members/count", permission=Permission.INDICATOR_READ)
def count_members(edge: Edge) -> Seen[CountView]:
    """Count members, who are followed from another service."""
    return Seen(CountView(members=len(members.read(edge.reading(members)))))


def view(edge: Edge, row: FolderRow) -> FolderView:
    return FolderView(
        folder_id=row.folder_id,
        person_id=row.person_id,
        name=edge.reveal(row.name),
        stamps=row.stamps,
        closed=row.closed,
    )


PARTS: dict[str, Any] = {
    "name": "desk",
    "inline": [folders, stamps],
    "following": Following(["club", "desk"], [members]),
    "routers": [router],
    "migrations": [MIGRATIONS],
}


def expand(unit: str) -> frozenset[str]:
    """The units of the tests: a province with one commune in it, and a commune elsewhere."""
    known = {HOME: {HOME}, AWAY: {AWAY}, PROVINCE: {PROVINCE, HOME}}
    if unit not in known:
        raise ValueError(unit)
    return frozenset(known[unit])
