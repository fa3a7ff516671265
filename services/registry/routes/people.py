"""Persons as a commune deals with them: as the one that manages their case, or where they live."""

from uuid import UUID

from libs.web.edge import Edge
from services.registry.domain.life import Life, birth_of
from services.registry.projections.persons import PersonRow, persons


def recording_unit(edge: Edge, row: PersonRow) -> str:
    """For which of the caller's units something is recorded of a person who was found: what it recorded it keeps."""
    managed = row.managed_in is not None and edge.admitted.reach.covers(row.managed_in)
    return row.managed_in if managed and row.managed_in else row.unit


def life_of(edge: Edge, person_id: UUID) -> Life:
    """What a fact of a person must fit into, once the person or a fact of theirs was found.

    Past the wall: who corrects what they recorded may not see the person any more, and is shown nothing of this.
    """
    with edge.counting(persons) as connection:
        ((row, position),) = persons.placed(connection, "person_id = :person", person=person_id)
    return Life(str(position), birth_of(edge.reveal(row.birth_date), row.birth_year), row.died_on)
