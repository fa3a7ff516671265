"""A small aggregate that the library's own tests are written with: a note with a secret, that can be closed."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any, NamedTuple
from uuid import UUID, uuid4

from libs.events.columns import HashOf
from libs.events.decider import Decider, Refused, WrongStage
from libs.events.event import Event, Health, Personal, Sealed
from libs.events.projection import Projection
from libs.events.record import Meta


class NoteOpened(Event, type="sample.note-opened", version=1, effective="opened_on"):
    """A note was opened."""

    note_id: UUID
    opened_on: date
    unit: str
    title: Personal[str]
    detail: Health[list[str]] | None = None


class NoteCounted(Event, type="sample.note-counted", version=1):
    """A note was counted once more."""

    note_id: UUID
    count: int


class NoteClosed(Event, type="sample.note-closed", version=1):
    """A note was closed."""

    note_id: UUID


class Read(NamedTuple):
    """A record as read from a partition."""

    topic: str
    partition: int
    offset: int
    value: bytes | None


@dataclass(frozen=True)
class OpenNote:
    """Open a note."""

    note_id: UUID
    title: str = "Nguyễn Văn Bí Mật"
    unit: str = "2025:26080"


@dataclass(frozen=True)
class CountNote:
    """Count a note once more."""


@dataclass(frozen=True)
class CloseNote:
    """Close a note; a second time changes nothing."""


@dataclass(frozen=True)
class Note:
    """A note's state."""

    id: UUID | None = None
    title: Any = None
    count: int = 0
    closed: bool = False


class NoteMissing(Refused):
    """There is no such note."""

    problem = "note-missing"


def decide(command: OpenNote | CountNote | CloseNote, note: Note, law: Any) -> list[Event]:
    if isinstance(command, OpenNote):
        if note.id is not None:
            raise WrongStage("open already")
        opened = NoteOpened(note_id=command.note_id, opened_on=date(2026, 1, 5), unit=command.unit, title=command.title)
        return [opened]
    if note.id is None:
        raise NoteMissing("no such note")
    if isinstance(command, CountNote):
        return [NoteCounted(note_id=note.id, count=note.count + 1)]
    return [] if note.closed else [NoteClosed(note_id=note.id)]


def evolve(note: Note, event: Event) -> Note:
    match event:
        case NoteOpened():
            return Note(event.note_id, event.title)
        case NoteCounted():
            return replace(note, count=event.count)
        case NoteClosed():
            return replace(note, closed=True)
        case _:
            return note


note_decider: Decider[OpenNote | CountNote | CloseNote, Note] = Decider("note", Note(), decide, evolve)


@dataclass(frozen=True)
class NoteRow:
    """A note as projected."""

    note_id: UUID
    unit: str
    title: Sealed | None
    count: int = 0
    closed: bool = False
    title_hash: Annotated[bytes | None, HashOf("title", lambda title, _row: title.lower())] = None
    words: Annotated[list[bytes] | None, HashOf("title", lambda title, _row: title.lower().split())] = None


def note_projection(name: str = "notes", *, version: int = 1, history: bool = False) -> Projection[NoteRow]:
    """The notes as a table; a new object each time, so that a test may change it."""
    notes = Projection(f"sample.{name}", version, NoteRow, history=history, unit="unit", indexes=["(unit)"])

    @notes.on(NoteOpened, key=lambda e: e.note_id)
    def opened(event: NoteOpened, row: NoteRow | None) -> NoteRow:
        return NoteRow(event.note_id, event.unit, event.title if isinstance(event.title, Sealed) else None)

    @notes.on(NoteCounted, key=lambda e: e.note_id)
    def counted(event: NoteCounted, row: NoteRow | None) -> NoteRow | None:
        return None if row is None else replace(row, count=row.count + 1)

    @notes.on(NoteClosed, key=lambda e: e.note_id)
    def closed(event: NoteClosed, row: NoteRow | None) -> NoteRow | None:
        return None if row is None else replace(row, closed=True)

    return notes


def meta() -> Meta:
    """What comes with a command of a test."""
    return Meta(uuid4(), "tester", uuid4())
