"""Who may enter which database: a role gets into its own service's and into no other."""

import psycopg
import pytest

from deploy.local.environment import DATABASE_SETTINGS
from deploy.local.postgresql import plain
from deploy.local.stack import Stack

SERVICES = ("registry", "clubs", "support", "reporting")
DATABASES = {*SERVICES, *(f"{service}_keyring" for service in SERVICES), "postgres", "template1"}


def enters(url: str, database: str) -> bool:
    try:
        psycopg.connect(plain(url), dbname=database).close()
    except psycopg.OperationalError as error:
        if "permission denied for database" not in str(error):
            raise
        return False
    return True


@pytest.mark.parametrize("setting", DATABASE_SETTINGS)
def test_a_role_enters_its_own_database_only(own: Stack, setting: str) -> None:
    url = own.environment()[setting]
    assert {database for database in DATABASES if enters(url, database)} == {url.rpartition("/")[2]}


@pytest.mark.parametrize("setting", DATABASE_SETTINGS)
def test_no_role_has_powers_beyond_its_database(own: Stack, setting: str) -> None:
    with psycopg.connect(plain(own.environment()[setting])) as connection:
        powers = connection.execute(
            "select rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication"
            " from pg_roles where rolname = current_user"
        ).fetchone()
    assert powers == (False,)


@pytest.mark.parametrize("role", ["API", "WORKER"])
def test_roles_that_serve_may_not_make_tables(own: Stack, role: str) -> None:
    with (
        psycopg.connect(plain(own.environment()[f"CLUBS_{role}_DATABASE_URL"])) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("create table mine ()")


@pytest.mark.parametrize("role", ["OWNER", "KEYRING"])
def test_roles_that_own_may_make_tables(own: Stack, role: str) -> None:
    with psycopg.connect(plain(own.environment()[f"CLUBS_{role}_DATABASE_URL"])) as connection:
        connection.execute("create table mine ()")
        connection.rollback()


def test_a_wrong_password_opens_nothing(own: Stack) -> None:
    url = own.environment()["CLUBS_API_DATABASE_URL"]
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(plain(url), password="guessed")  # noqa: S106  # A wrong one.
