"""The databases and roles of the services: made where missing, each closed to all who have no business there."""

from collections.abc import Callable
from typing import LiteralString

import psycopg
from psycopg import sql

SERVICES = ("registry", "clubs", "support", "reporting")
SUPERUSER = "postgres"
# The roles of a service that may come in and find nothing: tables and grants come with the migrations.
GUESTS = ("api", "worker")
_BOUNDS = sql.SQL("login nosuperuser nobypassrls nocreatedb nocreaterole noreplication")


def ensure_databases(url: str, password: Callable[[str], str]) -> None:
    """Make every role and database where missing; passwords and grants are set again each time."""
    with psycopg.connect(url, autocommit=True) as connection:
        for name in ("postgres", "template1"):
            _close(connection, name)
        for service in SERVICES:
            for role in ("owner", "keyring", *GUESTS):
                _ensure_role(connection, f"{service}_{role}", password(f"{service}_{role}"))
            _ensure_database(connection, service, f"{service}_owner")
            _ensure_database(connection, f"{service}_keyring", f"{service}_keyring")
            for role in GUESTS:
                _run(connection, "grant connect on database {} to {}", service, f"{service}_{role}")


def _ensure_role(connection: psycopg.Connection, role: str, password: str) -> None:
    if not connection.execute("select 1 from pg_roles where rolname = %s", [role]).fetchone():
        _run(connection, "create role {}", role)
    alter = sql.SQL("alter role {} {} password {}")
    connection.execute(alter.format(sql.Identifier(role), _BOUNDS, sql.Literal(password)))


def _ensure_database(connection: psycopg.Connection, database: str, owner: str) -> None:
    if not connection.execute("select 1 from pg_database where datname = %s", [database]).fetchone():
        _run(connection, "create database {} owner {} template template0", database, owner)
    _close(connection, database)


def _close(connection: psycopg.Connection, database: str) -> None:
    _run(connection, "revoke all on database {} from public", database)


def _run(connection: psycopg.Connection, statement: LiteralString, *names: str) -> None:
    connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
