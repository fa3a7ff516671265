"""Folds batches of events into a projection's table: one read, a fold in memory, one write."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from psycopg.errors import UniqueViolation
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from libs.events.codec import Codec, unseal
from libs.events.columns import Column, rows_as_json
from libs.events.database import driver_cursor
from libs.events.event import Event, Sealed
from libs.events.keyring import keyed_hash
from libs.events.projection import SYSTEM, Projection, live_tables
from libs.events.record import Record

Decoded = tuple[Record, Event]
# A row that is there, and whose it is.
_Stored = tuple[Any, tuple[str, str]]
FOREVER = "infinity"


class ForeignRow(RuntimeError):
    """A fold touched a row of another key, or of another source or subject, between which nothing orders events."""


@dataclass(slots=True)
class _Version:
    """One version of a row as it goes to the table."""

    key: Any
    row: Any
    record: Record
    known_to: datetime | None = None


class Projector:
    """Writes one projection, in the transaction it is given."""

    def __init__(self, projection: Projection[Any], codec: Codec) -> None:
        self.projection = projection
        self._codec = codec
        self._key = projection.key
        self._hashed = [column for column in projection.columns if column.hash_of is not None]

    def apply(self, connection: Connection, table: str, events: Sequence[Decoded]) -> None:
        """Fold the events, in the order given, into `table`; after any error the caller rolls back."""
        touched: dict[Any, list[Decoded]] = {}
        for one in events:
            for key in self.projection.keys_of(one[1]):
                touched.setdefault(key, []).append(one)
        if not touched:
            return
        stored = self._load(connection, table, list(touched))
        folded = {key: self._fold(key, stored.get(key), decoded) for key, decoded in touched.items()}
        self._write(connection, table, stored.keys(), {key: versions for key, versions in folded.items() if versions})

    def _load(self, connection: Connection, table: str, keys: Sequence[Any]) -> dict[Any, _Stored]:
        current = " and known_to = 'infinity'" if self.projection.history else ""
        columns = f"{self.projection.names}, row_source, row_subject"
        statement = f"select {columns} from {table} where {self._key} = any(%s){current}"  # noqa: S608 -- Our own words.
        with driver_cursor(connection) as cursor:
            return {row[0]: (self.projection.load(row), row[-2:]) for row in cursor.execute(statement, [keys])}

    def _fold(self, key: Any, stored: _Stored | None, decoded: Sequence[Decoded]) -> list[_Version]:
        row, owner = stored or (None, None)
        versions: list[_Version] = []
        for record, event in decoded:
            subject = (record.source, record.subject)
            if owner is not None and owner != subject:
                raise ForeignRow(f"{self.projection.name} folds {record.type} into a row of another subject")
            after = self.projection.folds[type(event)].evolve(event, row)
            if after == row:
                continue
            if after is not None and getattr(after, self._key) != key:
                raise ForeignRow(f"{self.projection.name} folds {record.type} into the row of another key")
            if versions:
                versions[-1].known_to = record.recorded_at
            versions.append(_Version(key, after, record))
            row, owner = after, subject
        return versions

    def _write(
        self, connection: Connection, table: str, stored: Collection[Any], changed: Mapping[Any, Sequence[_Version]]
    ) -> None:
        old = {key: versions for key, versions in changed.items() if key in stored}
        if self.projection.history:
            self._close(connection, table, [(key, versions[0].record.recorded_at) for key, versions in old.items()])
            new = [version for versions in changed.values() for version in versions]
        elif self.projection.unique:
            # A unique index is kept row by row: once all old rows are gone, no order of the new ones breaks it.
            self._delete(connection, table, list(old))
            new = [versions[-1] for versions in changed.values()]
        else:
            self._delete(connection, table, [key for key, versions in old.items() if versions[-1].row is None])
            self._update(connection, table, [versions[-1] for versions in old.values() if versions[-1].row is not None])
            new = [versions[-1] for key, versions in changed.items() if key not in stored]
        self._insert(connection, table, [version for version in new if version.row is not None])

    def _delete(self, connection: Connection, table: str, keys: Sequence[Any]) -> None:
        if keys:
            statement = f"delete from {table} where {self._key} = any(:keys)"  # noqa: S608 -- Our own words.
            connection.execute(text(statement), {"keys": keys})

    def _close(self, connection: Connection, table: str, closing: Sequence[tuple[Any, datetime]]) -> None:
        if not closing:
            return
        key = self.projection.columns[0]
        connection.execute(
            text(
                f"update {table} t set known_to = c.at from unnest("  # noqa: S608 -- Our own words.
                f"cast(:keys as {key.sql}[]), cast(:ats as timestamptz[])) c(key, at)"
                f" where t.{key.name} = c.key and t.known_to = 'infinity'"
            ),
            {"keys": [key for key, _ in closing], "ats": [at for _, at in closing]},
        )

    def _update(self, connection: Connection, table: str, versions: Sequence[_Version]) -> None:
        key, *names = [column.name for column in self.projection.columns] + list(SYSTEM)
        values = ", ".join(f"{name} = n.{name}" for name in names)
        self._put(connection, f"update {table} t set {values} from {_new(table)} n where t.{key} = n.{key}", versions)  # noqa: S608 -- Our own words.

    def _insert(self, connection: Connection, table: str, versions: Sequence[_Version]) -> None:
        self._put(connection, f"insert into {table} select * from {_new(table)}", versions)  # noqa: S608 -- Our own words.

    def _put(self, connection: Connection, statement: str, versions: Sequence[_Version]) -> None:
        if versions:
            rows = [self._as_json(version) for version in versions]
            self._hash(rows, versions)
            connection.execute(text(statement), {"rows": rows_as_json(rows)})

    def _as_json(self, version: _Version) -> dict[str, Any]:
        record = version.record
        row = {
            **vars(version.row),
            "row_source": record.source,
            "row_subject": record.subject,
            "row_partition": record.partition,
            "row_sequence": record.sequence,
            "row_event": record.id,
        }
        if self.projection.history:
            row["known_from"] = record.recorded_at.astimezone(UTC)
            row["known_to"] = version.known_to or FOREVER
        return row

    def _hash(self, rows: Sequence[dict[str, Any]], versions: Sequence[_Version]) -> None:
        for column in self._hashed:
            sealed = [self._sealed(column, version) for version in versions]
            keys = self._codec.keyring.find({one.subject for one in sealed if one is not None})
            for row, one, version in zip(rows, sealed, versions, strict=True):
                clear = unseal(keys[one.subject], one) if one is not None and one.subject in keys else None
                row[column.name] = None if clear is None else self._hashes(column, clear, version.row)

    def _sealed(self, column: Column, version: _Version) -> Sealed | None:
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


class InlineProjector:
    """A projection folded in the command's own transaction: what was written can be read at once."""

    def __init__(self, projections: Iterable[Projection[Any]], codec: Codec) -> None:
        self._projectors = [Projector(projection, codec) for projection in projections]

    def apply(self, connection: Connection, events: Sequence[Decoded]) -> None:
        """Fold into the live tables, seeing every row whatever the caller's scope."""
        connection.execute(text("select set_config('aftercare.scope', '*', true)"))
        tables = live_tables(connection)
        for projector in self._projectors:
            _apply_or_refuse(projector, connection, tables[projector.projection.name], events)


def _apply_or_refuse(projector: Projector, connection: Connection, table: str, events: Sequence[Decoded]) -> None:
    projection = projector.projection
    try:
        projector.apply(connection, table, events)
    except IntegrityError as error:
        if isinstance(error.orig, UniqueViolation):
            refusal = projection.refusal(error.orig.diag.constraint_name or "")
            if refusal is not None:
                raise refusal(f"{projection.name} holds another one") from error
        raise


def _new(table: str) -> str:
    return f"json_populate_recordset(null::{table}, cast(:rows as json))"
