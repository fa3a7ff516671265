"""Lives as the registry writes them, by its own deciders: what a twin follows."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4, uuid5

from libs.events.codec import Codec
from libs.events.contracts.values import EndReason, EpisodeKind, Sex
from libs.events.decider import Decider
from libs.events.decision import Decision
from libs.events.handling import Handler, Target
from libs.events.keyring import MemoryKeyring
from libs.events.memory import MemoryJournal
from libs.events.record import Meta
from libs.law.law import LAW
from libs.vietnam.calendar import LOCAL
from services.registry.domain.case import case_decider
from services.registry.domain.case.commands import (
    DecideManagement,
    EndCase,
    NoteDetermination,
    NotifyTransfer,
    OpenDossier,
    ReceiveTransfer,
    ReportCompletion,
)
from services.registry.domain.person import ConfirmDeath, RegisterPerson, person_decider
from tests.libs.web.sample import AWAY, HOME

COMPLETED, PRESENTED, DOSSIER, DECIDED = (date(2025, 3, day) for day in (3, 5, 7, 11))
NAME = "Nguyễn Văn Bí Mật"


@dataclass(frozen=True)
class Registry:
    """Writes events with the registry's deciders; dates lie in spring 2025, under one law."""

    handler: Handler

    def register(self, unit: str = HOME) -> UUID:
        """Somebody of a unit, under no management."""
        person = uuid4()
        register = RegisterPerson(
            person_id=person,
            today=COMPLETED,
            unit=unit,
            source="test",
            full_name=NAME,
            sex=Sex.MALE,
            birth_year=1990,
        )
        self._write(person, "person", person, person_decider, register)
        return person

    def manage(self, person: UUID, unit: str = HOME) -> None:
        """The person is decided to be managed in the unit."""
        decision = Decision(
            number="15/QĐ-UBND", signed_on=DECIDED, body="commune_chairman", unit=unit, signer="official-7"
        )
        report = ReportCompletion(
            case_id=_case(person),
            person_id=person,
            episode_id=uuid5(person, "episode"),
            unit=unit,
            kind=EpisodeKind.VOLUNTARY_FACILITY_PUBLIC,
            completed_on=COMPLETED,
            presented_on=PRESENTED,
            today=PRESENTED,
            relied_on="registry/0/1",
        )
        for command in (report, OpenDossier(DOSSIER, DOSSIER), DecideManagement(decision, DECIDED)):
            self._write(person, "case", _case(person), case_decider, command)

    def managed(self, unit: str = HOME) -> UUID:
        """Somebody of a unit, under its management."""
        person = self.register(unit)
        self.manage(person, unit)
        return person

    def move(self, person: UUID, on: date, unit: str = AWAY) -> None:
        """Another unit receives the person."""
        left = datetime(on.year, on.month, on.day, 8, tzinfo=LOCAL)
        for command in (NotifyTransfer(unit, left, left, on), ReceiveTransfer(on, on)):
            self._write(person, "case", _case(person), case_decider, command)

    def end(self, person: UUID, reason: EndReason, on: date) -> None:
        """The case ends early."""
        self._write(person, "case", _case(person), case_decider, EndCase(reason, on, on))

    def relapse(self, person: UUID, on: date) -> None:
        """The person is determined addicted, which ends the case."""
        note = NoteDetermination(uuid4(), addicted=True, determined_on=on)
        self._write(person, "case", _case(person), case_decider, note)

    def die(self, person: UUID, on: date) -> None:
        """The person's death is confirmed."""
        self._write(person, "person", person, person_decider, ConfirmDeath(on, on, "test"))

    def _write(self, person: UUID, category: str, identity: UUID, decider: Decider[Any, Any], command: Any) -> None:
        meta = Meta(uuid4(), "test", uuid4())
        self.handler.handle(Target(decider, f"{category}-{identity}", command, meta, f"person-{person}"))


def in_memory() -> tuple[Registry, MemoryJournal]:
    """A registry without databases, and its journal."""
    journal = MemoryJournal("registry")
    return Registry(Handler(journal, Codec("registry", MemoryKeyring()), LAW)), journal


def _case(person: UUID) -> UUID:
    return uuid5(person, "case")
