"""What is told of a person: registered, then named, numbered, moved and buried by dated facts."""

from datetime import date
from unicodedata import category
from uuid import UUID

from libs.events.contracts.registry.person import (
    DeathWeighed,
    NameRecorded,
    NumberRecorded,
    PersonDied,
    PersonRegistered,
    ResidenceRecorded,
)
from libs.events.event import Event
from libs.vietnam.dates import YEAR_MIN, PartialDate
from services.registry.domain.life import birth_of, within_life
from services.registry.domain.person.commands import (
    ConfirmDeath,
    FollowTransfer,
    RecordName,
    RecordNumber,
    RecordResidence,
    RegisterPerson,
    WeighDeath,
)
from services.registry.domain.person.refusals import AlreadyRegistered, BirthImpossible, InTheFuture, NotAName
from services.registry.domain.person.state import Person
from services.registry.domain.places import commune_on

# Beside letters and their marks: `H'Mông`, `Y-Blô`, `Nguyễn V. An`.
SIGNS_IN_NAMES = frozenset(" '\u2018\u2019\u02bc-.")
MARKUP = frozenset("<>")


def register(command: RegisterPerson, person: Person) -> list[Event]:
    """Register somebody who is not known yet, by a name, as born on a day that can be and living in a commune."""
    _a_name(command.full_name)
    if any(MARKUP.intersection(name) for name in command.other_names):
        raise NotAName("another name holds markup")
    _can_be_born(command)
    commune_on(command.unit, command.today)
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
        disputed=command.disputed,
    )
    if person.registered == registered:
        return []  # Said twice, true once.
    if person.registered is not None:
        raise AlreadyRegistered("this id is taken")
    return [registered]


def record_name(command: RecordName, person: Person, person_id: UUID) -> list[Event]:
    """A name that is known, or in use already, adds nothing."""
    _a_name(command.full_name)
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
            disputed=command.disputed and citizen_id is not None,
        )
    ]


def record_residence(command: RecordResidence, person: Person, person_id: UUID) -> list[Event]:
    """The residence in use on that day, said again, adds nothing; the dead live nowhere."""
    if command.lived_from > command.today:
        raise InTheFuture("a residence begins after today")
    commune_on(command.unit, command.lived_from)
    within_life(_birth(person), person.died_on, command.lived_from)
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


def follow_transfer(command: FollowTransfer, person: Person, person_id: UUID) -> list[Event]:
    """The person lives where the case was received: nothing refuses what another stream has told.

    Who was registered only after the move, as living where they had left, did not live there any more by then either.
    """
    days, latest = [command.received_on], person.residences[-1]
    if latest.registered and latest.unit == command.from_unit and latest.lived_from > command.received_on:
        days.append(latest.lived_from)
    return [
        ResidenceRecorded(person_id=person_id, lived_from=on, unit=command.unit, source="transfer")
        for on in days
        if _residence(person, on) != command.unit
    ]


def confirm_death(command: ConfirmDeath, person: Person, person_id: UUID) -> list[Event]:
    """Said twice, true once; what is dated after it is looked at by reaction."""
    if command.died_on > command.today:
        raise InTheFuture("a death is dated after today")
    if person.died_on == command.died_on:
        return []
    within_life(_birth(person), None, command.died_on)
    return [PersonDied(person_id=person_id, died_on=command.died_on, source=command.source)]


def weigh_death(command: WeighDeath, person: Person, person_id: UUID) -> list[Event]:
    """What contradicts the death goes to a human, and comes back when it is corrected."""
    if person.died_on is None:
        return []
    later = tuple(sorted(set(command.later)))
    in_doubt = bool(later) or _lived_after(person, person.died_on)
    if (later, in_doubt) == (person.doubts, person.in_doubt):
        return []
    return [DeathWeighed(person_id=person_id, died_on=person.died_on, later=later, needs_review=in_doubt)]


def _residence(person: Person, on: date) -> str | None:
    units = [one.unit for one in person.residences if one.lived_from <= on]
    return units[-1] if units else None


def _lived_after(person: Person, day: date) -> bool:
    # A registration says when somebody became known, and of the dead it often comes late.
    return any(one.lived_from > day for one in person.residences if not one.registered)


def _birth(person: Person) -> PartialDate | None:
    known = person.registered
    return None if known is None else birth_of(known.birth_date, known.birth_year)


def _a_name(name: str) -> None:
    letters = [sign for sign in name if category(sign)[0] in "LM"]
    if not letters or any(category(sign)[0] not in "LM" and sign not in SIGNS_IN_NAMES for sign in name):
        raise NotAName("a name is letters, and signs that names have")


def _can_be_born(command: RegisterPerson) -> None:
    try:
        birth = birth_of(command.birth_date, command.birth_year)
    except ValueError:
        raise BirthImpossible("a birth date that is none") from None
    if birth is not None and not (birth.year >= YEAR_MIN and birth.first_day <= command.today):
        raise BirthImpossible("nobody alive was born then")
