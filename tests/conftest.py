"""One real PostgreSQL and one real Kafka for a whole test run, and as many services on them as tests want."""

from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from os import urandom
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from pydantic import SecretStr
from sqlalchemy import Engine, create_engine, make_url, text
from xdist.scheduler import LoadFileScheduling

from deploy.local.stack import Stack
from libs.events.kafka import Log
from libs.events.service import Parts, Service, migrate_service, open_parts
from libs.events.settings import ServiceSettings

# A busy machine is no reason to fail; a failing example prints how to run it again.
settings.register_profile(
    "house", deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
settings.load_profile("house")
_numbers = count(1)
# One whole product, brought up once for all its tests.
SHARED_WORLD = "tests/security/"


class _ByWorld(LoadFileScheduling):  # type: ignore[misc]  # It has no types.
    """What shares a world runs in one process, in order: the tests of a file, and all of those below one folder."""

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        return SHARED_WORLD if file.startswith(SHARED_WORLD) else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> _ByWorld:
    """How tests are shared out among the processes of a run."""
    return _ByWorld(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever asks for the engines is marked so."""
    for item in items:
        if "stack" in getattr(item, "fixturenames", ()):
            item.add_marker("stack")


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The engines, started for this run in a folder of their own and stopped after it."""
    stack = Stack(tmp_path_factory.mktemp("stack"), given={})
    stack.up()
    yield stack
    stack.down()


@pytest.fixture(scope="session")
def log(stack: Stack) -> Log:
    """The real Kafka."""
    return Log(stack.environment()["KAFKA_BOOTSTRAP_SERVERS"])


@dataclass(frozen=True)
class Bench:
    """A service on real databases of its own, with its topics."""

    service: Service
    settings: ServiceSettings
    superuser: Engine

    def open(self, role: str = "api", **options: Any) -> Parts:
        """The service's parts as a process of that role has them."""
        return open_parts(self.service, self.settings, role, **options)

    def verify_journal(self) -> None:
        """Say what a relay says after it compared the tails."""
        with self.superuser.begin() as connection:
            connection.execute(text("delete from journal_identity"))
            connection.execute(text("insert into journal_identity (identity) values (journal_identity_now())"))


MakeBench = Callable[..., Bench]


@pytest.fixture
def make_bench(stack: Stack, log: Log) -> Iterator[MakeBench]:
    """Makes a service of the given parts under a fresh name: databases, roles, migrations and, if wanted, topics."""
    made: list[Bench] = []

    def make(*, topics: bool = False, **parts: Any) -> Bench:
        name = parts.pop("name", None) or f"sample{next(_numbers)}"
        bench = bench_of(stack, Service(name=name, law=parts.pop("law", None), **parts))
        if topics:
            log.ensure_topics(name, 1)
        made.append(bench)
        return bench

    yield make
    for bench in made:
        bench.superuser.dispose()


def bench_of(stack: Stack, service: Service) -> Bench:
    """A service under its own name: databases, roles and migrations."""
    url = make_url(stack.environment()["SUPERUSER_DATABASE_URL"])
    name = service.name
    with psycopg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False), autocommit=True) as c:
        for role in ("owner", "api", "worker", "keyring"):
            with suppress(psycopg.errors.DuplicateObject):
                c.execute(f"create role {name}_{role} login password 'secret'")
        c.execute(f"create database {name} owner {name}_owner")
        c.execute(f"create database {name}_keyring owner {name}_keyring")

    def at(role: str, database: str) -> SecretStr:
        role_url = url.set(username=f"{name}_{role}", password="secret", database=database)  # noqa: S106 -- Lives for a test run.
        return SecretStr(role_url.render_as_string(hide_password=False))

    settings = ServiceSettings(
        url="http://127.0.0.1:1",
        owner_database_url=at("owner", name),
        api_database_url=at("api", name),
        worker_database_url=at("worker", name),
        keyring_database_url=at("keyring", f"{name}_keyring"),
        key_encryption_key=SecretStr(b64encode(urandom(32)).decode()),
    )
    migrate_service(service, settings)
    return Bench(service, settings, create_engine(url.set(database=name)))
