"""`kill -9` before and after every commit, under load: acknowledged commands lost 0, doubled effects 0."""

import random
import time

import pytest

from libs.events.crash import POINTS
from tests.faults.conftest import Counting, MakeCounting
from tests.faults.proofs import Figures, figures
from tests.libs.events.waiting import until
from libs.events.kafka import Log

ROUNDS = 10
PASSES_MAX = 40


def crash(counting: Counting, point: str, passes: int) -> float:
    """Let a process die at its n-th pass of a point and begin anew; the seconds until its work went on."""
    process = counting.of(point)
    process.kill()
    process.start(f"{point}:{passes}")
    died = process.await_death()
    gauge = counting.recorded if process is counting.api else counting.folded
    before = gauge()
    process.start()
    until(lambda: gauge() > before, f"{process.name} going on", 60)
    return time.monotonic() - died


def proved(counting: Counting, log: Log) -> Figures:
    """The figures once everything is level; they must hold."""
    counting.await_level()
    found = figures(counting.writer, counting.reader, log, counting.load.acknowledged)
    assert found.holds(), str(found)
    assert found.log_events == counting.recorded(), str(found)
    return found


def test_a_crash_at_each_point_loses_and_doubles_nothing(make_counting: MakeCounting, log: Log) -> None:
    counting = make_counting()
    counting.start()
    with counting.load.running():
        until(lambda: counting.folded() > 0, "the first events being followed")
        seconds = {point: crash(counting, point, 3) for point in POINTS}
    found = proved(counting, log)
    print(f"\n{found}; " + ", ".join(f"{point} {s:.1f} s" for point, s in seconds.items()))


@pytest.mark.faults
@pytest.mark.parametrize("point", POINTS)
def test_ten_crashes_at_a_point_lose_and_double_nothing(make_counting: MakeCounting, log: Log, point: str) -> None:
    counting = make_counting()
    counting.start()
    chance = random.Random(point)
    with counting.load.running():
        until(lambda: counting.folded() > 0, "the first events being followed")
        seconds = [crash(counting, point, chance.randint(1, PASSES_MAX)) for _ in range(ROUNDS)]
    found = proved(counting, log)
    print(f"\n{point}: {ROUNDS} rounds, {found}; work went on after {min(seconds):.1f} to {max(seconds):.1f} s")
