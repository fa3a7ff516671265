"""A server that has no connection left: callers are told to come again, and all goes on once there are some."""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from itertools import groupby
from threading import Event as Flag
from threading import Thread
from time import monotonic

import psycopg
import pytest

from deploy.local import postgresql
from deploy.local.postgresql import plain
from deploy.local.stack import Stack
from libs.events.kafka import Log
from tests.conftest import Bench
from tests.faults.clients import Caller
from tests.faults.conftest import Counting, FiguresOf, MakeCounting
from tests.faults.rows.mortal.going_on import until_goes_on
from tests.faults.test_crash_points import proved
from tests.libs.events.waiting import until

CONNECTIONS = "60"
ROUNDS, REFUSED_MIN = 3, 20
PAUSE_SECONDS, GREEDY_SECONDS, LOOKS = 0.05, 0.005, 20


@contextmanager
def all_taken(bench: Bench) -> Iterator[None]:
    """Somebody has every connection that the server gives, those of the API included."""
    url, stop, none_left = plain(bench.settings.api_database_url.get_secret_value()), Flag(), Flag()
    with ExitStack() as held:

        def take() -> None:
            while not stop.is_set():
                try:
                    held.enter_context(closing(psycopg.connect(url, application_name="greedy")))
                except psycopg.OperationalError:
                    none_left.set()
                    stop.wait(GREEDY_SECONDS)

        thread = Thread(target=take)
        thread.start()
        looks: list[int] = []
        try:
            until(none_left.is_set, "all connections being taken")
            until(lambda: looks.append(rid_of_the_api(bench)) or without(looks), "the API having none")  # type: ignore[func-returns-value]
            yield
        finally:
            stop.set()
            thread.join()


def without(looks: list[int]) -> bool:
    """Whether the last looks found no connection of the API: what it lost it tries to have again at once."""
    return len(looks) >= LOOKS and not any(looks[-LOOKS:])


def rid_of_the_api(bench: Bench) -> int:
    """End the API's connections; how many there were. A superuser's is always to be had."""
    with bench.superuser.connect() as connection:
        statement = "select pg_terminate_backend(pid) from pg_stat_activity where application_name = %s"
        return len(connection.exec_driver_sql(statement, (f"{bench.service.name} api",)).all())


@contextmanager
def asked(counting: Counting, *paths: str) -> Iterator[dict[str, list[int]]]:
    """What the API says of its health while the block runs."""
    stop, said = Flag(), {path: list[int]() for path in paths}

    def ask() -> None:
        caller = Caller(counting.load.base_url, counting.load.tokens[0])
        while not stop.wait(PAUSE_SECONDS):
            for path in paths:
                said[path].append(caller.send("GET", path).status)
        caller.close()

    thread = Thread(target=ask)
    thread.start()
    try:
        yield said
    finally:
        stop.set()
        thread.join()


@pytest.mark.faults
@pytest.mark.row(45)
def test_without_a_connection_left_callers_are_told_to_come_again_and_all_goes_on_after(
    make_counting: MakeCounting, mortal: Stack, log: Log, monkeypatch: pytest.MonkeyPatch, figures_of: FiguresOf
) -> None:
    monkeypatch.setitem(postgresql.SETTINGS, "max_connections", CONNECTIONS)
    mortal.postgresql.restart()
    counting = make_counting(kept=True)
    counting.start()
    seconds: list[float] = []
    with counting.load.running():
        until(lambda: counting.folded() > 0, "the first events being followed")
        with asked(counting, "/health/live", "/health/ready") as said:
            for _ in range(ROUNDS):
                with all_taken(counting.writer):
                    refused = counting.load.refusals.total() + REFUSED_MIN
                    until(lambda refused=refused: counting.load.refusals.total() > refused, "commands being refused")  # type: ignore[misc]
                began = monotonic()
                until_goes_on(counting)
                seconds.append(monotonic() - began)
    found = proved(counting, log)
    assert set(counting.load.refusals) == {"503 unavailable"}
    assert Counter(said["/health/live"]).keys() == {200}, "a live process is not restarted for it"
    changes = [status for status, _ in groupby(said["/health/ready"])]
    assert len(changes) - 1 <= 2 * ROUNDS, "it says that it is away, and that it is there again, once each time"
    figures_of(
        rounds=ROUNDS,
        lost=found.lost,
        doubled=found.doubled,
        recovered=round(max(seconds), 1),
        refused=counting.load.refusals.total(),
        ready_changes=len(changes) - 1,
        acknowledged=found.acknowledged,
    )
