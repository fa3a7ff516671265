"""What a relay needs of its service's database: the journal is the outbox, and beside it lie hints and trust."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol

import psycopg
from sqlalchemy import Engine, make_url, text

from libs.events.database import driver_cursor
from libs.events.journal import READ_BATCH_MAX, Journal, PostgresJournal
from libs.events.marks import VERIFIED, Mark, take_mark
from libs.events.record import Written

LOCK = 7_701


class LeadershipLost(RuntimeError):
    """What made this relay the leader is gone: another may be leader already."""


class NotTrusted(RuntimeError):
    """This is another database than was compared with the log, or nobody trusts it any more: compare anew."""


class Leadership(Protocol):
    """A claim to be the one relay of a service."""

    def taken(self) -> bool:
        """Try to become the leader."""

    def check(self) -> None:
        """`LeadershipLost` when this is the leader no more, `NotTrusted` when its database is another than it was."""


class Outbox(Protocol):
    """The journal as a relay sees it."""

    @property
    def journal(self) -> Journal:
        """The journal itself."""

    def behind(self, published: Mapping[int, int], limit: int = READ_BATCH_MAX) -> list[Written]:
        """The next events after what was published of each partition, by partition and sequence.

        All partitions have their share of the limit: whoever publishes them fills one batch of each, not many of one.
        """

    def leadership(self) -> AbstractContextManager[Leadership]:
        """Stand for leader; who was, no longer is on leaving."""

    def hints(self) -> dict[int, int]:
        """How far each partition was published, as somebody noted: a hint, never the truth."""

    def hint(self, reached: Mapping[int, int]) -> None:
        """Note how far partitions were published."""

    def trust(self) -> None:
        """The database that `hints` was asked of was compared with its log: it, and no other, may be appended to."""

    def distrust(self) -> None:
        """Nothing may be appended to this database."""

    def take_mark(self) -> Mark:
        """A cut of the service now; `JournalUnverified` where its database may not be appended to."""

    def mark_requested(self) -> bool:
        """Whether somebody waits for a mark."""


class PostgresOutbox:
    """The outbox of a service in its PostgreSQL database."""

    def __init__(self, journal: PostgresJournal) -> None:
        self.journal = journal
        self._engine: Engine = journal.engine
        self._identity = ""

    def behind(self, published: Mapping[int, int], limit: int = READ_BATCH_MAX) -> list[Written]:
        """As the protocol says."""
        with self._engine.connect() as connection, driver_cursor(connection) as cursor:
            heads = cursor.execute("select partition, sequence from journal_head").fetchall()
            shares = shared({p: sequence - published[p] for p, sequence in heads if sequence > published[p]}, limit)
            if not shares:
                return []
            since = [published[partition] for partition in shares]
            rows = cursor.execute(_BEHIND, (list(shares), since, list(shares.values())), binary=True)
            return [Written(p, sequence, at, chain, body.encode(), key) for p, sequence, at, chain, body, key in rows]

    @contextmanager
    def leadership(self) -> Iterator["AdvisoryLock"]:
        """As the protocol says, on a connection of its own: a pooled one keeps the lock after `close()`."""
        url = make_url(self._engine.url).set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(url, autocommit=True) as connection:
            yield AdvisoryLock(connection)

    def hints(self) -> dict[int, int]:
        """As the protocol says."""
        with self._engine.connect() as connection:
            self._identity = connection.execute(text("select journal_identity_now()")).scalar_one()
            rows = connection.execute(text("select partition, sequence from published"))
            return {row.partition: row.sequence for row in rows}

    def hint(self, reached: Mapping[int, int]) -> None:
        """As the protocol says."""
        with self._engine.begin() as connection:
            connection.execute(_HINT, [{"partition": p, "sequence": s} for p, s in reached.items()])

    def trust(self) -> None:
        """As the protocol says."""
        with self._engine.begin() as connection:
            connection.execute(_TRUST, {"identity": self._identity})

    def distrust(self) -> None:
        """As the protocol says."""
        with self._engine.begin() as connection:
            connection.execute(text("delete from journal_identity"))

    def take_mark(self) -> Mark:
        """As the protocol says."""
        return take_mark(self._engine, self.journal.service)

    def mark_requested(self) -> bool:
        """As the protocol says."""
        with self._engine.connect() as connection:
            return bool(connection.execute(text("select exists (select from mark_request)")).scalar_one())


class AdvisoryLock:
    """Leadership by a lock that lives as long as its connection."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def taken(self) -> bool:
        """As the protocol says."""
        row = self._connection.execute("select pg_try_advisory_lock(%s)", (LOCK,)).fetchone()
        return bool(row and row[0])

    def check(self) -> None:
        """As the protocol says."""
        try:
            row = self._connection.execute(VERIFIED).fetchone()
        except psycopg.Error as error:
            raise LeadershipLost("the connection that held the lock is gone") from error
        if not (row and row[0]):
            raise NotTrusted("another database was put in place of the one that was compared with the log")


def shared(wanted: Mapping[int, int], limit: int) -> dict[int, int]:
    """What each gets of a limit, the same for all but for those who want less."""
    shares: dict[int, int] = {}
    for left, (one, most) in zip(range(len(wanted), 0, -1), sorted(wanted.items(), key=lambda w: w[1]), strict=True):
        shares[one] = min(most, -(-limit // left))
        limit -= shares[one]
    return {one: shares[one] for one in sorted(shares) if shares[one]}


_BEHIND = (
    "select j.partition, j.sequence, j.recorded_at, j.chain, j.body, j.subject"
    " from unnest(%s::smallint[], %s::bigint[], %s::bigint[]) b (p, s, n) cross join lateral"
    " (select * from journal where partition = b.p and sequence > b.s order by sequence limit b.n) j"
)
_TRUST = text(
    "insert into journal_identity (identity) values (:identity) on conflict (only_one) do update"
    " set identity = excluded.identity, verified_in = excluded.verified_in, verified_at = clock_timestamp()"
)
_HINT = text(
    "insert into published (partition, sequence) values (:partition, :sequence)"
    " on conflict (partition) do update set sequence = excluded.sequence"
)
