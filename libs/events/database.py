"""Connections to PostgreSQL that cannot stop others for ever: every session is bounded, and says so."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, InterfaceError, InternalError, InvalidatePoolError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.pool import ConnectionPoolEntry

CONNECT_TIMEOUT_SECONDS = 3
POOL_SIZE = 20
TRANSACTION_TIMEOUT_SECONDS = 30
LOCK_TIMEOUT_SECONDS = 10
# Whoever comes after a migration that waits for a lock waits as well.
MIGRATION_LOCK_SECONDS = 3
# A connection that answered a moment ago is not asked whether it is alive: that cost a seventh of the append rate.
TRUSTED_SECONDS = 1.0
_BOUNDS = {
    "idle_in_transaction_session_timeout": "5s",
    "client_connection_check_interval": "2s",
    "TimeZone": "UTC",
    "DateStyle": "ISO, YMD",
    "bytea_output": "hex",
}
_KEEPALIVES = {"keepalives": 1, "keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3}


class Behind(RuntimeError):
    """A database is there, but older than what rests on it: nothing is taken from it until it was mended."""


# What is raised when the server is away, restarting, a replica now, has ended this session or has none to give.
Away = (OperationalError, InterfaceError, InternalError, PoolExhausted, Behind)


class UnboundedSession(RuntimeError):
    """A session came up without one of its bounds; a frozen process could then stop all writers for ever."""


def connect(
    url: str,
    application: str,
    *,
    transaction_seconds: int = TRANSACTION_TIMEOUT_SECONDS,
    lock_seconds: int | None = None,
    pool: int = POOL_SIZE,
) -> Engine:
    """An engine whose sessions carry every bound, checked on each new connection. `0` seconds means no bound.

    Who may take as long as it needs waits for locks as long, unless `lock_seconds` says otherwise.
    """
    if lock_seconds is None:
        lock_seconds = LOCK_TIMEOUT_SECONDS if transaction_seconds else 0
    bounds = _BOUNDS | {
        "transaction_timeout": f"{transaction_seconds}s",
        "lock_timeout": f"{lock_seconds}s" if lock_seconds else "0",
    }
    engine = create_engine(
        url,
        pool_size=pool,
        max_overflow=0,
        pool_timeout=CONNECT_TIMEOUT_SECONDS,
        connect_args={
            "options": " ".join(f"-c {name}={value.replace(' ', chr(92) + ' ')}" for name, value in bounds.items()),
            "application_name": application,
            "connect_timeout": CONNECT_TIMEOUT_SECONDS,
            "prepare_threshold": 3,
        }
        | _KEEPALIVES,
    )
    event.listen(engine, "connect", lambda connection, _record: _verify(connection, bounds))
    event.listen(engine, "checkin", _rest)
    event.listen(engine, "checkout", lambda connection, record, _proxy: _wake(engine, connection, record))
    return engine


def identity_of(connection: Connection) -> str:
    """Which database this session reached: system identifier, timeline and oid, fixed for the session's life."""
    known: str | None = connection.info.get("identity")
    if known is None:
        known = connection.exec_driver_sql("select journal_identity_now()").scalar_one()
        connection.info["identity"] = known
    return known


@contextmanager
def driver_cursor(connection: Connection) -> Iterator[psycopg.Cursor[Any]]:
    """The driver's own cursor, in this connection's transaction, with SQLAlchemy's errors.

    For the few statements where what SQLAlchemy does around a result shows in a profile.
    """
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor:
        try:
            yield cursor
        except psycopg.Error as error:
            if driver.closed:
                connection.invalidate(error)
            raise DBAPIError.instance(None, None, error, psycopg.Error) from error


def _rest(_connection: Any, record: ConnectionPoolEntry) -> None:
    record.info["resting_since"] = monotonic()


def _wake(engine: Engine, connection: Any, record: ConnectionPoolEntry) -> None:
    """Ask a connection that lay for a while whether it is alive; if not, the pool makes all of them anew."""
    if monotonic() - record.info.get("resting_since", monotonic()) < TRUSTED_SECONDS:
        return
    try:
        engine.dialect.do_ping(connection)
    except psycopg.Error as error:
        raise InvalidatePoolError from error


def _verify(connection: Any, bounds: dict[str, str]) -> None:
    with connection.cursor() as cursor:
        for name, wanted in bounds.items():
            found = cursor.execute(f"show {name}").fetchone()[0]
            if found != wanted and not (wanted == "0s" and found == "0"):
                raise UnboundedSession(f"{name} is {found}, not {wanted}")
    connection.rollback()
