"""The journal: the append-only truth of one service, in partitions of contiguous, chained sequences."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter
from typing import Protocol
from uuid import UUID

import orjson
from psycopg import errors
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError, OperationalError

from libs.events import metering
from libs.events.crash import crash_point
from libs.events.database import driver_cursor, identity_of
from libs.events.record import Draft, Record, from_row
from libs.events.telemetry import span

READ_BATCH_MAX = 2_000
EVERYTHING: Mapping[str, int] = {}
_COLUMNS = "partition, sequence, recorded_at, chain, body"
_CLASHES = (errors.DeadlockDetected, errors.SerializationFailure)


class StreamMoved(Exception):
    """The stream is not at the version that the events were decided on."""


class Clashed(StreamMoved):
    """PostgreSQL ended the transaction for the sake of another (a deadlock, a serialisation failure)."""


class AlreadyDone(Exception):
    """The journal already holds this command."""


class JournalUnverified(Exception):
    """After a failover or a restore nothing is appended until the relay compared the journal with its log."""

    def __init__(self) -> None:
        super().__init__("the journal was not compared with its log since it was put back: a worker does it")


@dataclass(frozen=True, slots=True)
class Head:
    """The end of one partition."""

    partition: int
    sequence: int
    chain: bytes
    recorded_at: datetime | None


class Transaction(Protocol):
    """One transaction on a journal; `connection` is None for the journal in memory."""

    @property
    def connection(self) -> Connection | None:
        """Where inline rows are written."""

    def append(self, drafts: Sequence[Draft]) -> list[Record]:
        """Append, in order per partition; StreamMoved, AlreadyDone or JournalUnverified end the transaction."""


class Journal(Protocol):
    """What handling, relay and verification need of a journal."""

    service: str

    def transaction(self) -> AbstractContextManager[Transaction]:
        """Commit on leaving, roll back on an exception."""

    def streams(self, streams: Collection[str], since: Mapping[str, int] = EVERYTHING) -> dict[str, list[Record]]:
        """All events of some streams, by version; a stream without events has an empty list.

        Of a stream in `since` only those from that version on.
        """

    def commands(self, command_ids: Collection[UUID]) -> dict[UUID, list[Record]]:
        """The events of those commands that the journal holds, by index."""

    def after(self, partition: int, sequence: int, limit: int = READ_BATCH_MAX) -> list[Record]:
        """The events of a partition after a sequence, by sequence: gap-safe, since sequences are contiguous."""

    def heads(self) -> list[Head]:
        """The end of every partition, by partition."""


class PostgresTransaction:
    """A transaction on the real journal. Nothing but rows of the appended subjects may be written after `append`."""

    def __init__(self, service: str, connection: Connection) -> None:
        self._service = service
        self.connection = connection
        self.appended = 0
        self.began = 0.0

    def append(self, drafts: Sequence[Draft]) -> list[Record]:
        """As the protocol says; the heads stay locked until the transaction ends."""
        if not drafts:
            return []
        self.began = self.began or perf_counter()
        self.appended += len(drafts)
        with span("append", {"journal.events": len(drafts)}):
            try:
                places = self._append(drafts)
            except DBAPIError as error:
                raise _meaning_of(error) from error
        return [
            Record(self._service, draft.partition, *place, draft.body, orjson.loads(draft.body))
            for draft, place in zip(drafts, places, strict=True)
        ]

    def _append(self, drafts: Sequence[Draft]) -> list[tuple[int, datetime, bytes]]:
        identity = identity_of(self.connection)
        if len(drafts) == 1:
            return [self._append_one(drafts[0], identity)]
        order = sorted(range(len(drafts)), key=lambda i: drafts[i].partition)
        columns = zip(*(_fields(drafts[i]) for i in order), strict=True)
        rows = self.connection.exec_driver_sql(_APPEND_MANY, (*map(list, columns), identity))
        return [tuple(row) for _, row in sorted(zip(order, rows, strict=True), key=lambda pair: pair[0])]

    def _append_one(self, draft: Draft, identity: str) -> tuple[int, datetime, bytes]:
        with driver_cursor(self.connection) as cursor:
            place = cursor.execute(_APPEND_ONE, (*_fields(draft), identity)).fetchone()
        if place is None or place[0] is None:
            raise JournalUnverified
        sequence, recorded_at, chain = place
        return sequence, recorded_at, chain


class PostgresJournal:
    """The journal of a service in its PostgreSQL database."""

    def __init__(self, service: str, engine: Engine) -> None:
        self.service = service
        self.engine = engine

    @contextmanager
    def transaction(self) -> Iterator[PostgresTransaction]:
        """As the protocol says; `Clashed` where it was ended for the sake of another."""
        try:
            with self.engine.begin() as connection:
                transaction = PostgresTransaction(self.service, connection)
                yield transaction
                crash_point("append.before-commit")
        except OperationalError as error:
            if isinstance(error.orig, _CLASHES):
                raise Clashed(error.orig.diag.message_primary) from error
            raise
        crash_point("append.after-commit")
        if transaction.appended:
            metering.appended(self.service, transaction.appended, perf_counter() - transaction.began)

    def streams(self, streams: Collection[str], since: Mapping[str, int] = EVERYTHING) -> dict[str, list[Record]]:
        """As the protocol says."""
        found: dict[str, list[Record]] = {stream: [] for stream in streams}
        if whole := list(found.keys() - since.keys()):
            for record in self._read("where stream = any(%s) order by stream, version", whole):
                found[record.stream].append(record)
        for stream, version in since.items():
            found[stream] = self._read("where stream = %s and version >= %s order by version", stream, version)
        return found

    def commands(self, command_ids: Collection[UUID]) -> dict[UUID, list[Record]]:
        """As the protocol says."""
        found: dict[UUID, list[Record]] = {}
        for record in self._read("where command_id = any(%s) order by command_id, command_index", list(command_ids)):
            found.setdefault(record.command_id, []).append(record)
        return found

    def after(self, partition: int, sequence: int, limit: int = READ_BATCH_MAX) -> list[Record]:
        """As the protocol says."""
        return self._read(
            "where partition = %s and sequence > %s order by sequence limit %s", partition, sequence, limit
        )

    def heads(self) -> list[Head]:
        """As the protocol says."""
        with self.engine.connect() as connection:
            return read_heads(connection)

    def _read(self, where: str, *values: object) -> list[Record]:
        with self.engine.connect() as connection:
            rows = connection.exec_driver_sql(f"select {_COLUMNS} from journal {where}", values)  # noqa: S608 -- Our own words.
            return [from_row(self.service, tuple(row)) for row in rows]


def read_heads(connection: Connection, *, lock: bool = False) -> list[Head]:
    """The heads as this transaction sees them; `lock` holds them to its end, and whatever is appended then is later."""
    heads = "journal_hold()" if lock else "journal_head"
    statement = f"select partition, sequence, chain, nullif(recorded_at, '-infinity') from {heads} order by partition"  # noqa: S608 -- One of two.
    return [Head(p, sequence, bytes(chain), at) for p, sequence, chain, at in connection.execute(text(statement))]


def _fields(draft: Draft) -> tuple[object, ...]:
    return (
        draft.partition,
        draft.stream,
        draft.version,
        draft.subject,
        draft.command_id,
        draft.command_index,
        draft.body.decode(),
    )


def _meaning_of(error: DBAPIError) -> Exception:
    cause = error.orig
    if isinstance(cause, errors.UniqueViolation):
        meanings = {"journal_stream_version": StreamMoved, "journal_command": AlreadyDone}
        if (meaning := meanings.get(cause.diag.constraint_name or "")) is not None:
            return meaning()
    if getattr(cause, "sqlstate", None) == "AC001":
        return JournalUnverified()
    return error


_APPEND_ONE = (
    "select sequence, recorded_at, chain from journal_append_one("
    "%s::smallint, %s::text, %s::integer, %s::text, %s::uuid, %s::smallint, %s::text, %s::text)"
)
_APPEND_MANY = (
    "select sequence, recorded_at, chain from journal_append_many("
    "%s::smallint[], %s::text[], %s::integer[], %s::text[], %s::uuid[], %s::smallint[], %s::text[], %s::text)"
)
