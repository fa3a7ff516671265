"""Where versions of projections are made beside the live ones, compared with them, and put in their place."""

from collections.abc import Collection
from typing import Any, NamedTuple, Protocol

from sqlalchemy import Connection, text

from libs.events.digest import Digest, Subjects, differing_keys, digest_of
from libs.events.projection import Projection
from libs.events.tables import drop_table, make_table

Keys = Collection[Any] | None


class Version(NamedTuple):
    """A table, and which code made it."""

    table: str
    version: int
    shape: str

    def fits(self, projection: Projection[Any]) -> bool:
        """Whether the code of today folds as the code that made it."""
        return (self.version, self.shape) == (projection.version, projection.shape)


class Workshop(Protocol):
    """Tables of projections, within one transaction."""

    def make(self, projection: Projection[Any], build: str) -> str:
        """A new, empty table, noted under the name of a build; its name."""

    def under_construction(self, build: str) -> dict[str, Version]:
        """What a build has made so far, by projection."""

    def live(self, projection: Projection[Any]) -> Version:
        """The version that readers use now."""

    def previous(self, projection: Projection[Any]) -> Version | None:
        """The version that they used before."""

    def point(self, projection: Projection[Any], table: str) -> None:
        """Have readers use this table, keep the one before it, and remove the one before that."""

    def drop(self, table: str) -> None:
        """Remove a table that nobody uses."""

    def digest(self, projection: Projection[Any], table: str, without: Subjects = frozenset()) -> Digest:
        """What a table holds, apart from the rows of some subjects."""

    def differing(
        self, projection: Projection[Any], tables: tuple[str, str], without: Subjects = frozenset(), keys: Keys = None
    ) -> list[str]:
        """The first keys of rows that differ, of all or of these."""

    def certify(self, certificate: str) -> None:
        """Keep a certificate for ever."""


class PostgresWorkshop:
    """The tables in the service's PostgreSQL database; `api` is the role that reads them."""

    def __init__(self, connection: Connection, api: str) -> None:
        self._connection = connection
        self._api = api

    def make(self, projection: Projection[Any], build: str) -> str:
        """As the protocol says."""
        table = make_table(self._connection, projection, self._api)
        self._connection.execute(_NOTE, {"table": table, "build": build})
        return table

    def under_construction(self, build: str) -> dict[str, Version]:
        """As the protocol says."""
        rows = self._connection.execute(_BUILT, {"build": build})
        return {row.name: Version(row.table_name, row.version, row.shape) for row in rows}

    def live(self, projection: Projection[Any]) -> Version:
        """As the protocol says."""
        return Version(*self._connection.execute(_LIVE, {"name": projection.name}).one())

    def previous(self, projection: Projection[Any]) -> Version | None:
        """As the protocol says."""
        row = self._connection.execute(_PREVIOUS, {"name": projection.name}).one_or_none()
        return None if row is None else Version(*row)

    def point(self, projection: Projection[Any], table: str) -> None:
        """As the protocol says."""
        values = {"name": projection.name, "table": table}
        forgotten = self._connection.execute(_POINT, values).scalar_one_or_none()
        self._connection.execute(_NOTE, {"table": table, "build": None})
        if forgotten not in (None, table):
            self.drop(str(forgotten))

    def drop(self, table: str) -> None:
        """As the protocol says."""
        drop_table(self._connection, table)

    def digest(self, projection: Projection[Any], table: str, without: Subjects = frozenset()) -> Digest:
        """As the protocol says."""
        return digest_of(self._connection, projection, table, without)

    def differing(
        self, projection: Projection[Any], tables: tuple[str, str], without: Subjects = frozenset(), keys: Keys = None
    ) -> list[str]:
        """As the protocol says."""
        return differing_keys(self._connection, projection, tables, without, keys)

    def certify(self, certificate: str) -> None:
        """As the protocol says."""
        self._connection.execute(_CERTIFY, {"body": certificate})


_VERSION = "v.table_name, v.version, v.shape from projection_pointer p join projection_version v on v.table_name"
_LIVE = text(f"select {_VERSION} = p.live where p.name = :name")
_PREVIOUS = text(f"select {_VERSION} = p.previous where p.name = :name")
_BUILT = text("select name, table_name, version, shape from projection_version where build = :build")
_NOTE = text("update projection_version set build = :build where table_name = :table")
_CERTIFY = text("insert into projection_certificate (body) values (:body)")
_POINT = text(
    "with before as (select name, previous from projection_pointer where name = :name)"
    " update projection_pointer p set previous = live, live = :table from before b where p.name = b.name"
    " returning b.previous"
)
