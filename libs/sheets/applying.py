"""Applying what came in: one import at a time per kind and database, in batches that can be resumed."""

from collections.abc import Iterator
from contextlib import contextmanager
from zlib import crc32

from psycopg import errors
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from libs.events.decider import Refused

NAMESPACE = 7_702


class ImportRunning(Refused):
    """Another file of this kind is being applied; come back when it is done."""

    problem = "import-running"


class ImportLock:
    """Held while a file is applied; its session is asked before every batch."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def check(self) -> None:
        """Raise when the session, and with it the lock, is gone: somebody else may have begun."""
        self._connection.execute(text("select 1"))


@contextmanager
def import_lock(engine: Engine, kind: str) -> Iterator[ImportLock]:
    """The one lock for files of a kind in a database; raises `ImportRunning` when it is not free in time.

    Its connection is taken out of the pool and closed at the end: a pooled one would keep the lock.
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.detach()
        key = {"namespace": NAMESPACE, "kind": crc32(kind.encode()) - 2**31}
        try:
            connection.execute(text("select pg_advisory_lock(:namespace, :kind)"), key)
        except DBAPIError as error:
            if isinstance(error.orig, errors.LockNotAvailable):
                raise ImportRunning("another file is being applied") from error
            raise
        yield ImportLock(connection)
