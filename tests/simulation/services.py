"""The services of the simulated world: the registry's real cases and deadlines, and two that follow it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid5

from libs.events.contracts.registry.case import (
    CompletionReported,
    DossierOpened,
    HelperAssigned,
    ManagementDecided,
)
from libs.events.follower import Following
from libs.events.handling import Target
from libs.events.projection import Projection
from libs.events.reactor import NotKnownYet, Reaction, Reactor
from libs.events.record import Meta
from libs.events.service import Service
from libs.law.law import LAW
from services.registry.deadlines import DEADLINES
from services.registry.domain.case import case_decider
from services.registry.domain.case.commands import AssignHelper
from services.registry.projections.cases import cases
from tests.libs.events.sample import CountNote, NoteOpened, OpenNote, note_decider, note_projection
from tests.services.registry.domain.case.story import EARLIER, day

WORLD = UUID("8e2b4b1c-0d8e-4b0a-9d39-9a0a3c1c7d11")
TOLD = (CompletionReported, DossierOpened, ManagementDecided, HelperAssigned)


@dataclass(frozen=True)
class Sighting:
    """How many events of a case were seen, and which came last."""

    case_id: UUID
    seen: int
    last: str


def registry() -> Service:
    """The registry as far as cases go: its real deciders, ledger and deadlines."""
    return Service("registry", LAW, inline=[cases], deadlines=DEADLINES)


def support() -> Service:
    """Notes about cases that the registry knows."""
    return Service("support", None, inline=[note_projection("copies")])


def clubs(faulty: "Faulty", knows: Callable[[UUID], bool]) -> Service:
    """Counts what it sees of each case, in two ways, and copies each case, and each note about one, as its own."""
    sightings = sighting_rows("clubs.sightings", history=True)
    fragile = sighting_rows("clubs.fragile", faulty=faulty)
    following = Following(["registry", "support"], [sightings, fragile], [copying(), noting(knows)])
    return Service("clubs", None, inline=[note_projection("copies")], following=following)


@dataclass
class Faulty:
    """A fault in the code of a fold and of a reactor, which somebody mends later."""

    case: int = 3
    mended: bool = False

    def fails(self, event: Any) -> bool:
        """Whether an event meets it."""
        return not self.mended and event.case_id == case_of(self.case) and isinstance(event, DossierOpened)


def sighting_rows(
    name: str, *, history: bool = False, faulty: Faulty | None = None, doubling: bool = False
) -> Projection[Sighting]:
    """A row a case; `doubling` code counts every event twice."""
    rows = Projection(name, 1, Sighting, history=history)

    def seen(event: Any, row: Sighting | None) -> Sighting:
        if faulty is not None and faulty.fails(event):
            raise ZeroDivisionError
        more = 2 if doubling else 1
        return Sighting(event.case_id, (row.seen if row else 0) + more, type(event).__name__)

    for kind in TOLD:
        rows.on(kind, key=_case)(seen)
    return rows


def _case(event: Any) -> UUID:
    found: UUID = event.case_id
    return found


def copying() -> Reactor:
    """Opens a note for each case, and counts it for each dossier and decision."""
    reactor = Reactor("clubs.copying")

    def asked(event: Any, _connection: Any) -> list[Reaction]:
        command = OpenNote(event.case_id) if isinstance(event, CompletionReported) else CountNote()
        return [Reaction(note_decider, f"note-{event.case_id}", f"person-{event.person_id}", command)]

    for kind in TOLD[:3]:
        reactor.on(kind)(asked)
    return reactor


def noting(knows: Callable[[UUID], bool]) -> Reactor:
    """Opens a note for each note about a case, which it must have seen."""
    reactor = Reactor("clubs.noting")

    @reactor.on(NoteOpened)
    def asked(event: NoteOpened, _connection: Any) -> list[Reaction]:
        if not knows(event.note_id):
            raise NotKnownYet("registry")
        copy = uuid5(event.note_id, "copy")
        return [Reaction(note_decider, f"note-{copy}", f"person-{copy}", OpenNote(copy))]

    return reactor


def case_of(number: int) -> UUID:
    """A case's id."""
    return uuid5(WORLD, f"case {number}")


def life(number: int, helpers: int) -> list[Target[Any, Any]]:
    """What is done about one case, in order."""
    case, person = case_of(number), uuid5(WORLD, f"person {number}")
    report = replace(EARLIER.report, case_id=case, person_id=person, episode_id=uuid5(WORLD, f"episode {number}"))
    commands: list[Any] = [report, EARLIER.open_dossier, EARLIER.decide]
    commands += [
        AssignHelper(uuid5(case, f"helper {n}"), "Hội Phụ nữ", day("2026-03-11"), today=day("2026-03-11"))
        for n in range(helpers)
    ]
    return [
        Target(case_decider, f"case-{case}", command, _meta(case, n), f"person-{person}")
        for n, command in enumerate(commands)
    ]


def _meta(case: UUID, number: int) -> Meta:
    return Meta(uuid5(case, f"command {number}"), "somebody", uuid5(case, "correlation"))


def note(number: int) -> Target[Any, Any]:
    """A note that another service opens about a case which the registry has told of."""
    case = case_of(number)
    meta = Meta(uuid5(case, "note"), "somebody", uuid5(case, "correlation"))
    return Target(note_decider, f"note-{case}", OpenNote(case), meta, f"person-{uuid5(WORLD, f'person {number}')}")
