"""A person as decisions need to know them, and how each event changes that."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from libs.events.contracts.registry.person import (
    DeathWeighed,
    NameRecorded,
    NumberRecorded,
    PersonDied,
    PersonRegistered,
    ResidenceRecorded,
)
from libs.events.contracts.values import UnitRef
from libs.events.event import Event


@dataclass(frozen=True)
class Residence:
    """Where somebody lived from a day on; of the `registered` one it is known only that they were known there then."""

    lived_from: date
    unit: UnitRef
    address: str | None
    registered: bool = False


@dataclass(frozen=True)
class Person:
    """What was recorded; `doubts` and `in_doubt` are what a death was last found to be contradicted by."""

    registered: PersonRegistered | None = None
    id: UUID | None = None
    names: frozenset[str] = frozenset()
    full_name: str | None = None
    citizen_ids: frozenset[str] = frozenset()
    legacy_ids: frozenset[str] = frozenset()
    residences: tuple[Residence, ...] = ()
    died_on: date | None = None
    doubts: tuple[UUID, ...] = ()
    in_doubt: bool = False


def evolve(person: Person, event: Event) -> Person:  # noqa: PLR0911 -- One line or two an event.
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
                residences=(Residence(event.registered_on, event.unit, _clear(event.address), registered=True),),
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
        case DeathWeighed():
            return replace(person, doubts=event.later, in_doubt=event.needs_review)
        case _:
            return person


def _clear(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _some(value: object) -> frozenset[str]:
    return frozenset({value} if isinstance(value, str) else ())
