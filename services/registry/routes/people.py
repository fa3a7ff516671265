"""Persons as a commune deals with them: as the one that manages their case, or where they live."""

from libs.web.edge import Edge
from services.registry.projections.persons import PersonRow


def recording_unit(edge: Edge, row: PersonRow) -> str:
    """For which of the caller's units something is recorded of a person who was found: what it recorded it keeps."""
    managed = row.managed_in is not None and edge.admitted.reach.covers(row.managed_in)
    return row.managed_in if managed and row.managed_in else row.unit
