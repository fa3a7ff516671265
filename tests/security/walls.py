"""Which tables say of a unit, and what a role sees in them: from the catalogue and the rows, not from a list."""

from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
from psycopg import sql

# A column that is called so, or holds what looks so, says where somebody belongs.
UNIT_NAME, UNIT_TEXT = r"(^|_)unit(s|_|$)", r"^[{\"]*(2004|2025):[0-9A-Z]{2,6}"


@dataclass(frozen=True)
class Seen:
    """One table of one service under one role, in a session that named no scope."""

    role: str
    table: str
    walled: bool
    rows_there: int
    rows_seen: int

    @property
    def open(self) -> bool:
        """Whether the role sees what it must not, or would see it once there were rows."""
        return not self.walled or self.rows_seen > 0


def tables_with_units(connection: psycopg.Connection) -> Iterator[str]:
    """Every table in which a column is named for a unit or holds one; for a superuser's eyes."""
    columns = connection.execute(
        "select c.relname, a.attname, a.attname ~ %s from pg_class c join pg_attribute a on a.attrelid = c.oid"
        " where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'm') and a.attnum > 0"
        " and not a.attisdropped and format_type(a.atttypid, null) ~ '^(text|character varying|name)' order by 1, 2",
        [UNIT_NAME],
    ).fetchall()
    found = {table for table, column, named in columns if named or _holds_unit(connection, table, column)}
    yield from sorted(found)


def seen(superuser: psycopg.Connection, role: psycopg.Connection) -> list[Seen]:
    """What a role that named no scope sees of every table with units; a table it may not read counts as walled."""
    return [_seen(superuser, role, table) for table in tables_with_units(superuser)]


def _seen(superuser: psycopg.Connection, role: psycopg.Connection, table: str) -> Seen:
    name = role.info.user
    there = _number(superuser, "select count(*) from {}", table)
    if not _number(role, "select has_any_column_privilege({literal}, 'select')::int", table):
        return Seen(name, table, walled=True, rows_there=there, rows_seen=0)
    walled = bool(_number(role, "select row_security_active({literal})::int", table))
    return Seen(name, table, walled, there, _number(role, "select count(*) from {}", table))


def _holds_unit(connection: psycopg.Connection, table: str, column: str) -> bool:
    query = sql.SQL("select exists (select from {} where {}::text ~ %s)")
    row = connection.execute(query.format(*map(sql.Identifier, (table, column))), [UNIT_TEXT]).fetchone()
    return bool(row and row[0])


def _number(connection: psycopg.Connection, query: str, table: str) -> int:
    statement = sql.SQL(query).format(sql.Identifier(table), literal=sql.Literal(f"public.{table}"))
    row = connection.execute(statement).fetchone()
    return int(row[0]) if row else 0
