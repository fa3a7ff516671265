"""Folds batches of events into a projection's table: one read, a fold in memory, one write."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from psycopg.errors import UniqueViolation
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from libs.events.codec import Codec, unseal
from libs.events.columns import Column
from libs.events.event import Event, Sealed
from libs.events.keyring import keyed_hash
from libs.events.projection import KNOWN, SYSTEM, Projection, live_tables
from libs.events.record import Record

Decoded = tuple[Record, Event]
FOREVER = "infinity"


class ForeignRow(RuntimeError):
    """A fold touched a row of another source or subject, between which nothing orders events."""


@dataclass
class _Version:
    """One version of a row as it goes to the table."""

    key: Any
    row: Any
    record: Record
    known_to: datetime | None = None


@dataclass
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
        touched = [(record, event, keys) for record, event in events if (keys := self.projection.keys_of(event))]
        if not touched:
            return
        states = self._load(connection, table, {key for _, _, keys in touched for key in keys})
        for record, event, keys in touched:
            for key in keys:
                self._fold(states.setdefault(key, _State(None, None, False, [])), key, record, event)
        self._write(connection, table, states)

    def _load(self, connection: Connection, table: str, keys: set[Any]) -> dict[Any, _State]:
        current = " and known_to = 'infinity'" if self.projection.history else ""
        columns = f"{self.projection.names}, row_source, row_subject"
        statement = f"select {columns} from {table} where {self.projection.key} = any(:keys){current}"  # noqa: S608 -- Our own words.
        rows = connection.execute(text(statement), {"keys": list(keys)}).mappings()
        return {
            row[self.projection.key]: _State(
                self.projection.load(row), (row["row_source"], row["row_subject"]), stored=True, versions=[]
            )
            for row in rows
        }

    def _fold(self, state: _State, key: Any, record: Record, event: Event) -> None:
        owner = (record.source, record.subject)
        if state.owner not in (None, owner):
            raise ForeignRow(f"{self.projection.name} folds {record.type} into a row of another subject")
        row = self.projection.folds[type(event)].evolve(event, state.row)
        if row == state.row:
            return
        if state.versions:
            state.versions[-1].known_to = record.recorded_at
        state.row, state.owner = row, owner
        state.versions.append(_Version(key, row, record))

    def _write(self, connection: Connection, table: str, states: Mapping[Any, _State]) -> None:
        changed = {key: state for key, state in states.items() if state.versions}
        stale = [key for key, state in changed.items() if state.stored]
        if stale and self.projection.history:
            closing = [(key, changed[key].versions[0].record.recorded_at) for key in stale]
            self._close(connection, table, closing)
        elif stale:
            statement = f"delete from {table} where {self.projection.key} = any(:keys)"  # noqa: S608 -- Our own words.
            connection.execute(text(statement), {"keys": stale})
        kept = [v for s in changed.values() for v in (s.versions if self.projection.history else s.versions[-1:])]
        self._insert(connection, table, [version for version in kept if version.row is not None])

    def _close(self, connection: Connection, table: str, closing: Sequence[tuple[Any, datetime]]) -> None:
        key = self.projection.columns[0]
        connection.execute(
            text(
                f"update {table} t set known_to = c.at from unnest("  # noqa: S608 -- Our own words.
                f"cast(:keys as {key.sql}[]), cast(:ats as timestamptz[])) c(key, at)"
                f" where t.{key.name} = c.key and t.known_to = 'infinity'"
            ),
            {"keys": [key for key, _ in closing], "ats": [at for _, at in closing]},
        )

    def _insert(self, connection: Connection, table: str, versions: Sequence[_Version]) -> None:
        if not versions:
            return
        rows = [self._as_json(version) for version in versions]
        self._hash(rows, versions)
        statement = f"insert into {table} select * from json_populate_recordset(null::{table}, cast(:rows as json))"  # noqa: S608 -- Our own words.
        connection.execute(text(statement), {"rows": orjson.dumps(rows).decode()})

    def _as_json(self, version: _Version) -> dict[str, Any]:
        record = version.record
        row = {c.name: c.dump(getattr(version.row, c.name)) for c in self.projection.columns}
        place = (record.source, record.subject, record.partition, record.sequence, record.id)
        row |= dict(zip(SYSTEM, place, strict=True))
        if self.projection.history:
            row |= dict(zip(KNOWN, (record.recorded_at.astimezone(UTC), version.known_to or FOREVER), strict=True))
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
            return column.dump(keyed_hash(self._codec.keyring, wanted))
        return [column.dump(keyed_hash(self._codec.keyring, one)) for one in wanted]


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
