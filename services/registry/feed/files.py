"""Files as they are kept: what was sent and when, sealed, why it was refused, or how its rows end."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, text

from libs.vietnam.units import UnitRef
from services.registry.domain.police_list import Counts

MIGRATIONS = Path(__file__).parents[1] / "migrations"
COLUMNS = "list_id, unit, as_of, problem, content_hmac, matched, fresh, quarantined, rejected, carried"


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file; `counts` are there once every row of its list has its end, `problem` if it was refused."""

    list_id: UUID
    unit: UnitRef
    as_of: date | None
    problem: str | None
    content: str | None
    counts: Counts | None


@contextmanager
def seeing_all(engine: Engine) -> Iterator[Connection]:
    """A transaction that sees rows of every unit: matching looks beyond the sender's."""
    with engine.begin() as connection:
        connection.execute(text("select set_config('aftercare.scope', '*', true)"))
        yield connection


def file_of(connection: Connection, list_id: UUID) -> KeptFile | None:
    """The file of a list, or one that was refused."""
    row = connection.execute(text(f"select {COLUMNS} from list_file where list_id = :id"), {"id": list_id}).first()  # noqa: S608 -- Our own words.
    if row is None:
        return None
    counts = None if row.matched is None else Counts(row.matched, row.fresh, row.quarantined, row.rejected, row.carried)
    return KeptFile(row.list_id, UnitRef(row.unit), row.as_of, row.problem, row.content_hmac, counts)


def list_sent_before(connection: Connection, file_hash: bytes) -> UUID | None:
    """The list that these very bytes gave before; None also where they were refused."""
    return connection.execute(_SENT_BEFORE, {"hash": file_hash}).scalar_one_or_none()


def keep_file(connection: Connection, values: Mapping[str, Any]) -> None:
    """Keep a file, once. One that was refused and now is not gives way to its list."""
    if values.get("problem") is None:
        connection.execute(_NO_LONGER_REFUSED, {"hash": values["file_hash"]})
    columns, places = ", ".join(values), ", ".join(f":{column}" for column in values)
    statement = f"insert into list_file ({columns}) values ({places}) on conflict do nothing"  # noqa: S608 -- Our own words.
    connection.execute(text(statement), dict(values))


def keep_counts(connection: Connection, list_id: UUID, counts: Counts) -> None:
    """Say how the rows end: with this the plan is whole."""
    values = {
        "id": list_id,
        "matched": counts.matched,
        "fresh": counts.new,
        "quarantined": counts.quarantined,
        "rejected": counts.rejected,
        "carried": counts.carried,
    }
    connection.execute(_COUNTS, values)


def unfinished_lists(connection: Connection, lists_table: str) -> list[UUID]:
    """Lists whose rows are planned and not all done, oldest first; `lists_table` holds those that are applied."""
    statement = (
        "select f.list_id from list_file f where f.matched is not null and f.destroyed_at is null and not exists"  # noqa: S608 -- Our own words.
        f" (select from {lists_table} l where l.list_id = f.list_id and l.applied) order by f.received_at"
    )
    return list(connection.execute(text(statement)).scalars())


_SENT_BEFORE = text(
    "select list_id from list_file where file_hash = :hash and problem is null order by received_at desc limit 1"
)
_NO_LONGER_REFUSED = text("delete from list_file where file_hash = :hash and problem is not null")
_COUNTS = text(
    "update list_file set matched = :matched, fresh = :fresh, quarantined = :quarantined, rejected = :rejected,"
    " carried = :carried where list_id = :id"
)
