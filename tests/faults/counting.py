"""A service over the sample notes whose every command counts: what is lost or doubled shows in a number.

`writing` takes commands over REST and folds inline; `reading` follows it, folds with and without history, repeats
every count in a journal of its own, and tells over REST what it knows.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from libs.events.follower import Following
from libs.events.handling import Outcome
from libs.events.reactor import Reaction, Reactor
from libs.events.service import Service
from libs.web.answers import Seen
from libs.web.app import MIGRATIONS
from libs.web.bodies import Body, View
from libs.web.edge import Edge
from libs.web.roles import Permission
from libs.web.routing import Router
from tests.libs.events.sample import (
    CountNote,
    NoteCounted,
    NoteOpened,
    OpenNote,
    note_decider,
    note_projection,
)

inline = note_projection()
followed = note_projection("followed")
history = note_projection("history", history=True)
router = Router("notes")
known = Router("known notes")
echo = Reactor("echo")


class NoteBody(Body):
    """A note to be opened."""

    unit: str
    title: str


@router.command("/v1/notes", permission=Permission.PERSON_REGISTER, created="/v1/notes/{id}")
def open_note(body: NoteBody, edge: Edge) -> Outcome:
    """Open a note."""
    note = edge.new_id()
    command = OpenNote(note, body.title, edge.within(body.unit))
    return edge.handle(note_decider, f"note-{note}", command, subject=f"person-{note}")


@router.command("/v1/notes/{note_id}/counts", permission=Permission.PERSON_CORRECT)
def count_note(note_id: UUID, edge: Edge) -> Outcome:
    """Count a note once more: said twice under two keys, it counts twice."""
    edge.find(inline, note_id)
    return edge.handle(note_decider, f"note-{note_id}", CountNote(), subject=f"person-{note_id}")


class Known(View):
    """What is known of a note."""

    counts: int


@known.query("/v1/notes/{note_id}", permission=Permission.PERSON_READ, person=True)
def known_note(note_id: UUID, edge: Edge) -> Seen[Known]:
    """How often a note was counted, as far as it is known here."""
    return Seen(Known(counts=edge.find(followed, note_id).count), subjects=[note_id])


@echo.on(NoteOpened)
def opened(event: NoteOpened, connection: Connection) -> list[Reaction]:
    return [_repeated(event.note_id, OpenNote(event.note_id, "an echo", event.unit))]


@echo.on(NoteCounted)
def counted(event: NoteCounted, connection: Connection) -> list[Reaction]:
    return [_repeated(event.note_id, CountNote())]


def writing(name: str) -> Service:
    """The service that takes commands."""
    return Service(name=name, law=None, **WRITING)


def reading(name: str, source: str) -> Service:
    """The service that follows it."""
    return Service(name=name, law=None, **reading_of(source))


def reading_of(source: str) -> dict[str, Any]:
    """The parts of the follower of that source."""
    following = Following([source], [followed, history], [echo])
    return {"following": following, "routers": [known], "migrations": [MIGRATIONS]}


WRITING: dict[str, Any] = {"inline": [inline], "routers": [router], "migrations": [MIGRATIONS]}


def _repeated(note: UUID, command: OpenNote | CountNote) -> Reaction:
    return Reaction(note_decider, f"note-{note}", f"person-{note}", command)
