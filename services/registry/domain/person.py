"""A person: registered once, then known by dated facts that add up and never overwrite each other."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, assert_never
from uuid import UUID

from libs.events.contracts.registry.person import (
    NameRecorded,
    NumberRecorded,
    PersonDied,
    PersonRegistered,
    ResidenceRecorded,
)
from libs.events.contracts.values import Sex, UnitRef
from libs.events.decider import Decider, Invalid, Refused, Unknown
from libs.events.event import Event

PersonEvent = PersonRegistered | NameRecorded | NumberRecorded | ResidenceRecorded | PersonDied


@dataclass(frozen=True)
class RegisterPerson:
    """Make somebody known. Personal fields are in the clear here; the journal encrypts them."""

    person_id: UUID
    today: date
    unit: UnitRef
    source: str
    full_name: str
    sex: Sex
    birth_year: int | None
    birth_date: str | None = None
    other_names: tuple[str, ...] = ()
    citizen_id: str | None = None
    legacy_id9: str | None = None
    address: str | None = None


@dataclass(frozen=True)
class RecordName:
    """Add a name, or replace the one in use after an error."""

    today: date
    source: str
    full_name: str
    replaces: bool = False


@dataclass(frozen=True)
class RecordNumber:
    """Add a number that papers show."""

    today: date
    source: str
    citizen_id: str | None = None
    legacy_id9: str | None = None


@dataclass(frozen=True)
class RecordResidence:
    """Add where the person lives from a day on."""

    lived_from: date
    today: date
    unit: UnitRef
    source: str
    address: str | None = None


@dataclass(frozen=True)
class ConfirmDeath:
    """Record that the person died (R-36)."""

    died_on: date
    today: date
    source: str


PersonCommand = RegisterPerson | RecordName | RecordNumber | RecordResidence | ConfirmDeath


@dataclass(frozen=True)
class Residence:
    """Where somebody lived from a day on."""

    lived_from: date
    unit: UnitRef
    address: str | None


@dataclass(frozen=True)
class Person:
    """What decisions about a person need to know of what was recorded."""

    registered: PersonRegistered | None = None
    id: UUID | None = None
    names: frozenset[str] = frozenset()
    full_name: str | None = None
    citizen_ids: frozenset[str] = frozenset()
    legacy_ids: frozenset[str] = frozenset()
    residences: tuple[Residence, ...] = ()
    died_on: date | None = None


class AlreadyRegistered(Refused):
    """The id stands for somebody already."""

    problem = "already-registered"


class InTheFuture(Invalid):
    """A fact was dated after today."""

    problem = "in-the-future"


def decide(command: PersonCommand, person: Person, law: Any) -> list[Event]:
    """What follows from a command; nothing when it says what is known already."""
    if isinstance(command, RegisterPerson):
        return register(command, person)
    if person.id is None:
        raise Unknown("nobody is registered under this id")
    match command:
        case RecordName():
            return record_name(command, person, person.id)
        case RecordNumber():
            return record_number(command, person, person.id)
        case RecordResidence():
            return record_residence(command, person, person.id)
        case ConfirmDeath():
            return confirm_death(command, person, person.id)
        case _:
            assert_never(command)


def register(command: RegisterPerson, person: Person) -> list[Event]:
    """Register somebody who is not known yet."""
    registered = PersonRegistered(
        person_id=command.person_id,
        registered_on=command.today,
        unit=command.unit,
        source=command.source,
        full_name=command.full_name,
        other_names=list(command.other_names) or None,
        sex=command.sex,
        birth_year=command.birth_year,
        birth_date=command.birth_date,
        citizen_id=command.citizen_id,
        legacy_id9=command.legacy_id9,
        address=command.address,
    )
    if person.registered == registered:
        return []  # Said twice, true once.
    if person.registered is not None:
        raise AlreadyRegistered("this id is taken")
    return [registered]


def record_name(command: RecordName, person: Person, person_id: UUID) -> list[Event]:
    """A name that is known, or in use already, adds nothing."""
    if command.full_name == person.full_name or (command.full_name in person.names and not command.replaces):
        return []
    return [
        NameRecorded(
            person_id=person_id,
            recorded_on=command.today,
            source=command.source,
            full_name=command.full_name,
            replaces=command.replaces,
        )
    ]


def record_number(command: RecordNumber, person: Person, person_id: UUID) -> list[Event]:
    """Numbers that are known already add nothing."""
    citizen_id = None if command.citizen_id in person.citizen_ids else command.citizen_id
    legacy_id9 = None if command.legacy_id9 in person.legacy_ids else command.legacy_id9
    if citizen_id is None and legacy_id9 is None:
        return []
    return [
        NumberRecorded(
            person_id=person_id,
            recorded_on=command.today,
            source=command.source,
            citizen_id=citizen_id,
            legacy_id9=legacy_id9,
        )
    ]


def record_residence(command: RecordResidence, person: Person, person_id: UUID) -> list[Event]:
    """The residence in use on that day, said again, adds nothing."""
    if command.lived_from > command.today:
        raise InTheFuture("a residence begins after today")
    before = [one for one in person.residences if one.lived_from <= command.lived_from]
    if before and (before[-1].unit, before[-1].address) == (command.unit, command.address):
        return []
    return [
        ResidenceRecorded(
            person_id=person_id,
            lived_from=command.lived_from,
            unit=command.unit,
            source=command.source,
            address=command.address,
        )
    ]


def confirm_death(command: ConfirmDeath, person: Person, person_id: UUID) -> list[Event]:
    """Said twice, true once."""
    if command.died_on > command.today:
        raise InTheFuture("a death is dated after today")
    if person.died_on == command.died_on:
        return []
    return [PersonDied(person_id=person_id, died_on=command.died_on, source=command.source)]


def evolve(person: Person, event: Event) -> Person:
    """The person after one more fact."""
    match event:
        case PersonRegistered():
            others = event.other_names if isinstance(event.other_names, list) else []
            return Person(
                registered=event,
                id=event.person_id,
                names=_some(event.full_name).union(others),
                full_name=_clear(event.full_name),
                citizen_ids=_some(event.citizen_id),
                legacy_ids=_some(event.legacy_id9),
                residences=(Residence(event.registered_on, event.unit, _clear(event.address)),),
            )
        case NameRecorded():
            name = _clear(event.full_name)
            return replace(
                person,
                names=person.names | _some(name),
                full_name=name if event.replaces else person.full_name,
            )
        case NumberRecorded():
            return replace(
                person,
                citizen_ids=person.citizen_ids | _some(event.citizen_id),
                legacy_ids=person.legacy_ids | _some(event.legacy_id9),
            )
        case ResidenceRecorded():
            fresh = Residence(event.lived_from, event.unit, _clear(event.address))
            by_day = sorted([*person.residences, fresh], key=lambda one: one.lived_from)
            return replace(person, residences=tuple(by_day))
        case PersonDied():
            return replace(person, died_on=event.died_on)
        case _:
            return person


def _clear(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _some(value: object) -> frozenset[str]:
    return frozenset({value} if isinstance(value, str) else ())


person_decider: Decider[PersonCommand, Person] = Decider("person", Person(), decide, evolve)
