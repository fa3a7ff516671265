"""What one answer is read from: one REPEATABLE READ, read-only transaction within the caller's scope."""

from contextlib import ExitStack
from datetime import datetime
from typing import Self

from sqlalchemy import Connection, text

from libs.events.service import Parts
from libs.web.freshness import Used, freshness


class Snapshot:
    """Opened when first asked for, within `scope` (design: access, the second wall); closed before anything is sent."""

    def __init__(self, parts: Parts, scope: str) -> None:
        self._parts = parts
        self._scope = scope
        self._stack = ExitStack()
        self._connection: Connection | None = None
        self.used = Used()

    def connection(self) -> Connection:
        """The transaction; every reading of this answer sees the same instant."""
        if self._connection is None:
            fresh = self._parts.engine.connect().execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
            self._connection = self._stack.enter_context(fresh)
            self._connection.execute(_SCOPE, {"scope": self._scope})
        return self._connection

    def now(self) -> datetime:
        """This instant as the journal would record it; the development clock moves it."""
        instant: datetime = self.connection().execute(text("select journal_now()")).scalar_one()
        return instant

    def version(self, stream: str) -> int:
        """The version of a stream in this snapshot; 0 when it has no event."""
        version: int = self.connection().execute(_VERSION, {"stream": stream}).scalar_one()
        return version

    def freshness(self) -> dict[str, str]:
        """The headers that say how fresh what was read is."""
        return freshness(self.connection(), self._parts.service, self.used)

    def close(self) -> None:
        """Give the connection back; the next reading begins anew."""
        self._stack.close()
        self._connection = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


_SCOPE = text("select set_config('aftercare.scope', :scope, true)")
_VERSION = text("select coalesce(max(version), 0) from journal where stream = :stream")
