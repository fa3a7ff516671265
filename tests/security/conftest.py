"""The whole product on engines of its own, the story told to it, and everything that it left behind."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import psycopg
import pytest

from deploy.local.postgresql import plain
from deploy.local.stack import Stack
from deploy.services import NAMES, service
from deploy.whole import Clock, bring_up, processes, settings_of
from tests.security.bad_requests import ask_badly
from tests.security.collector import Collector
from tests.security.places import Content, activity, engine_files, files, tables, topics, wal_segment
from tests.security.rest import Kept
from tests.security.story import Offices, settled, tell

# Exports leave at once, so that the last ones have left when the processes are told to end.
TELEMETRY = {"OTEL_BSP_SCHEDULE_DELAY": "200"}


@dataclass(frozen=True)
class Left:
    """What the story left: the engines still up, all processes ended, and every export and answer kept."""

    stack: Stack
    collector: Collector
    kept: Kept
    first_wal: str
    activity: bytes

    @property
    def superuser(self) -> str:
        """The URL that sees every row, as libpq reads it."""
        return superuser(self.stack)

    @property
    def kafka(self) -> str:
        """The brokers."""
        return self.stack.environment()["KAFKA_BOOTSTRAP_SERVERS"]

    @cached_property
    def tables(self) -> Mapping[str, bytes]:
        """Every table of every database."""
        return dict(tables(self.superuser))

    @cached_property
    def topics(self) -> Mapping[str, bytes]:
        """Every topic."""
        return dict(topics(self.kafka))

    @cached_property
    def files(self) -> Mapping[str, bytes]:
        """Logs, settings, and what the engines wrote as it came."""
        return dict(chain(files(self.stack.root), engine_files(self.stack.root, self.first_wal)))

    def log(self, process: str) -> bytes:
        """What a process wrote."""
        return (self.stack.root / "logs" / f"{process}.log").read_bytes()

    @property
    def exports(self) -> list[Content]:
        """Everything that was posted to the collector."""
        return list(self.collector.received)


@pytest.fixture(scope="package")
def left(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Left]:
    """The story, told once for all tests of this folder."""
    stack = Stack(tmp_path_factory.mktemp("whole"), given={})
    kept = Kept()
    with Collector() as collector, pytest.MonkeyPatch.context() as patch:
        for name, value in {**TELEMETRY, "OTLP_ENDPOINT": collector.endpoint}.items():
            patch.setenv(name, value)
        try:
            bring_up(stack)
            first_wal = wal_segment(superuser(stack))
            _tell(stack, kept)
            asked = activity(superuser(stack))
            for process in reversed(processes()):
                stack.stop_process(process.name)
            yield Left(stack, collector, kept, first_wal, asked)
        finally:
            stack.down()


def _tell(stack: Stack, kept: Kept) -> None:
    with settings_of(stack) as shared:
        offices, clock = Offices.of(shared, kept), Clock(shared)
        try:
            tell(offices, clock)
            ask_badly(offices)
            settled(lambda: followed(superuser(stack)))
        finally:
            clock.close()


def superuser(stack: Stack) -> str:
    """The URL that sees every row, as libpq reads it."""
    return plain(stack.environment()["SUPERUSER_DATABASE_URL"])


def followed(url: str) -> dict[str, tuple[int, int]]:
    """Of every service and source: how many events there are, and how many were followed."""
    known: dict[str, int] = {}
    done: dict[str, tuple[int, int]] = {}
    for name in NAMES:
        with psycopg.connect(url, dbname=name) as connection:
            known[name] = _number(connection, "select sum(sequence) from journal_head")
    for name in NAMES:
        for source in service(name).following.sources:
            with psycopg.connect(url, dbname=name) as connection:
                found = f"select sum(reacted) from checkpoint where follower = 'live' and source = '{source}'"
                done[f"{name} of {source}"] = known[source], _number(connection, found)
    return done


def _number(connection: psycopg.Connection, query: str) -> int:
    row = connection.execute(query.encode()).fetchone()
    return int(row[0] or 0) if row else 0
