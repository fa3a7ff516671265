"""No session can stop others for ever, and one that died is replaced without anybody noticing."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, text

from libs.events import database
from libs.events.database import Away, UnboundedSession, connect, driver_cursor
from libs.events.service import Parts
from tests.conftest import Bench, MakeBench

BOUNDS = (
    "idle_in_transaction_session_timeout",
    "client_connection_check_interval",
    "transaction_timeout",
    "lock_timeout",
    "TimeZone",
)


@pytest.fixture
def bench(make_bench: MakeBench) -> Bench:
    return make_bench()


@pytest.fixture
def parts(bench: Bench) -> Iterator[Parts]:
    with closing(bench.open()) as parts:
        yield parts


def shown(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return [str(connection.execute(text(f"show {name}")).scalar_one()) for name in BOUNDS]


def cut(bench: Bench) -> int:
    """End every session of the service's API, as a restart of the server does; how many there were."""
    statement = "select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = :name"
    with bench.superuser.begin() as connection:
        return len(connection.execute(text(statement), {"name": f"{bench.service.name} api"}).all())


def test_every_session_is_bounded_and_speaks_utc(bench: Bench, parts: Parts) -> None:
    assert shown(parts.engine) == ["5s", "2s", "30s", "10s", "UTC"]
    with closing(bench.open("worker", transaction_seconds=0)) as rebuilding:
        assert shown(rebuilding.engine) == ["5s", "2s", "0", "0", "UTC"]


def test_a_session_that_lost_its_bounds_on_the_way_is_not_used(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """As behind a pooler that drops the options of its clients."""

    def pooled(url: str, *, connect_args: dict[str, Any], **options: Any) -> Engine:
        return create_engine(url, connect_args=connect_args | {"options": ""}, **options)

    monkeypatch.setattr(database, "create_engine", pooled)
    engine = connect(bench.settings.api_database_url.get_secret_value(), "pooled")
    with pytest.raises(UnboundedSession, match="idle_in_transaction_session_timeout is 0, not 5s"):
        engine.connect()
    engine.dispose()


def test_sessions_that_died_while_they_lay_are_replaced_unnoticed(
    bench: Bench, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "TRUSTED_SECONDS", 0)
    with parts.engine.connect(), parts.engine.connect():
        pass
    assert cut(bench) == 2
    assert len(parts.journal.heads()) == 24
    with parts.engine.connect(), parts.engine.connect():
        pass


def test_a_session_that_died_under_its_user_is_said_to_be_away_and_the_next_one_works(
    bench: Bench, parts: Parts
) -> None:
    def ask() -> None:
        with parts.engine.begin() as connection:
            connection.execute(text("select 1"))
            assert cut(bench) == 1
            with driver_cursor(connection) as cursor:
                cursor.execute("select 1")

    with pytest.raises(Away):
        ask()
    assert len(parts.journal.heads()) == 24
