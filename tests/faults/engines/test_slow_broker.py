"""A broker that stands still nine tenths of the time: the relay's memory stays bounded, and its backlog drains."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event as Flag
from threading import Thread
from time import monotonic

import psutil
import pytest

from deploy.local.stack import Stack
from libs.events.kafka import Log
from tests.faults.conftest import FiguresOf, MakeCounting
from tests.faults.processes import Process
from tests.faults.rows.conftest import reached, recorded
from tests.faults.test_crash_points import proved
from tests.libs.events.waiting import until

STILL_SECONDS, RUNS_SECONDS = 0.9, 0.1
TAKEN_MIN = 1_500
TAKEN_SECONDS_MAX = 180.0
MIB = 1 << 20
MORE_MIB_MAX = 64


@contextmanager
def slow(stack: Stack) -> Iterator[None]:
    """The broker runs a tenth of the time."""
    pid = next(part.pid for part in stack.status() if part.name == "kafka")
    assert pid
    over = Flag()

    def hold() -> None:
        while not over.is_set():
            os.kill(pid, signal.SIGSTOP)
            over.wait(STILL_SECONDS)
            os.kill(pid, signal.SIGCONT)
            over.wait(RUNS_SECONDS)

    thread = Thread(target=hold)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def mebibytes(process: Process) -> float:
    """What a process holds in memory."""
    assert process.running is not None
    held: int = psutil.Process(process.running.pid).memory_info().rss
    return held / MIB


@pytest.mark.faults
@pytest.mark.row(20)
def test_beside_a_slow_broker_memory_stays_bounded_and_the_backlog_drains(
    make_counting: MakeCounting, mortal: Stack, log: Log, figures_of: FiguresOf
) -> None:
    counting = make_counting()
    counting.start()
    with counting.load.running():
        until(lambda: counting.folded() > TAKEN_MIN / 10, "the first events being followed")
        before, taken = mebibytes(counting.relay), len(counting.load.acknowledged) + TAKEN_MIN
        with slow(mortal):
            until(lambda: len(counting.load.acknowledged) > taken, "commands being taken", TAKEN_SECONDS_MAX)
            backlog = counting.recorded() - counting.folded()
            more = mebibytes(counting.relay) - before
        due, began = recorded(counting), monotonic()
        until(lambda: reached(counting, due), "the backlog being followed")
        seconds = monotonic() - began
    found = proved(counting, log)
    assert not counting.load.refusals
    assert more < MORE_MIB_MAX
    figures_of(
        rounds=1,
        lost=found.lost,
        doubled=found.doubled,
        recovered=round(seconds, 1),
        backlog=backlog,
        relay_mib_more=round(more, 1),
        acknowledged=found.acknowledged,
    )
