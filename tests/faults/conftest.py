"""The counting service as real processes on real engines."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from deploy.local.stack import Stack
from libs.events.checkpoints import LIVE, positions
from libs.events.journal import read_heads
from libs.events.settings import Mode
from libs.web.issuer import Issuer
from libs.web.roles import Role
from tests.conftest import Bench, MakeBench
from tests.faults import book
from tests.faults.clients import Caller, Load, count_notes
from tests.faults.counting import WRITING, reading_of
from tests.faults.partition import partition as partition
from tests.faults.processes import Process, environment_of, free_ports
from tests.libs.events.test_flow import level, verified
from tests.libs.events.waiting import until
from tests.libs.web.conftest import AUDIENCE, ISSUER
from tests.libs.web.sample import HOME

CLIENTS = 4
PACE_SECONDS = 0.01
START_SECONDS_MAX = 60.0
MIGRATIONS = "migrations"
KEEPER = ("-m", "deploy.local.keeper", sys.executable)


FiguresOf = Callable[..., None]


@pytest.fixture
def figures_of(request: pytest.FixtureRequest) -> FiguresOf:
    """Takes the figures of the row that the test tries, as `rounds=5, lost=0, doubled=0, recovered=1.2`.

    A crash point, which is no row of the book, is named first.
    """
    marker = request.node.get_closest_marker("row")

    def told(point: str | None = None, **figures: Any) -> None:
        rows = [str(number) for number in marker.args] if marker else [str(point)]
        for row in rows:
            request.node.user_properties.append((f"{row}: {request.node.name}", figures))

    return told


_tried: dict[str, Any] = {}


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """What a passed test told."""
    if report.when == "call" and report.passed:
        _tried.update((str(key), figures) for key, figures in report.user_properties)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Into the book, where the run is one for it."""
    if os.environ.get("FAULT_BOOK") and _tried and not hasattr(session.config, "workerinput"):
        book.keep(_tried)


@dataclass(frozen=True)
class Counting:
    """Two services and their processes: the API and the relay of one, the follower of the other and its API, `desk`.

    `rebuild` and `migrate` do their work once a start.
    """

    writer: Bench
    reader: Bench
    api: Process
    relay: Process
    follower: Process
    desk: Process
    rebuild: Process
    migrate: Process
    load: Load
    caller: Caller

    @property
    def processes(self) -> tuple[Process, ...]:
        """All of them."""
        return self.api, self.relay, self.follower, self.desk, self.rebuild, self.migrate

    def of(self, point: str) -> Process:
        """The process in which a crash point lies."""
        return {"append": self.api, "relay": self.relay, "follower": self.follower}[point.partition(".")[0]]

    def start(self) -> None:
        """Start all three, and return when commands are taken and followed."""
        for process in (self.relay, self.follower, self.api):
            process.start()
        self.await_verified()

    def await_verified(self) -> None:
        """Return when the relays have compared the tails."""
        until(lambda: verified(self.writer) and verified(self.reader), "the relays' verification", START_SECONDS_MAX)

    def await_level(self) -> None:
        """Return when everything is folded and reacted to."""
        until(lambda: level(self.writer, self.reader), "the follower being level", START_SECONDS_MAX)

    def forget_connections(self) -> None:
        """Drop the test's own connections, which a server that went away broke."""
        for bench in (self.writer, self.reader):
            bench.superuser.dispose()

    def recorded(self) -> int:
        """How many events the first journal holds."""
        with self.writer.superuser.connect() as connection:
            return sum(head.sequence for head in read_heads(connection))

    def folded(self) -> int:
        """How many of them were folded by the follower."""
        with self.reader.superuser.connect() as connection:
            return sum(checkpoint.sequence for checkpoint in positions(connection, LIVE).values())


MakeCounting = Callable[..., Counting]


@pytest.fixture
def make_counting(stack: Stack, make_bench: MakeBench, tmp_path: Path) -> Iterator[MakeCounting]:
    """Makes the two services with their processes, not started yet; whatever runs at the end is killed.

    `kept` puts each under the keeper of the product, so that a process that gives up is started again. What is
    told of staleness goes by the name in the events, `sample`, which only one service of a stack can have.
    """
    with ExitStack() as cleaning:

        def make(
            clients: int = CLIENTS, pace: float = PACE_SECONDS, *, kept: bool = False, name: str | None = None
        ) -> Counting:
            writer = make_bench(topics=True, name=name, **WRITING)
            reader = make_bench(topics=True, **reading_of(writer.service.name))
            counting = _assembled(stack, writer, reader, tmp_path, KEEPER if kept else ())
            load = replace(counting.load, tokens=counting.load.tokens[:clients], pace=pace)
            for process in counting.processes:
                cleaning.callback(process.kill)
            return replace(counting, load=load)

        yield make


def _assembled(stack: Stack, writer: Bench, reader: Bench, folder: Path, keeper: Sequence[str]) -> Counting:
    issuer = Issuer(folder / "issuer", mode=Mode.DEVELOPMENT, issuer=ISSUER, audience=AUDIENCE)
    shared = {
        "AFTERCARE_MODE": "development",
        "KAFKA_BOOTSTRAP_SERVERS": stack.environment()["KAFKA_BOOTSTRAP_SERVERS"],
        "TOKEN_ISSUER": ISSUER,
        "TOKEN_AUDIENCE": AUDIENCE,
        "TOKEN_JWKS": str(issuer.jwks),
    }
    w, r = writer.service.name, reader.service.name
    url, desk_url = (f"http://127.0.0.1:{port}" for port in islice(free_ports(), 2))
    writing = environment_of(w, writer.settings.model_copy(update={"url": url}), shared)
    reading = environment_of(r, reader.settings.model_copy(update={"url": desk_url}), shared)
    tokens = [issuer.mint(Role.COMMUNE_OFFICER, sub=f"client-{n}", units=[HOME]) for n in range(CLIENTS)]

    def process(name: str, environment: dict[str, str], *words: str) -> Process:
        kept = keeper if words[0] in {"api", "worker"} else ()
        return Process(name, (*kept, "-m", "tests.faults.process", *words), environment, folder)

    return Counting(
        writer,
        reader,
        process("api", writing, "api", w),
        process("relay", writing, "worker", w),
        process("follower", reading, "worker", r, w),
        process("desk", reading, "api", r, w),
        process("rebuild", reading, "rebuild", r, w),
        process("migrate", writing, "migrate", w, str(folder / MIGRATIONS)),
        Load(url, tokens, count_notes(HOME)),
        Caller(desk_url, tokens[0]),
    )
