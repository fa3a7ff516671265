"""The worker process: its parts work side by side, and end together when one of them must not go on."""

import logging
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import closing
from threading import Event as Flag

import pytest
from sqlalchemy import text

from libs.events import worker
from libs.events.kafka import Log
from libs.events.service import Chore, Parts
from libs.events.worker import run_worker
from tests.conftest import MakeBench
from tests.libs.events.sample import note_projection
from tests.libs.events.test_flow import following


@pytest.fixture
def _handlers() -> Iterator[None]:
    """The handlers of signals as they were."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("_handlers")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_that_is_told_to_end_by_a_signal_ends_well(make_bench: MakeBench, log: Log, number: int) -> None:
    asked = Chore("asking", 60, lambda _parts: os.kill(os.getpid(), number))
    with closing(make_bench(topics=True, chores=[asked]).open("worker")) as parts:
        assert run_worker(parts, log)


def test_a_chore_that_failed_is_told_and_tried_again_at_its_next_turn(
    make_bench: MakeBench, log: Log, caplog: pytest.LogCaptureFixture
) -> None:
    stop, turns = Flag(), list[str]()

    def tidy(parts: Parts) -> None:
        turns.append(parts.service.name)
        if len(turns) == 3:
            stop.set()
        raise ZeroDivisionError("about somebody")

    bench = make_bench(topics=True, chores=[Chore("tidying", 0.01, tidy)])
    with closing(bench.open("worker")) as parts:
        assert run_worker(parts, log, stop), "a chore that fails does not end the worker"
    assert turns == [bench.service.name] * 3
    told = [record.message for record in caplog.records if record.name == "libs.events.worker"]
    assert told == [f"tidying of {bench.service.name} is tried again after ZeroDivisionError"] * 3


def test_a_part_that_must_not_go_on_ends_the_whole_worker(
    make_bench: MakeBench, log: Log, caplog: pytest.LogCaptureFixture
) -> None:
    """A relay that finds its topic emptied: the follower beside it ends as well, and the process begins anew."""
    caplog.set_level(logging.ERROR)
    source = make_bench(topics=True)
    reader = following(make_bench, source, note_projection("followed"))
    with reader.superuser.begin() as connection:
        connection.execute(text("insert into published (partition, sequence) values (3, 17)"))
    with closing(reader.open("worker")) as parts:
        assert not run_worker(parts, log)
    (told,) = [record.message for record in caplog.records if record.name == "libs.events.worker"]
    assert told.startswith("relay ends the worker: LogDiffers")


def test_a_part_that_waits_for_somebody_does_not_keep_a_worker_that_is_told_to_end(
    make_bench: MakeBench, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All parts together have so long, not each; whoever waits still dies with the process."""
    monkeypatch.setattr(worker, "STOP_SECONDS_MAX", 1.0)
    stop, answered = Flag(), Flag()
    all_wait = threading.Barrier(3, stop.set)

    def wait(_parts: Parts) -> None:
        all_wait.wait()
        answered.wait()

    bench = make_bench(topics=True, chores=[Chore(f"waiting {n}", 60, wait) for n in range(3)])
    with closing(bench.open("worker")) as parts:
        assert run_worker(parts, log, stop)
    waiting = [thread for thread in threading.enumerate() if thread.name.startswith("waiting")]
    assert [thread.daemon for thread in waiting] == [True] * 3
    answered.set()
