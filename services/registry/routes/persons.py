"""Persons: register, read, find, and add what is learned about them."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from libs.events.contracts.values import Sex
from libs.events.decider import Invalid
from libs.events.handling import Outcome
from libs.vietnam.citizen_number import clean_number
from libs.vietnam.names import normal_name
from libs.web.answers import Seen
from libs.web.bodies import Body, View
from libs.web.edge import Edge
from libs.web.paging import Page, PageRequest
from libs.web.roles import Permission
from libs.web.routing import Router
from libs.web.units import known_unit
from services.registry.domain.person import (
    ConfirmDeath,
    PersonCommand,
    RecordName,
    RecordNumber,
    RecordResidence,
    RegisterPerson,
    person_decider,
)
from services.registry.projections.cases import cases
from services.registry.projections.identifiers import names, numbers
from services.registry.projections.persons import PersonRow, persons
from services.registry.routes.papers import read_birth, read_citizen_id, read_legacy_id9
from services.registry.searching import wanted

router = Router("persons")
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Number = Annotated[str, StringConstraints(strip_whitespace=True, max_length=40)]


class PersonBody(Body):
    """Somebody to be registered; `birth_date` is `1985`, `1985-05` or `1985-05-02`.

    `disputed` says that the papers show the citizen number although another person has it.
    """

    unit: str
    full_name: Text
    other_names: list[Text] = Field(default=[], max_length=20)
    sex: Sex
    birth_date: Text | None = None
    citizen_id: Number | None = None
    legacy_id9: Number | None = None
    address: Text | None = None
    disputed: bool = False


class NameBody(Body):
    """One more name; `replaces` corrects the name in use."""

    full_name: Text
    replaces: bool = False


class NumberBody(Body):
    """One more number, of either kind; `disputed` as in a registration."""

    citizen_id: Number | None = None
    legacy_id9: Number | None = None
    disputed: bool = False


class ResidenceBody(Body):
    """Where the person lives from a day on."""

    unit: str
    lived_from: date
    address: Text | None = None


class DeathBody(Body):
    """When the person died."""

    died_on: date


class SearchBody(Body):
    """A number, or a name: all of it folded, or some of its words."""

    number: Number | None = None
    name: Text | None = None


class NothingSought(Invalid):
    """A search names neither a number nor a name."""

    problem = "nothing-sought"


class PersonView(View):
    """A person as an officer in charge sees one; a field is null when it is unknown or was erased.

    `needs_review` asks for a human: something is dated after the death.
    """

    person_id: UUID
    unit: str
    sex: Sex
    birth_year: int | None
    full_name: str | None
    birth_date: str | None
    citizen_id: str | None
    legacy_id9: str | None
    address: str | None
    died_on: date | None
    needs_review: bool


@router.command("/v1/persons", permission=Permission.PERSON_REGISTER, created="/v1/persons/{id}")
def register_person(body: PersonBody, edge: Edge) -> Outcome:
    """Register somebody who is not known yet; search first."""
    birth = read_birth(body.birth_date)
    command = RegisterPerson(
        person_id=edge.new_id("person"),
        today=edge.today,
        unit=edge.within(known_unit(body.unit)),
        source=f"office:{edge.caller}",
        full_name=normal_name(body.full_name),
        other_names=tuple(body.other_names),
        sex=body.sex,
        birth_year=birth.year if birth else None,
        birth_date=str(birth) if birth else None,
        citizen_id=read_citizen_id(body.citizen_id, body.sex, birth.year if birth else None),
        legacy_id9=read_legacy_id9(body.legacy_id9),
        address=body.address,
        disputed=body.disputed,
    )
    return _handle(edge, command.person_id, command)


@router.query("/v1/persons/{person_id}", permission=Permission.PERSON_READ, person=True)
def read_person(person_id: UUID, edge: Edge) -> Seen[PersonView]:
    """A person, with names and numbers in the clear."""
    row = edge.find(persons, person_id)
    helpers = cases.read(edge.reading(cases), "person_id = :person and is_open", person=person_id)
    edge.mine(assigned=[helper for case in helpers for helper in case.helper_ids])
    return Seen(_view(edge, row), [person_id], stream=f"person-{person_id}")


@router.query("/v1/persons/searches", permission=Permission.PERSON_SEARCH, person=True, method="POST")
def search_persons(body: SearchBody, request: PageRequest, edge: Edge) -> Seen[Page[PersonView]]:
    """Persons within the caller's scope, by any number or name they ever had; the text stands in no URL."""
    connection, keyring = edge.reading(persons, names, numbers), edge.parts.codec.keyring
    if body.number is None and body.name is None:
        raise NothingSought("neither a number nor a name")
    number = clean_number(body.number) if body.number else None
    name = normal_name(body.name) if body.name else None
    where, values = wanted(connection, keyring, edge.admitted.reach.units, number, name)
    rows = edge.page(persons, request, where, **values)
    return Seen(rows.page(lambda row: _view(edge, row)), rows.column("person_id"))


@router.query("/v1/contradicted-deaths", permission=Permission.PERSON_SEARCH, person=True)
def list_contradicted(request: PageRequest, edge: Edge) -> Seen[Page[PersonView]]:
    """The dead of the caller's units of whom something is dated after their death: one of the two is wrong."""
    rows = edge.page(persons, request, "needs_review")
    return Seen(rows.page(lambda row: _view(edge, row)), rows.column("person_id"))


@router.command("/v1/persons/{person_id}/names", permission=Permission.PERSON_CORRECT)
def record_name(person_id: UUID, body: NameBody, edge: Edge) -> Outcome:
    """Add a name, or correct the one in use."""
    edge.find(persons, person_id)
    command = RecordName(edge.today, f"office:{edge.caller}", normal_name(body.full_name), body.replaces)
    return _handle(edge, person_id, command)


@router.command("/v1/persons/{person_id}/numbers", permission=Permission.PERSON_CORRECT)
def record_number(person_id: UUID, body: NumberBody, edge: Edge) -> Outcome:
    """Add a number; earlier ones stay known."""
    row = edge.find(persons, person_id)
    citizen_id = read_citizen_id(body.citizen_id, row.sex, row.birth_year)
    legacy_id9 = read_legacy_id9(body.legacy_id9)
    command = RecordNumber(edge.today, f"office:{edge.caller}", citizen_id, legacy_id9, body.disputed)
    return _handle(edge, person_id, command)


@router.command("/v1/persons/{person_id}/residences", permission=Permission.PERSON_CORRECT)
def record_residence(person_id: UUID, body: ResidenceBody, edge: Edge) -> Outcome:
    """Add where the person lives from a day on."""
    edge.find(persons, person_id)
    unit = known_unit(body.unit)
    command = RecordResidence(body.lived_from, edge.today, unit, f"office:{edge.caller}", body.address)
    return _handle(edge, person_id, command)


@router.command("/v1/persons/{person_id}/death", permission=Permission.PERSON_CORRECT)
def confirm_death(person_id: UUID, body: DeathBody, edge: Edge) -> Outcome:
    """Confirm a death; an open case ends by it (R-36)."""
    edge.find(persons, person_id)
    return _handle(edge, person_id, ConfirmDeath(body.died_on, edge.today, f"office:{edge.caller}"))


def _handle(edge: Edge, person_id: UUID, command: PersonCommand) -> Outcome:
    stream = f"person-{person_id}"
    return edge.handle(person_decider, stream, command, subject=stream)


def _view(edge: Edge, row: PersonRow) -> PersonView:
    return PersonView(
        person_id=row.person_id,
        unit=row.unit,
        sex=row.sex,
        birth_year=row.birth_year,
        full_name=edge.reveal(row.full_name),
        birth_date=edge.reveal(row.birth_date),
        citizen_id=edge.reveal(row.citizen_id),
        legacy_id9=edge.reveal(row.legacy_id9),
        address=edge.reveal(row.address),
        died_on=row.died_on,
        needs_review=row.needs_review,
    )
