"""A person (người): identity as dated facts with their source, never a status."""

from datetime import date
from uuid import UUID

from libs.events.contracts.values import Sex, UnitRef
from libs.events.event import Event, Personal


class PersonRegistered(Event, type="registry.person-registered", version=1, effective="registered_on"):
    """Somebody became known to the registry. `birth_date` is an ISO date, or its known part (`1985`, `1985-05`).

    `disputed` says that another person has the `citizen_id` too, and that a human knows it (domain 5.2, rule 8).
    """

    person_id: UUID
    registered_on: date
    unit: UnitRef
    source: str
    full_name: Personal[str]
    other_names: Personal[list[str]] | None = None
    sex: Sex
    birth_year: int | None
    birth_date: Personal[str] | None = None
    citizen_id: Personal[str] | None = None
    legacy_id9: Personal[str] | None = None
    address: Personal[str] | None = None
    disputed: bool = False


class NameRecorded(Event, type="registry.name-recorded", version=1, effective="recorded_on"):
    """Another name under which the person is known, or a corrected one when `replaces` says so."""

    person_id: UUID
    recorded_on: date
    source: str
    full_name: Personal[str]
    replaces: bool = False


class NumberRecorded(Event, type="registry.number-recorded", version=1, effective="recorded_on"):
    """A number of the person became known; earlier ones stay known (domain 5.2, rule 10).

    `disputed` says that another person has the `citizen_id` too, and that a human knows it (rule 8).
    """

    person_id: UUID
    recorded_on: date
    source: str
    citizen_id: Personal[str] | None = None
    legacy_id9: Personal[str] | None = None
    disputed: bool = False


class ResidenceRecorded(Event, type="registry.residence-recorded", version=1, effective="lived_from"):
    """Where the person lives from a day on, according to a source."""

    person_id: UUID
    lived_from: date
    unit: UnitRef
    source: str
    address: Personal[str] | None = None


class DeathWeighed(Event, type="registry.death-weighed", version=1, effective="died_on"):
    """The death was held against what is dated after it: where there is anything, a human must look.

    `later` are the tests, determinations, episodes and closed cases of which that is so; a residence has no id. Said
    anew whenever the answer changes, and without any once nothing contradicts the death any more.
    """

    person_id: UUID
    died_on: date
    later: tuple[UUID, ...]
    needs_review: bool


class PersonDied(Event, type="registry.person-died", version=1, effective="died_on"):
    """The person's death was confirmed (R-36); told again with another date, that date counts."""

    person_id: UUID
    died_on: date
    source: str
