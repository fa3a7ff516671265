"""Alive is not ready: the database reachable, the journal verified, the schema that of this code."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import create_engine

from tests.conftest import Bench
from tests.libs.web.client import TestClient
from tests.libs.web.conftest import MakeApp

Rows = Callable[..., list[Any]]


def test_a_process_that_answers_is_alive(client: TestClient) -> None:
    assert client.get("/health/live").json() == {"status": "live"}


def test_ready_is_all_checks(client: TestClient) -> None:
    answer = client.get("/health/ready")
    assert answer.status_code == 200
    assert answer.json()["checks"] == {"database": True, "journal": True, "schema": True}


def test_without_a_verified_journal_it_is_not_ready(client: TestClient, rows: Rows, bench: Bench) -> None:
    rows("delete from journal_identity")
    try:
        answer = client.get("/health/ready")
    finally:
        bench.verify_journal()
    assert answer.status_code == 503
    assert answer.json()["checks"] == {"database": True, "journal": False, "schema": True}


@pytest.mark.parametrize("schema", ["journal_0001", "web_9999"], ids=["behind", "ahead of"])
def test_on_another_schema_than_the_codes_it_is_not_ready(schema: str, client: TestClient, rows: Rows) -> None:
    ((known,),) = rows("select version_num from alembic_version")
    rows("update alembic_version set version_num = :schema", schema=schema)
    try:
        answer = client.get("/health/ready")
    finally:
        rows("update alembic_version set version_num = :known", known=known)
    assert answer.status_code == 503
    assert answer.json()["checks"]["schema"] is False


def test_without_its_database_it_is_alive_and_not_ready(make_app: MakeApp) -> None:
    client = make_app(engine=create_engine("postgresql+psycopg://nobody@127.0.0.1:1/nothing?connect_timeout=1"))
    assert client.get("/health/live").status_code == 200
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert not any(answer.json()["checks"].values())
