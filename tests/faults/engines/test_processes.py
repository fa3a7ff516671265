"""Processes killed at random, and told to stop while nobody takes their traces: nothing is lost, nothing waits."""

import random
import signal
from statistics import median
from threading import Event as Flag
from time import monotonic

import pytest

from libs.events.kafka import Log
from tests.faults.conftest import Counting, FiguresOf, MakeCounting
from tests.faults.engines.collectors import COLLECTORS
from tests.faults.processes import STOP_SECONDS_MAX, Process
from tests.faults.test_crash_points import proved
from tests.libs.events.waiting import until

ROUNDS = 10
SEED = 20260315
APART_SECONDS_MAX = 3.0
PROMISED_SECONDS = 5.0
TAKEN = 200


@pytest.mark.faults
@pytest.mark.row(15)
def test_after_processes_killed_at_random_everything_converges(
    make_counting: MakeCounting, log: Log, figures_of: FiguresOf
) -> None:
    chance = random.Random(SEED)
    counting = make_counting()
    counting.start()
    killed = 0
    with counting.load.running():
        until(lambda: counting.folded() > 0, "the first events being followed")
        for _ in range(ROUNDS):
            for process in chance.sample([counting.api, counting.relay, counting.follower], chance.randint(1, 3)):
                Flag().wait(chance.uniform(0.0, APART_SECONDS_MAX))
                process.kill()
                process.start()
                killed += 1
    began = monotonic()
    found = proved(counting, log)
    figures_of(
        rounds=killed,
        lost=found.lost,
        doubled=found.doubled,
        recovered=round(monotonic() - began, 1),
        acknowledged=found.acknowledged,
    )


@pytest.mark.faults
@pytest.mark.row(16)
@pytest.mark.parametrize("collector", COLLECTORS)
def test_told_to_stop_while_nobody_takes_its_traces_a_process_ends_soon_and_loses_nothing(
    make_counting: MakeCounting, log: Log, figures_of: FiguresOf, collector: str
) -> None:
    with COLLECTORS[collector]() as endpoint:
        counting = tracing(make_counting(), endpoint)
        counting.start()
        seconds: list[float] = []
        with counting.load.running():
            for process in (counting.api, counting.relay, counting.follower):
                taken = len(counting.load.acknowledged) + TAKEN
                until(lambda taken=taken: len(counting.load.acknowledged) > taken, "commands being taken")  # type: ignore[misc]
                seconds.append(stopped(process))
                process.start()
        found = proved(counting, log)
    assert max(seconds) < PROMISED_SECONDS
    figures_of(
        rounds=len(seconds),
        lost=found.lost,
        doubled=found.doubled,
        ended_within=round(max(seconds), 1),
        acknowledged=found.acknowledged,
    )


@pytest.mark.faults
@pytest.mark.row(64)
@pytest.mark.parametrize("collector", COLLECTORS)
def test_a_collector_that_is_no_help_costs_commands_nothing(
    make_counting: MakeCounting, log: Log, figures_of: FiguresOf, collector: str
) -> None:
    with COLLECTORS[collector]() as endpoint:
        counting = make_counting()
        counting.start()
        without = waited(counting)
        stopped(counting.api)
        counting = tracing(counting, endpoint)
        counting.api.start()
        beside = waited(counting)
        found = proved(counting, log)
    assert not counting.load.refusals["503 unavailable"]
    figures_of(
        rounds=1,
        lost=found.lost,
        doubled=found.doubled,
        command_takes_of_before=round(beside / without, 2),
        acknowledged=found.acknowledged,
    )


def tracing(counting: Counting, endpoint: str) -> Counting:
    """The same, with processes that send traces and metrics there from their next start on."""
    for process in counting.processes:
        process.environment = {**process.environment, "OTLP_ENDPOINT": endpoint}
    return counting


def stopped(process: Process) -> float:
    """Tell a process to end; how many seconds it took."""
    assert process.running is not None
    began = monotonic()
    process.running.send_signal(signal.SIGTERM)
    process.running.wait(STOP_SECONDS_MAX)
    return monotonic() - began


def waited(counting: Counting) -> float:
    """How long a command takes, in the middle of some."""
    before = len(counting.load.acknowledged)
    with counting.load.running():
        until(lambda: len(counting.load.acknowledged) > before + TAKEN, "commands being taken")
    return median(one.waited for one in counting.load.acknowledged[before:])
