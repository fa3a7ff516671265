"""Persons as support knows them from the registry."""

from uuid import UUID

from sqlalchemy import Connection, text

from libs.events.record import Position
from libs.people import KnownPerson, people

persons = people("support")


def known(connection: Connection, person_id: UUID) -> tuple[KnownPerson, Position] | None:
    """The person within the reader's scope, and the registry's event from which the row is as it is."""
    statement = text(
        f"select {persons.names}, row_source, row_partition, row_sequence from {persons.live(connection)}"  # noqa: S608 -- Our own words.
        " where person_id = :person"
    )
    row = connection.execute(statement, {"person": person_id}).mappings().one_or_none()
    if row is None:
        return None
    return persons.load(row), Position(row["row_source"], row["row_partition"], row["row_sequence"])
