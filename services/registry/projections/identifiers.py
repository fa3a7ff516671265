"""How a person is found again: every name and number ever recorded, by keyed hash."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from sqlalchemy import Connection

from libs.events.columns import HashOf
from libs.events.contracts.registry.person import NameRecorded, NumberRecorded, PersonRegistered
from libs.events.decider import Refused
from libs.events.event import Sealed, sealed
from libs.events.projection import Projection
from libs.vietnam.names import folded_name, name_tokens


class NumberTaken(Refused):
    """Another person has the citizen number; a human says who is who, or that papers differ (domain 5.2, rule 8)."""

    problem = "number-taken"


def folded_text(name: str) -> str:
    """What a name is hashed by as a whole."""
    return f"name:{folded_name(name)}"


@dataclass(frozen=True)
class NameRow:
    """The name of one person that one event recorded; the key is that event's id."""

    event_id: str
    person_id: UUID
    full_name: Sealed
    folded_hash: Annotated[bytes | None, HashOf("full_name", lambda name, _row: folded_text(name))] = None
    token_hashes: Annotated[list[bytes] | None, HashOf("full_name", lambda name, _row: list(name_tokens(name)))] = None


@dataclass(frozen=True)
class NumberRow:
    """The numbers of one person that one event recorded; the key is that event's id.

    A citizen number is one person's, and of any number of others with whom a human found it `disputed`.
    """

    event_id: str
    person_id: UUID
    citizen_id: Sealed | None
    legacy_id9: Sealed | None
    disputed: bool
    citizen_hash: Annotated[bytes | None, HashOf("citizen_id", lambda number, _row: number)] = None
    legacy_hash: Annotated[bytes | None, HashOf("legacy_id9", lambda number, _row: number)] = None


# Who sees the person sees their names and numbers.
OWNER = "unit_of_person(person_id)"
names = Projection("registry.names", 1, NameRow, unit=OWNER, indexes=["(folded_hash)", "(person_id)"])
numbers = Projection(
    "registry.numbers",
    1,
    NumberRow,
    unit=OWNER,
    indexes=["(citizen_hash)", "(legacy_hash)", "(person_id)"],
    unique={"(citizen_hash) where not disputed": NumberTaken},
)


@names.on(PersonRegistered, key=lambda e: _recorded_by(e.full_name))
def named_first(event: PersonRegistered, row: NameRow | None) -> NameRow | None:
    """The name of the registration."""
    return _name(event.person_id, event.full_name)


@names.on(NameRecorded, key=lambda e: _recorded_by(e.full_name))
def named_later(event: NameRecorded, row: NameRow | None) -> NameRow | None:
    """One more name; earlier ones stay."""
    return _name(event.person_id, event.full_name)


@numbers.on(PersonRegistered, key=lambda e: _recorded_by(e.citizen_id, e.legacy_id9))
def numbered_first(event: PersonRegistered, row: NumberRow | None) -> NumberRow:
    """The numbers of the registration."""
    return _numbers(event)


@numbers.on(NumberRecorded, key=lambda e: _recorded_by(e.citizen_id, e.legacy_id9))
def numbered_later(event: NumberRecorded, row: NumberRow | None) -> NumberRow:
    """One more; earlier ones stay (domain 5.2, rule 10)."""
    return _numbers(event)


def another_has(connection: Connection, citizen_hash: bytes, person_id: UUID) -> bool:
    """Whether the number of this keyed hash was ever recorded of anybody else."""
    condition = "citizen_hash = :hash and person_id <> :person"
    return bool(numbers.read(connection, condition, tail="limit 1", hash=citizen_hash, person=person_id))


def _name(person_id: UUID, value: object) -> NameRow | None:
    name = sealed(value)
    return None if name is None else NameRow(name.event_id, person_id, name)


def _numbers(event: PersonRegistered | NumberRecorded) -> NumberRow:
    citizen_id, legacy_id9 = sealed(event.citizen_id), sealed(event.legacy_id9)
    (event_id,) = _recorded_by(citizen_id, legacy_id9)
    return NumberRow(event_id, event.person_id, citizen_id, legacy_id9, event.disputed)


def _recorded_by(*values: object) -> list[str]:
    """The event that sealed the first of some fields; nothing when none is there."""
    return [value.event_id for value in values if isinstance(value, Sealed)][:1]
