"""The second wall: without a scope, who answers requests sees no row that belongs to a unit, in any table there is."""

import psycopg
import pytest
from psycopg import sql

from deploy.local.postgresql import plain
from deploy.services import NAMES
from tests.security.conftest import Left
from tests.security.walls import Seen, seen, tables_with_units

pytestmark = pytest.mark.stack


def url_of(left: Left, service: str, role: str = "api") -> str:
    return plain(left.stack.environment()[f"{service}_{role}_DATABASE_URL".upper()])


def every_table(left: Left, service: str) -> list[Seen]:
    with (
        psycopg.connect(left.superuser, dbname=service) as superuser,
        psycopg.connect(url_of(left, service)) as connection,
    ):
        return seen(superuser, connection)


@pytest.mark.parametrize("service", NAMES)
def test_without_a_scope_no_table_with_a_unit_shows_a_row(left: Left, service: str) -> None:
    found = every_table(left, service)
    assert [one for one in found if one.open] == []
    assert sum(one.rows_there for one in found) > 0, "a wall before empty tables proves nothing"


@pytest.mark.parametrize("service", NAMES)
def test_who_answers_requests_is_bound_by_the_wall(left: Left, service: str) -> None:
    """The role owns nothing and is no member of who does, so that the wall holds for it without being forced."""
    with psycopg.connect(url_of(left, service)) as connection:
        owned = connection.execute(
            "select relname from pg_class where relnamespace = 'public'::regnamespace"
            " and pg_has_role(current_user, relowner, 'member')"
        ).fetchall()
        assert owned == []
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("create table public.mine (unit text)")


@pytest.mark.parametrize("role", ["api", "worker", "owner", "keyring"])
@pytest.mark.parametrize("service", NAMES)
def test_no_role_of_a_service_has_a_power_over_the_server(left: Left, service: str, role: str) -> None:
    with psycopg.connect(url_of(left, service, role)) as connection:
        powers = connection.execute(
            "select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication from pg_roles"
            " where rolname = current_user"
        ).fetchone()
    assert powers == (False,) * 5


@pytest.mark.parametrize("service", NAMES)
def test_who_answers_requests_enters_no_other_database(left: Left, service: str) -> None:
    others = [name for name in NAMES if name != service]
    for database in (*others, *(f"{name}_keyring" for name in NAMES)):
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(url_of(left, service), dbname=database)


@pytest.mark.parametrize("column", ["unit text", "from_unit text", "belongs_to text"])
def test_a_new_table_without_a_wall_is_found(left: Left, column: str) -> None:
    with psycopg.connect(left.superuser, dbname="clubs", autocommit=True) as superuser:
        superuser.execute(sql.SQL("create table planted ({})").format(sql.SQL(column)))
        try:
            superuser.execute("insert into planted values ('2025:26080')")
            superuser.execute("grant select on planted to clubs_api")
            assert "planted" in set(tables_with_units(superuser))
            assert [one.table for one in every_table(left, "clubs") if one.open] == ["planted"]
        finally:
            superuser.execute("drop table planted")
