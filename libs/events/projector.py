"""Folds batches of events into a projection's table: one read, a fold in memory, one write."""

from collections.abc import Iterable, Mapping, Sequence
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


@dataclass(slots=True)
class _State:
    """A key within a batch: the row now, whose it is, and what has to be written."""

    row: Any
    owner: tuple[str, str] | None
    stored: bool
    versions: list[_Version]


class Projector:
    """Writes one projection, in the transaction it is given."""

    def __init__(self, projection: Projection[Any], codec: Codec) -> None:
        self.projection = projection
        self._codec = codec
        self._hashed = [column for column in projection.columns if column.hash_of is not None]

    def apply(self, connection: Connection, table: str, events: Sequence[Decoded]) -> None:
        """Fold the events, in the order given, into `table`; after any error the caller rolls back."""
        touched = [(key, record, event) for record, event in events for key in self.projection.keys_of(event)]
        if not touched:
            return
        states = self._load(connection, table, {key for key, _, _ in touched})
        for key, record, event in touched:
            if (state := states.get(key)) is None:
                state = states[key] = _State(None, None, stored=False, versions=[])
            self._fold(state, key, record, event)
        self._write(connection, table, states)

    def _load(self, connection: Connection, table: str, keys: set[Any]) -> dict[Any, _State]:
        current = " and known_to = 'infinity'" if self.projection.history else ""
        columns = f"{self.projection.names}, row_source, row_subject"
        statement = f"select {columns} from {table} where {self.projection.key} = any(%s){current}"  # noqa: S608 -- Our own words.
        with driver_cursor(connection) as cursor:
            return {
                row[0]: _State(self.projection.load(row), row[-2:], stored=True, versions=[])
                for row in cursor.execute(statement, [list(keys)])
            }

    def _fold(self, state: _State, key: Any, record: Record, event: Event) -> None:
        owner = (record.source, record.subject)
        if state.owner is not None and state.owner != owner:
            raise ForeignRow(f"{self.projection.name} folds {record.type} into a row of another subject")
        row = self.projection.folds[type(event)].evolve(event, state.row)
        if row == state.row:
            return
        if row is not None and getattr(row, self.projection.key) != key:
            raise ForeignRow(f"{self.projection.name} folds {record.type} into the row of another key")
        if state.versions:
            state.versions[-1].known_to = record.recorded_at
        state.row, state.owner = row, owner
        state.versions.append(_Version(key, row, record))

    def _write(self, connection: Connection, table: str, states: Mapping[Any, _State]) -> None:
        changed = {key: state for key, state in states.items() if state.versions}
        stored = {key: state for key, state in changed.items() if state.stored}
        versions = [state.versions[-1] for state in changed.values()]
        if self.projection.history:
            self._close(connection, table, [(key, one.versions[0].record.recorded_at) for key, one in stored.items()])
            versions = [version for state in changed.values() for version in state.versions]
        elif self.projection.unique:
            # A unique index is kept row by row: once all old rows are gone, no order of the new ones breaks it.
            self._delete(connection, table, list(stored))
        else:
            self._delete(connection, table, [key for key, state in stored.items() if state.row is None])
            self._update(connection, table, [state.versions[-1] for state in stored.values() if state.row is not None])
            versions = [state.versions[-1] for state in changed.values() if not state.stored]
        self._insert(connection, table, [version for version in versions if version.row is not None])

    def _delete(self, connection: Connection, table: str, keys: Sequence[Any]) -> None:
        if keys:
            statement = f"delete from {table} where {self.projection.key} = any(:keys)"  # noqa: S608 -- Our own words.
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
