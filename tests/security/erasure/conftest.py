"""The whole product with its four services, three people forgotten by it, and what it was and said before and after."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from psycopg import sql

from deploy.local.stack import Stack
from deploy.whole import Clock, bring_up, settings_of
from libs.events.digest import Digest
from tests.libs.events.waiting import until
from tests.security.collector import Collector
from tests.security.conftest import TELEMETRY, Left, followed, superuser
from tests.security.erasure.counting import digests, figures, known_on, ledger
from tests.security.erasure.dumping import dumps
from tests.security.erasure.locks import Keys, Lock, keys, locks
from tests.security.erasure.telling import Told, tell
from tests.security.places import activity, wal_segment
from tests.security.rest import Kept
from tests.security.story import Offices, settled


@dataclass(frozen=True)
class Moment:
    """What is counted, what is kept and what is held at one moment."""

    figures: Mapping[str, Any]
    ledger: list[dict[str, Any]]
    digests: Mapping[str, Digest]
    locks: list[Lock]
    keys: Keys
    dumps: Mapping[str, bytes]


@dataclass(frozen=True)
class World:
    """The product up and running, and who was told of."""

    left: Left
    offices: Offices
    told: Told

    @property
    def url(self) -> str:
        """The URL that sees every row."""
        return self.left.superuser

    def moment(self) -> Moment:
        """All of it as it is now."""
        until(self.figures_are_of_now, "the figures of now")
        counted = figures(self.offices.reporting), ledger(self.offices), digests()
        return Moment(*counted, locks(self.url), keys(self.url), dict(dumps(self.url)))

    def figures_are_of_now(self) -> bool:
        """Whether the figures answer for everything that was told."""
        with psycopg.connect(self.url, dbname="registry") as connection:
            connection.execute("insert into mark_request default values")
            row = connection.execute("select max(recorded_at) from journal").fetchone()
        return row is not None and known_on(self.offices.reporting) >= row[0]

    def settled(self) -> None:
        """Come back when every event was followed wherever it is followed."""
        settled(lambda: followed(self.url))

    def erase(self) -> "subprocess.CompletedProcess[str]":
        """The three erased in one, as those are whom somebody found to be the same person."""
        return self.aftercare("erase-subject", *(one.id for one in self.told.to_erase))

    def aftercare(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """A command of an operator, in a process of its own."""
        line = [sys.executable, "-m", "deploy.cli", *words, "--by", "an-operator"]
        environment = os.environ | self.left.stack.environment()
        return subprocess.run(line, env=environment, capture_output=True, text=True, check=False, timeout=120)  # noqa: S603 -- Ours.


@dataclass(frozen=True)
class Erased:
    """The world after the erasure, with what it was before."""

    world: World
    before: Moment
    after: Moment
    said: "subprocess.CompletedProcess[str]"


@pytest.fixture(scope="package")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The story told; one event of it is parked."""
    stack = Stack(tmp_path_factory.mktemp("erasing"), given={})
    with Collector() as collector, pytest.MonkeyPatch.context() as patch:
        for name, value in {**TELEMETRY, "OTLP_ENDPOINT": collector.endpoint}.items():
            patch.setenv(name, value)
        try:
            bring_up(stack)
            url, kept = superuser(stack), Kept()
            left = Left(stack, collector, kept, wal_segment(url), activity(url))
            with settings_of(stack) as shared:
                offices = Offices.of(shared, kept)
                with closing(Clock(shared)) as clock:
                    told = tell(offices, clock, failing_clubs(url))
                settled(lambda: followed(url))
                yield World(left, offices, told)
        finally:
            stack.down()


@pytest.fixture(scope="package")
def erased(world: World) -> Erased:
    """The three forgotten."""
    before = world.moment()
    said = world.erase()
    world.settled()
    return Erased(world, before, world.moment(), said)


@contextmanager
def failing_clubs(url: str) -> Iterator[None]:
    """The clubs cannot take in what they hear of somebody known, while the block runs, so that it is parked."""
    with psycopg.connect(url, dbname="clubs", autocommit=True) as connection:
        row = connection.execute("select live from projection_pointer where name = 'clubs.people'").fetchone()
        assert row is not None
        table = sql.Identifier(row[0])
        connection.execute(
            "create function no() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$"
        )
        trigger = sql.SQL("create trigger no before update on {} for each row execute function no()")
        connection.execute(trigger.format(table))
        yield
        until(lambda: bool(parked(url)), "an event parked")
        connection.execute(sql.SQL("drop trigger no on {}").format(table))
        connection.execute("drop function no")


def parked(url: str) -> list[tuple[str, str, str]]:
    """What is parked at the clubs: for whom, where it lies, and whose it is."""
    with psycopg.connect(url, dbname="clubs") as connection:
        found = connection.execute(
            "select taker, concat_ws('/', source, partition, sequence), subject from parked_event order by sequence"
        )
        return [(taker, at, subject) for taker, at, subject in found]
