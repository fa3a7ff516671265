"""What lists said of somebody who was erased is emptied: rows that are kept, and the files that they came in."""

from uuid import UUID

from sqlalchemy import Connection, text

PERSON = "person-"


def forget_rows(connection: Connection, subject: str) -> None:
    """Empty every kept row that means a person or may mean them, and every file that somebody's row said to be them.

    What waits can still be resolved as a known person or nobody's, as after the files' own time.
    """
    if not subject.startswith(PERSON):
        return
    person = {"person": UUID(subject.removeprefix(PERSON))}
    files = set(connection.execute(_FILES, person).scalars())
    connection.execute(_ROWS, person)
    connection.execute(_EMPTY, {"lists": list(files)})


_FILES = text(
    "select list_id from list_row where person_id = :person or :person = any(candidates) union"
    " select f.list_id from list_file f join journal j on strpos(j.body, 'list:' || f.list_id::text) > 0"
    " where j.subject = 'person-' || cast(:person as text)"
)
_ROWS = text("update list_row set sealed = null where person_id = :person or :person = any(candidates)")
# A list that is still being done is finished from its file; that is destroyed with its time then.
_EMPTY = text(
    "update list_file f set sealed = null, sealed_name = null where list_id = any(:lists) and not exists"
    " (select from list_row r where r.list_id = f.list_id and not r.done and r.outcome in ('matched', 'new'))"
)
