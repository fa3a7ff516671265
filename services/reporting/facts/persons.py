"""Persons as far as rates need them: whether and when they died."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from libs.events.contracts.registry.person import PersonDied, PersonRegistered
from libs.events.contracts.values import Sex
from libs.events.projection import Projection
from services.reporting.facts import RATES


@dataclass(frozen=True)
class CountedPerson:
    """A person who can be counted."""

    person_id: UUID
    unit: str
    sex: Sex
    birth_year: int | None
    died_on: date | None = None


persons = Projection("reporting.persons", 1, CountedPerson, history=True, group=RATES, unit="unit")


@persons.on(PersonRegistered, key=lambda e: e.person_id)
def registered(event: PersonRegistered, row: CountedPerson | None) -> CountedPerson:
    """A first row."""
    return CountedPerson(event.person_id, event.unit, event.sex, event.birth_year)


@persons.on(PersonDied, key=lambda e: e.person_id)
def died(event: PersonDied, row: CountedPerson | None) -> CountedPerson | None:
    """Death competes with relapse, and ends the time at risk."""
    return None if row is None else replace(row, died_on=event.died_on)
