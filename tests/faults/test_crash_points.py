"""`kill -9` before and after every commit, under load: acknowledged commands lost 0, doubled effects 0."""

import random
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from libs.events.crash import POINTS
from libs.events.kafka import Log
from tests.faults.conftest import Counting, MakeCounting
from tests.faults.proofs import Figures, figures
from tests.libs.events.waiting import until

ROUNDS = 10
PASSES = (2, 30)
PLACES = ("append", "relay", "follower")


def crashes(counting: Counting, at: Sequence[str]) -> list[float]:
    """Let one process die at each of these points, one life after the other; the seconds until its work went on.

    It went on once something is recorded, or for relay and follower folded, that was not recorded when it died. A life
    that ended before that has none.
    """
    process = counting.of(at[0])
    gauge = counting.recorded if process is counting.api else counting.folded
    process.kill()
    process.start(at[0])
    seconds = []
    for following in (*at[1:], None):
        died, before = process.await_death(), counting.recorded()
        process.start(following)
        until(lambda before=before: gauge() > before or not process.alive, f"{process.name} going on", 60)  # type: ignore[misc]
        if gauge() > before:
            seconds.append(time.monotonic() - died)
    return seconds


def proved(counting: Counting, log: Log) -> Figures:
    """The figures once everything is level; they must hold."""
    counting.await_level()
    found = figures(counting.writer, counting.reader, log, counting.load.acknowledged)
    assert found.holds(), str(found)
    assert found.log_events == counting.recorded(), str(found)
    return found


def test_a_crash_at_each_point_loses_and_doubles_nothing(make_counting: MakeCounting, log: Log) -> None:
    counting = make_counting(clients=2, pace=0.05)
    counting.start()
    with counting.load.running():
        until(lambda: counting.folded() > 0, "the first events being followed")
        # Each process dies twice, and all three at about the same time.
        lives = [[f"{point}:3" for point in POINTS if point.startswith(place)] for place in PLACES]
        with ThreadPoolExecutor() as together:
            seconds = [max(each) for each in together.map(lambda at: crashes(counting, at), lives)]
    found = proved(counting, log)
    print(f"\n6 crashes: {found}; work went on within {', '.join(f'{s:.1f}' for s in seconds)} s")


@pytest.mark.faults
@pytest.mark.parametrize("point", POINTS)
def test_ten_crashes_at_a_point_lose_and_double_nothing(make_counting: MakeCounting, log: Log, point: str) -> None:
    counting = make_counting()
    counting.start()
    chance = random.Random(point)
    with counting.load.running():
        until(lambda: counting.folded() > 0, "the first events being followed")
        seconds = crashes(counting, [f"{point}:{chance.randint(*PASSES)}" for _ in range(ROUNDS)])
    found = proved(counting, log)
    print(f"\n{point}: {ROUNDS} crashes: {found}; work went on after {min(seconds):.1f} to {max(seconds):.1f} s")
