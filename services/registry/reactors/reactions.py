"""Reactions that several reactors ask for."""

from uuid import UUID

from sqlalchemy import Connection

from libs.events.reactor import Reaction
from services.registry.domain.person import PersonCommand, person_decider
from services.registry.projections.persons import PersonRow, persons


def to_person(person_id: UUID, command: PersonCommand) -> Reaction:
    """A command on the person's own stream."""
    subject = f"person-{person_id}"
    return Reaction(person_decider, subject, subject, command)


def the_dead(connection: Connection, person_id: UUID) -> list[PersonRow]:
    """The person, if a death was told."""
    return persons.read(connection, "person_id = :person and died_on is not null", person=person_id)
