"""Persons as they are known now: one row a person, names and numbers sealed."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from libs.events.contracts.registry.case import CompletionReported, TransferReceived
from libs.events.contracts.registry.person import (
    DeathWeighed,
    NameRecorded,
    NumberRecorded,
    PersonDied,
    PersonRegistered,
    ResidenceRecorded,
)
from libs.events.contracts.values import Sex
from libs.events.event import Sealed, sealed
from libs.events.projection import Projection


@dataclass(frozen=True)
class PersonRow:
    """A person now; `unit` is where they live according to the latest residence, `managed_in` that of the latest case.

    Both see the person: they differ until the case follows a move. `needs_review` asks for a human, since something is
    dated after the death.
    """

    person_id: UUID
    unit: str
    lived_from: date
    sex: Sex
    birth_year: int | None
    full_name: Sealed | None
    birth_date: Sealed | None
    citizen_id: Sealed | None
    legacy_id9: Sealed | None
    address: Sealed | None
    died_on: date | None = None
    managed_in: str | None = None
    needs_review: bool = False


persons = Projection(
    "registry.persons",
    1,
    PersonRow,
    unit="unit_in_charge(unit, managed_in)",
    indexes=["(unit)", "(managed_in)", "(person_id) where needs_review"],
)


@persons.on(PersonRegistered, key=lambda e: e.person_id)
def registered(event: PersonRegistered, row: PersonRow | None) -> PersonRow:
    """A first row."""
    return PersonRow(
        person_id=event.person_id,
        unit=event.unit,
        lived_from=event.registered_on,
        sex=event.sex,
        birth_year=event.birth_year,
        full_name=sealed(event.full_name),
        birth_date=sealed(event.birth_date),
        citizen_id=sealed(event.citizen_id),
        legacy_id9=sealed(event.legacy_id9),
        address=sealed(event.address),
    )


@persons.on(NameRecorded, key=lambda e: e.person_id)
def named(event: NameRecorded, row: PersonRow | None) -> PersonRow | None:
    """Only a correction changes the name in use."""
    if row is None or not event.replaces:
        return row
    return replace(row, full_name=sealed(event.full_name))


@persons.on(NumberRecorded, key=lambda e: e.person_id)
def numbered(event: NumberRecorded, row: PersonRow | None) -> PersonRow | None:
    """The latest number is shown; `numbers` finds by every one."""
    if row is None:
        return None
    return replace(
        row,
        citizen_id=sealed(event.citizen_id) or row.citizen_id,
        legacy_id9=sealed(event.legacy_id9) or row.legacy_id9,
    )


@persons.on(ResidenceRecorded, key=lambda e: e.person_id)
def resided(event: ResidenceRecorded, row: PersonRow | None) -> PersonRow | None:
    """An older residence than the one in use is history."""
    if row is None or event.lived_from < row.lived_from:
        return row
    return replace(row, unit=event.unit, lived_from=event.lived_from, address=sealed(event.address))


@persons.on(CompletionReported, key=lambda e: e.person_id)
def managed(event: CompletionReported, row: PersonRow | None) -> PersonRow | None:
    """The commune of the case knows whom it is about."""
    return None if row is None else replace(row, managed_in=event.unit)


@persons.on(TransferReceived, key=lambda e: e.person_id)
def moved(event: TransferReceived, row: PersonRow | None) -> PersonRow | None:
    """The new commune does; the old one keeps what it recorded."""
    return None if row is None else replace(row, managed_in=event.unit)


@persons.on(PersonDied, key=lambda e: e.person_id)
def died(event: PersonDied, row: PersonRow | None) -> PersonRow | None:
    """The row stays: the dead are counted."""
    return None if row is None else replace(row, died_on=event.died_on)


@persons.on(DeathWeighed, key=lambda e: e.person_id)
def weighed(event: DeathWeighed, row: PersonRow | None) -> PersonRow | None:
    """What contradicts the death waits for a human."""
    return None if row is None else replace(row, needs_review=event.needs_review)
