"""The rows of one version of a projection: read by key, written in one statement a kind of change."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, text

from libs.events.codec import Codec, unseal
from libs.events.columns import Column, rows_as_json
from libs.events.database import driver_cursor
from libs.events.event import Sealed
from libs.events.keyring import keyed_hash
from libs.events.projection import SYSTEM, Projection
from libs.events.record import Record

# A row that is there, and whose it is: (source, subject).
Stored = tuple[Any, tuple[str, str]]
FOREVER = "infinity"


@dataclass(slots=True)
class Version:
    """What a row became by an event, None where it is no more; `known_to` when the next event came."""

    key: Any
    row: Any
    record: Record
    known_to: datetime | None = None


# By key, what each event made of the row; never empty.
Changed = Mapping[Any, Sequence[Version]]


def load_rows(
    connection: Connection, projection: Projection[Any], table: str, keys: Sequence[Any]
) -> dict[Any, Stored]:
    """The rows of these keys as they are now."""
    current = " and known_to = 'infinity'" if projection.history else ""
    columns = f"{projection.names}, row_source, row_subject"
    statement = f"select {columns} from {table} where {projection.key} = any(%s){current}"  # noqa: S608 -- Our own words.
    with driver_cursor(connection) as cursor:
        return {row[0]: (projection.load(row), row[-2:]) for row in cursor.execute(statement, [keys])}


def write_rows(
    connection: Connection,
    codec: Codec,
    projection: Projection[Any],
    table: str,
    stored: Collection[Any],
    changed: Changed,
) -> None:
    """Bring the table to what the events made of its rows; `stored` are the keys that had one before."""
    writer = _Writer(connection, codec, projection, table)
    old = {key: versions for key, versions in changed.items() if key in stored}
    if projection.history:
        writer.close([(key, versions[0].record.recorded_at) for key, versions in old.items()])
        new = [version for versions in changed.values() for version in versions]
    elif projection.unique:
        # A unique index is kept row by row: once all old rows are gone, no order of the new ones breaks it.
        writer.delete(list(old))
        new = [versions[-1] for versions in changed.values()]
    else:
        writer.delete([key for key, versions in old.items() if versions[-1].row is None])
        writer.update([versions[-1] for versions in old.values() if versions[-1].row is not None])
        new = [versions[-1] for key, versions in changed.items() if key not in stored]
    writer.insert([version for version in new if version.row is not None])


class _Writer:
    def __init__(self, connection: Connection, codec: Codec, projection: Projection[Any], table: str) -> None:
        self._connection = connection
        self._codec = codec
        self._projection = projection
        self._table = table

    def delete(self, keys: Sequence[Any]) -> None:
        if keys:
            statement = f"delete from {self._table} where {self._projection.key} = any(:keys)"  # noqa: S608 -- Our own words.
            self._connection.execute(text(statement), {"keys": keys})

    def close(self, closing: Sequence[tuple[Any, datetime]]) -> None:
        if not closing:
            return
        key = self._projection.columns[0]
        self._connection.execute(
            text(
                f"update {self._table} t set known_to = c.at from unnest("  # noqa: S608 -- Our own words.
                f"cast(:keys as {key.sql}[]), cast(:ats as timestamptz[])) c(key, at)"
                f" where t.{key.name} = c.key and t.known_to = 'infinity'"
            ),
            {"keys": [key for key, _ in closing], "ats": [at for _, at in closing]},
        )

    def update(self, versions: Sequence[Version]) -> None:
        key, *names = [column.name for column in self._projection.columns] + list(SYSTEM)
        values = ", ".join(f"{name} = n.{name}" for name in names)
        self._put(f"update {self._table} t set {values} from {self._new} n where t.{key} = n.{key}", versions)  # noqa: S608 -- Our own words.

    def insert(self, versions: Sequence[Version]) -> None:
        self._put(f"insert into {self._table} select * from {self._new}", versions)  # noqa: S608 -- Our own words.

    @property
    def _new(self) -> str:
        return f"json_populate_recordset(null::{self._table}, cast(:rows as json))"

    def _put(self, statement: str, versions: Sequence[Version]) -> None:
        if versions:
            rows = [self._as_json(version) for version in versions]
            self._hash(rows, versions)
            self._connection.execute(text(statement), {"rows": rows_as_json(rows)})

    def _as_json(self, version: Version) -> dict[str, Any]:
        record = version.record
        row = {
            **vars(version.row),
            "row_source": record.source,
            "row_subject": record.subject,
            "row_partition": record.partition,
            "row_sequence": record.sequence,
            "row_event": record.id,
        }
        if self._projection.history:
            row["known_from"] = record.recorded_at.astimezone(UTC)
            row["known_to"] = version.known_to or FOREVER
        return row

    def _hash(self, rows: Sequence[dict[str, Any]], versions: Sequence[Version]) -> None:
        for column in self._projection.hashed:
            sealed = [self._sealed(column, version) for version in versions]
            keys = self._codec.keyring.find({one.subject for one in sealed if one is not None})
            for row, one, version in zip(rows, sealed, versions, strict=True):
                clear = unseal(keys[one.subject], one) if one is not None and one.subject in keys else None
                row[column.name] = None if clear is None else self._hashes(column, clear, version.row)

    def _sealed(self, column: Column, version: Version) -> Sealed | None:
        value = getattr(version.row, column.hash_of.field) if column.hash_of else None
        # What another service sealed opens with no key of ours, though we may well have one of the same subject.
        ours = version.record.source == self._codec.source
        return value if ours and isinstance(value, Sealed) else None

    def _hashes(self, column: Column, clear: Any, row: Any) -> Any:
        wanted = column.hash_of.values(clear, row) if column.hash_of else None
        if wanted is None:
            return None
        if isinstance(wanted, str):
            return keyed_hash(self._codec.keyring, wanted)
        return [keyed_hash(self._codec.keyring, one) for one in wanted]
