"""The ways to append that compete, each with the way that its own reader reads on."""

from collections.abc import Callable
from typing import NamedTuple, Protocol
from urllib.parse import unquote
from uuid import UUID

import orjson
import psycopg
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg import sql
from psycopg_pool import ConnectionPool

from benchmarks.ground import Ground, plain
from benchmarks.loans import SOURCE
from libs.events.database import connect, driver_cursor
from libs.events.journal import Head
from libs.events.outbox import PostgresOutbox
from libs.events.partitions import PARTITIONS
from libs.events.record import Draft, chained
from libs.events.service import Service

WRITERS = 16
READ_MAX = 2_000
RECORDER = "peer_recorder"
PLAIN = "peer_plain"


class Seen(NamedTuple):
    """What a reader notes of an event."""

    stream: str
    version: int


class Way(Protocol):
    """One way to append and to read on, as one process has it open."""

    def append(self, draft: Draft) -> None:
        """One event in one transaction; sixteen threads call this at once."""

    def read_on(self) -> list[Seen]:
        """The events after those returned before, as far as this way can tell. The first call skips what was there."""

    def broken(self) -> str | None:
        """What the reader found that breaks a promise of this way."""

    def close(self) -> None:
        """Give every connection back."""


class Journal:
    """Ours: the journal of a service, read as the relay reads it."""

    def __init__(self, ground: Ground) -> None:
        self._parts = ground.open(Service(SOURCE, law=None), "api")
        self._journal = self._parts.journal
        self._heads: dict[int, Head] = {}
        self._broken: str | None = None

    def append(self, draft: Draft) -> None:
        """As the protocol says."""
        with self._journal.transaction() as transaction:
            transaction.append([draft])

    def read_on(self) -> list[Seen]:
        """As the protocol says: every record must follow its predecessor in number, chain and time."""
        if not self._heads:
            self._heads = {head.partition: head for head in self._journal.heads()}
            return []
        since = {p: head.sequence for p, head in self._heads.items()}
        records = [one.read(SOURCE) for one in PostgresOutbox(self._journal).behind(since, READ_MAX)]
        for record in records:
            head = self._heads[record.partition]
            if record.sequence != head.sequence + 1:
                self._broken = f"{record.position} follows {head.sequence}"
            elif chained(head.chain, [record]):
                self._broken = f"the chain of {record.position} does not fit"
            elif head.recorded_at and record.recorded_at <= head.recorded_at:
                self._broken = f"{record.position} was recorded before its predecessor"
            self._heads[record.partition] = Head(record.partition, record.sequence, record.chain, record.recorded_at)
        return [Seen(record.stream, record.version) for record in records]

    def broken(self) -> str | None:
        """As the protocol says: sequences contiguous, chained, and up to the heads."""
        heads = {head.partition: head.sequence for head in self._journal.heads()}
        if heads != {partition: head.sequence for partition, head in self._heads.items()}:
            return "the reader did not reach the heads"
        return self._broken

    def close(self) -> None:
        """As the protocol says."""
        self._parts.close()


class Recorder:
    """The recorder of the `eventsourcing` library as it comes: a table lock makes its order safe to read."""

    def __init__(self, ground: Ground) -> None:
        self._recorder = recorder(ground)
        self._last: int | None = None

    def append(self, draft: Draft) -> None:
        """As the protocol says: the same bytes as its state."""
        stream = UUID(draft.stream.split("-", 1)[1])
        self._recorder.insert_events([StoredEvent(stream, draft.version, "benchmarks:Loan", draft.body)])

    def read_on(self) -> list[Seen]:
        """As the protocol says."""
        if self._last is None:
            self._last = self._recorder.max_notification_id() or 0
            return []
        found = self._recorder.select_notifications(self._last, READ_MAX, inclusive_of_start=False)
        for one in found:
            orjson.loads(one.state)  # Our reader parses each body too.
            self._last = one.id
        return [Seen(str(one.originator_id), one.originator_version) for one in found]

    def broken(self) -> str | None:
        """As the protocol says."""
        return None

    def close(self) -> None:
        """As the protocol says."""
        self._recorder.datastore.close()


class PlainInsert:
    """A plain insert into the same columns and constraints, without head and chain, by our client in our transaction.

    Its numbers come from a PostgreSQL sequence, so its reader, who reads as ours does, may pass over events: that
    is the control.
    """

    def __init__(self, ground: Ground) -> None:
        self._engine = connect(ground.superuser(PLAIN).render_as_string(hide_password=False), "peer")
        self._positions: dict[int, int] = {}

    def append(self, draft: Draft) -> None:
        """As the protocol says."""
        with self._engine.begin() as connection, driver_cursor(connection) as cursor:
            cursor.execute(INSERT, fields(draft)).fetchone()

    def read_on(self) -> list[Seen]:
        """As the protocol says."""
        with self._engine.connect() as connection:
            if not self._positions:
                found = connection.exec_driver_sql("select partition, max(sequence) from journal group by 1").all()
                self._positions = dict.fromkeys(range(PARTITIONS), 0) | dict(map(tuple, found))
                return []
            places = (list(self._positions), list(self._positions.values()), READ_MAX, READ_MAX)
            rows = connection.exec_driver_sql(_READ_ON, places).all()
        for partition, sequence, *_ in rows:
            self._positions[partition] = sequence
        return [Seen(row.stream, orjson.loads(row.body)["version"]) for row in rows]

    def broken(self) -> str | None:
        """As the protocol says."""
        return None

    def close(self) -> None:
        """As the protocol says."""
        self._engine.dispose()


class BareInsert(PlainInsert):
    """The same insert by psycopg alone: one statement, one round trip, nothing of ours around it."""

    def __init__(self, ground: Ground) -> None:
        super().__init__(ground)
        options = {"autocommit": True, "prepare_threshold": 0}
        self._pool: ConnectionPool[psycopg.Connection] = ConnectionPool(
            plain(ground.superuser(PLAIN)), min_size=1, max_size=WRITERS, kwargs=options, open=True
        )

    def append(self, draft: Draft) -> None:
        """As the protocol says."""
        with self._pool.connection() as connection:
            connection.execute(INSERT, fields(draft)).fetchone()

    def close(self) -> None:
        """As the protocol says."""
        self._pool.close()
        super().close()


def fields(draft: Draft) -> tuple[object, ...]:
    """What a plain insert is given: the client's part of a journal row, and a chain that nobody computed."""
    keys = (draft.partition, draft.stream, draft.version, draft.subject, draft.command_id, draft.command_index)
    return (*keys, draft.body.decode(), bytes(32))


def recorder(ground: Ground) -> PostgresApplicationRecorder:
    """The library's recorder on its own database; its table must have been made by `prepare`."""
    url = ground.superuser(RECORDER)
    datastore = PostgresDatastore(
        RECORDER,
        url.host or "",
        url.port or 0,
        url.username or "",
        unquote(str(url.password)),
        pool_size=WRITERS,
        connect_timeout=30,
    )
    made = PostgresApplicationRecorder(datastore)
    datastore.register_type_adapters()
    return made


def prepare(ground: Ground) -> None:
    """The databases of all ways."""
    ground.make_service(Service(SOURCE, law=None))
    ground.make_database(RECORDER)
    made = recorder(ground)
    made.create_table()
    made.datastore.close()
    ground.make_database(PLAIN)
    with ground.connect(PLAIN) as connection:
        connection.execute(sql.SQL(_TABLE))


WAYS: dict[str, Callable[[Ground], Way]] = {
    "journal": Journal,
    "eventsourcing recorder": Recorder,
    "plain insert": PlainInsert,
    "plain insert, bare psycopg": BareInsert,
}
INSERT = (
    "insert into journal (partition, stream, version, subject, command_id, command_index, body, chain)"
    " values (%s, %s, %s, %s, %s, %s, %s, %s) returning sequence, recorded_at"
)
_READ_ON = (
    "select j.partition, j.sequence, j.stream, j.body from unnest(%s::smallint[], %s::bigint[]) b (p, s)"
    " cross join lateral"
    " (select * from journal where partition = b.p and sequence > b.s order by sequence limit %s) j limit %s"
)
_TABLE = """
create table journal (
    partition     smallint    not null check (partition between 0 and 23),
    sequence      bigint      not null generated always as identity check (sequence > 0),
    stream        text        not null collate "C",
    version       integer     not null check (version > 0),
    subject       text        not null collate "C",
    command_id    uuid        not null,
    command_index smallint    not null,
    recorded_at   timestamptz not null default clock_timestamp(),
    body          text        not null check (body is json object with unique keys),
    chain         bytea       not null,
    primary key (partition, sequence),
    constraint journal_stream_version unique (stream, version),
    constraint journal_command unique (command_id, command_index)
)
"""
