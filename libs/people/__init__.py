"""What any service knows of a person: the id, where, how old, and whether under management; never a name."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from libs.events.contracts.registry.case import (
    CaseEnded,
    CasePaused,
    CaseResumed,
    ManagementDecided,
    RemovalApproved,
    TransferReceived,
)
from libs.events.contracts.registry.person import PersonDied, PersonRegistered, ResidenceRecorded
from libs.events.contracts.values import Category, EndReason, Sex
from libs.events.event import Event
from libs.events.projection import Projection
from libs.events.record import Position

SOURCE = "registry"
Change = Callable[[Any], dict[str, Any]]


@dataclass(frozen=True)
class KnownPerson:
    """A person as addressed: `managed` while on a managed list, `case_id` then the case."""

    person_id: UUID
    unit: str
    sex: Sex
    birth_year: int | None
    category: Category | None = None
    managed: bool = False
    alive: bool = True
    case_id: UUID | None = None
    lived_from: date = date.min


def people(service: str) -> Projection[KnownPerson]:
    """The directory of persons of one service, folded from the registry's events."""
    directory = Projection(f"{service}.people", 1, KnownPerson, unit="unit", indexes=["(unit)"])

    @directory.on(PersonRegistered, key=lambda e: e.person_id)
    def registered(event: PersonRegistered, row: KnownPerson | None) -> KnownPerson:
        return KnownPerson(event.person_id, event.unit, event.sex, event.birth_year, lived_from=event.registered_on)

    @directory.on(ResidenceRecorded, key=lambda e: e.person_id)
    def resided(event: ResidenceRecorded, row: KnownPerson | None) -> KnownPerson | None:
        if row is None or event.lived_from < row.lived_from:
            return row
        return replace(row, unit=event.unit, lived_from=event.lived_from)

    for event_class, change in _CHANGES.items():
        directory.on(event_class, key=_person)(_changed(change))
    return directory


def _person(event: Any) -> UUID:
    person_id: UUID = event.person_id
    return person_id


def known(
    directory: Projection[KnownPerson], connection: Connection, person_id: UUID
) -> tuple[KnownPerson, Position] | None:
    """A person within the reader's scope, and the registry's event from which the row is as it is."""
    found = directory.placed(connection, "person_id = :person", person=person_id)
    return found[0] if found else None


def _changed(change: Change) -> Callable[[Any, KnownPerson | None], KnownPerson | None]:
    return lambda event, row: None if row is None else replace(row, **change(event))


def _dead(event: CaseEnded) -> dict[str, Any]:
    return {"alive": False} if event.reason is EndReason.DECEASED else {}


# What each later event says of a person.
_CHANGES: dict[type[Event], Change] = {
    PersonDied: lambda _: {"alive": False, "managed": False},
    ManagementDecided: lambda e: {"unit": e.unit, "category": e.category, "managed": True, "case_id": e.case_id},
    TransferReceived: lambda e: {"unit": e.unit},
    CasePaused: lambda _: {"managed": False},
    CaseResumed: lambda _: {"managed": True},
    CaseEnded: lambda e: {"managed": False, "case_id": None} | _dead(e),
    RemovalApproved: lambda _: {"managed": False, "case_id": None},
}
