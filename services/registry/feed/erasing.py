"""What lists said of somebody who was erased: the rows that are kept, and the files that they came in."""

from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection, text

from services.registry.feed.keeping import empty_file
from services.registry.feed.vault import LIST
from services.registry.projections.lists import quarantine

PERSON = "person-"


class FileOf(NamedTuple):
    """A file in which somebody stands or may stand; it is not to be destroyed while its list is `unfinished`."""

    list_id: UUID
    unfinished: bool
    waiting: int


def files_of(connection: Connection, persons: Collection[UUID]) -> list[FileOf]:
    """The files whose keys are destroyed with somebody's, the oldest first, with how many rows of each wait.

    All of a sender who ever sent a row that meant them: a row that says nothing new leaves no other trace.
    """
    subjects = [f"{PERSON}{person}" for person in persons]
    statement = _FILES.format(quarantine=quarantine.live(connection))
    found = connection.execute(text(statement), {"persons": list(persons), "subjects": subjects})
    return [FileOf(*row) for row in found]


def forget_rows(connection: Connection, subject: str) -> None:
    """Empty every kept row that means a person or may mean them, or a file with all its rows.

    What waits can still be resolved as a known person or nobody's, as after the files' own time.
    """
    if subject.startswith(PERSON):
        statement = _ROWS.format(quarantine=quarantine.live(connection))
        connection.execute(text(statement), {"person": UUID(subject.removeprefix(PERSON))})
    elif subject.startswith(LIST):
        empty_file(connection, UUID(subject.removeprefix(LIST)))


_FILES = """
    select f.list_id,
           f.problem is null and (f.matched is null or exists (select from list_row r where r.list_id = f.list_id
               and not r.done and r.outcome in ('matched', 'new'))),
           (select count(*) from {quarantine} q where q.list_id = f.list_id and q.outcome is null)
      from list_file f
     where f.destroyed_at is null and (
           f.unit in (select sender from list_link where person_id = any(:persons))
        or exists (select from list_row r where r.list_id = f.list_id
                    and (r.person_id = any(:persons) or r.candidates && :persons))
        or exists (select from {quarantine} q where q.list_id = f.list_id and q.person_id = any(:persons))
        or exists (select from journal j where j.subject = any(:subjects)
                    and strpos(j.body, 'list:' || f.list_id::text) > 0))
     order by f.received_at
"""
_ROWS = """
    update list_row set sealed = null where person_id = :person or :person = any(candidates)
        or row_id in (select row_id from {quarantine} where person_id = :person)
"""
