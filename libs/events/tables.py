"""The tables behind projections: made from the row class, walled by unit, pointed at by readers."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Engine, text

from libs.events.projection import Projection

_SYSTEM_COLUMNS = (
    "row_source text not null, row_subject text not null, row_partition smallint not null,"
    " row_sequence bigint not null, row_event uuid not null"
)
_IN_SCOPE = (
    "(select current_setting('aftercare.scope', true)) = '*' or {unit} = any ((select"
    " string_to_array(current_setting('aftercare.scope', true), ','))::text[])"
)


# The version of a table that was never filled, though there were events to fold.
EMPTY = 0


class TablesStale(RuntimeError):
    """The code folds projections otherwise than the tables that readers use; they must be rebuilt first."""


def ensure_live(connection: Connection, projections: Iterable[Projection[Any]], api: str) -> None:
    """Make the first table of each projection that has none, live at once. `api` is the role that reads.

    Where events were folded before, it is stale until it is rebuilt.
    """
    begun = connection.execute(_BEGUN).scalar_one()
    for projection in projections:
        known = {"name": projection.name}
        if connection.execute(text("select from projection_pointer where name = :name"), known).first() is None:
            table = make_table(connection, projection, api)
            if begun:
                connection.execute(_NEVER_FILLED, {"table": table, "empty": EMPTY})
            connection.execute(
                text("insert into projection_pointer (name, live) values (:name, :live)"),
                known | {"live": table},
            )


def stale(connection: Connection, projections: Iterable[Projection[Any]]) -> list[Projection[Any]]:
    """Those whose live table is of another version or shape than the code's, or was never filled or made."""
    live = {row.name: (row.version, row.shape) for row in connection.execute(_LIVE)}
    return [one for one in projections if live.get(one.name) != (one.version, one.shape)]


def refuse_stale(engine: Engine, service: str, projections: Iterable[Projection[Any]]) -> None:
    """End the start of a process whose code would fold into, or read from, tables that are not its own."""
    with engine.connect() as connection:
        names = [one.name for one in stale(connection, projections)]
    if names:
        raise TablesStale(f"not built for this code: {', '.join(names)}; run `aftercare projection rebuild {service}`")


def make_table(connection: Connection, projection: Projection[Any], api: str) -> str:
    """A new, empty table for a projection, registered but not yet read by anyone; its name."""
    table = _free_name(connection, projection)
    own = ", ".join(f"{c.name} {c.sql}{'' if c.nullable else ' not null'}" for c in projection.columns)
    known = ", known_from timestamptz not null, known_to timestamptz not null" if projection.history else ""
    key = f"{projection.key}, known_from" if projection.history else projection.key
    connection.execute(text(f"create table {table} ({own}, {_SYSTEM_COLUMNS}{known}, primary key ({key}))"))
    for index in projection.indexes:
        connection.execute(text(f"create index on {table} {index}"))
    make_unique(connection, projection, table)
    _wall(connection, projection, table, api)
    connection.execute(
        text(
            "insert into projection_version (name, table_name, version, shape) values (:name, :table, :version, :shape)"
        ),
        {"name": projection.name, "table": table, "version": projection.version, "shape": projection.shape},
    )
    return table


def make_unique(connection: Connection, projection: Projection[Any], table: str) -> None:
    """Have what may be there once only be there once, from now on."""
    for n, index in enumerate(projection.unique):
        connection.execute(text(f"create unique index if not exists {table}_u{n} on {table} {index}"))


def drop_table(connection: Connection, table: str) -> None:
    """Remove a version that nobody points at."""
    connection.execute(text("delete from projection_version where table_name = :table"), {"table": table})
    connection.execute(text(f"drop table {table}"))


def _free_name(connection: Connection, projection: Projection[Any]) -> str:
    base = f"{projection.name.split('.', 1)[1]}_v{projection.version}"
    taken = set(connection.execute(text("select table_name from projection_version")).scalars())
    build = 1
    name = base
    while name in taken:
        build += 1
        name = f"{base}_{build}"
    return name


def _wall(connection: Connection, projection: Projection[Any], table: str, api: str) -> None:
    scope = "true" if projection.unit is None else _IN_SCOPE.format(unit=projection.unit)
    connection.execute(text(f"alter table {table} enable row level security"))
    connection.execute(text(f"create policy by_unit on {table} using ({scope}) with check (true)"))
    connection.execute(text(f"grant select, insert, update, delete on {table} to {api}"))


_BEGUN = text(
    "select exists (select from journal_head where sequence > 0) or exists (select from checkpoint where sequence > 0)"
)
_NEVER_FILLED = text("update projection_version set version = :empty where table_name = :table")
_LIVE = text(
    "select p.name, v.version, v.shape from projection_pointer p join projection_version v on v.table_name = p.live"
)
