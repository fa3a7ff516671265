"""The tables of the feed (`migrations/0001_lists.sql`): files, rows to be done or decided, persons that rows mean."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection, Engine, text

from libs.events.contracts.registry.police_list import RowOutcome
from libs.vietnam.units import UnitRef
from services.registry.domain.police_list import Counts

KEPT_ROWS_BATCH_MAX = 5_000


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file as it is kept; `counts` are there once all rows of a list are planned, `problem` if it was refused."""

    list_id: UUID
    unit: UnitRef
    as_of: date | None
    problem: str | None
    content: str | None
    counts: Counts | None
    sealed: bytes | None = None


@dataclass(frozen=True, slots=True)
class KeptRow:
    """A row to be done or decided: who it is or may be, and what it said, sealed, while a human must see it."""

    row_id: UUID
    list_id: UUID
    sender: str
    unit: str
    ordinal: int
    sheet: int
    row: int
    fingerprint: bytes
    outcome: RowOutcome
    person_id: UUID | None
    candidates: tuple[UUID, ...]
    problems: tuple[str, ...]
    sealed: bytes | None = None
    done: bool = False


@contextmanager
def seeing_all(engine: Engine) -> Iterator[Connection]:
    """A transaction that sees rows of every unit: matching looks beyond the sender's."""
    with engine.begin() as connection:
        connection.execute(text("select set_config('aftercare.scope', '*', true)"))
        yield connection


def file_by(connection: Connection, column: str, value: object, *, sealed: bool = False) -> KeptFile | None:
    """The file with this `list_id` or `file_hash`."""
    names = "list_id, unit, as_of, problem, content_hmac, matched, fresh, quarantined, rejected, carried"
    statement = f"select {names}{', sealed' if sealed else ''} from list_file where {column} = :value"  # noqa: S608 -- Our own words.
    row = connection.execute(text(statement), {"value": value}).first()
    if row is None:
        return None
    counts = None if row.matched is None else Counts(row.matched, row.fresh, row.quarantined, row.rejected, row.carried)
    kept = bytes(row.sealed) if sealed and row.sealed is not None else None
    return KeptFile(row.list_id, UnitRef(row.unit), row.as_of, row.problem, row.content_hmac, counts, kept)


def keep_file(connection: Connection, values: Mapping[str, Any]) -> None:
    """Keep a file, once: the second time changes nothing."""
    columns = ", ".join(values)
    statement = f"insert into list_file ({columns}) values ({', '.join(':' + c for c in values)}) on conflict do nothing"  # noqa: S608 -- Our own words.
    connection.execute(text(statement), dict(values))


def drop_rows(connection: Connection, list_id: UUID) -> None:
    """Forget a plan that was not finished."""
    connection.execute(text("delete from list_row where list_id = :id"), {"id": list_id})


def keep_rows(connection: Connection, rows: Sequence[KeptRow]) -> None:
    """Keep planned rows; at most `KEPT_ROWS_BATCH_MAX` at a time."""
    statement = "insert into list_row select * from json_populate_recordset(null::list_row, cast(:rows as json))"
    connection.execute(text(statement), {"rows": orjson.dumps([_as_json(row) for row in rows]).decode()})


def keep_counts(connection: Connection, list_id: UUID, counts: Counts) -> None:
    """Say how the rows end: with this the plan is whole."""
    connection.execute(_COUNTS, {"id": list_id, "fresh": counts.new} | _plain(counts))


def rows_to_do(connection: Connection, list_id: UUID, outcomes: Collection[RowOutcome], limit: int) -> list[KeptRow]:
    """The next rows of a list, in its order."""
    values = {"id": list_id, "outcomes": [str(one) for one in outcomes], "most": limit}
    return [_kept(row) for row in connection.execute(_TO_DO, values)]


def row_of(connection: Connection, row_id: UUID) -> KeptRow | None:
    """A row that waits, or waited."""
    row = connection.execute(text("select * from list_row where row_id = :id"), {"id": row_id}).first()
    return None if row is None else _kept(row)


def rows_done(connection: Connection, rows: Iterable[KeptRow]) -> None:
    """Rows that wait stay, rows that are done leave."""
    ends = {RowOutcome.MATCHED: list[UUID](), RowOutcome.NEW: list[UUID]()}
    waiting = [ends.get(row.outcome, kept).append(row.row_id) for kept in [list[UUID]()] for row in rows]
    del waiting
    connection.execute(text("delete from list_row where row_id = any(:ids)"), {"ids": sum(ends.values(), [])})


def link(connection: Connection, sender: str, as_of: date, rows: Iterable[tuple[UUID, bytes]]) -> None:
    """Remember by which row a sender meant a person last; an older list does not overwrite a newer one."""
    latest = dict(rows)
    values = {"sender": sender, "as_of": as_of, "ids": list(latest), "rows": list(latest.values())}
    connection.execute(_LINK, values)


def linked(connection: Connection, sender: str, fingerprints: Sequence[bytes]) -> dict[bytes, UUID]:
    """The persons whom a sender meant by the same words before."""
    found = connection.execute(_LINKED, {"sender": sender, "rows": list(fingerprints)})
    return {bytes(row.fingerprint): row.person_id for row in found}


def _as_json(row: KeptRow) -> dict[str, Any]:
    return {
        "row_id": row.row_id,
        "list_id": row.list_id,
        "sender": row.sender,
        "unit": row.unit,
        "ordinal": row.ordinal,
        "sheet": row.sheet,
        "row": row.row,
        "fingerprint": f"\\x{row.fingerprint.hex()}",
        "outcome": row.outcome,
        "person_id": row.person_id,
        "candidates": row.candidates,
        "problems": row.problems,
        "sealed": None if row.sealed is None else f"\\x{row.sealed.hex()}",
        "done": row.done,
    }
