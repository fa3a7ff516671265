"""A worker of the counting service that goes wrong when it is told to: `faulty HOW SIGNAL worker NAME SOURCE`.

It does so once, each time that the file SIGNAL appears, and takes the file away then; one that is restless always is.
"""

import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Event as Stop
from threading import Timer
from typing import Any

from libs.events.folding import Folding
from libs.events.follower import Follower
from libs.events.kafka import Member, pinned
from tests.faults import process

POLL_INTERVAL_MS_MAX = 5_000
SLOW_SECONDS = 20.0
TURN_SECONDS = 3.0
LEFT = "left the group"
_fold, _poll, _run = Folding.fold, Member.poll, Follower.run


def told(sign: Path) -> bool:
    """Whether it is to go wrong now."""
    try:
        sign.unlink()
    except FileNotFoundError:
        return False
    return True


def deaf(sign: Path) -> None:
    """One partition brings nothing any more, as one that the client's fetcher forgot."""
    lost: list[tuple[Member, tuple[str, int]]] = []

    def poll(member: Member, timeout_ms: int) -> Any:
        found = _poll(member, timeout_ms)
        events = [place for place in found if place[0].endswith(".events")]
        if events and told(sign):
            lost.append((member, events[0]))
        return {place: messages for place, messages in found.items() if (member, place) not in lost}

    Member.poll = poll  # type: ignore[method-assign,assignment]


def frozen(sign: Path) -> None:
    """The whole process stands still between a poll and its fold, until somebody wakes it."""

    def fold(folding: Folding, *batches: Any) -> None:
        if told(sign):
            os.kill(os.getpid(), signal.SIGSTOP)
        _fold(folding, *batches)

    Folding.fold = fold  # type: ignore[method-assign,assignment]


def slow(sign: Path) -> None:
    """A fold takes longer than the group allows; heartbeats go on."""
    pinned.POLL_INTERVAL_MS_MAX = POLL_INTERVAL_MS_MAX

    def fold(folding: Folding, *batches: Any) -> None:
        if told(sign):
            time.sleep(SLOW_SECONDS)
        _fold(folding, *batches)

    Folding.fold = fold  # type: ignore[method-assign,assignment]


def restless(_sign: Path) -> None:
    """Its follower leaves the group and joins it again every three seconds."""

    def run(follower: Follower, stop: Stop) -> None:
        while not stop.is_set():
            turn = Stop()
            leaving = Timer(TURN_SECONDS, turn.set)
            leaving.start()
            _run(follower, turn)
            print(LEFT, flush=True)

    Follower.run = run  # type: ignore[method-assign,assignment]


HOW: Mapping[str, Callable[[Path], None]] = {"deaf": deaf, "frozen": frozen, "slow": slow, "restless": restless}

if __name__ == "__main__":
    HOW[sys.argv[1]](Path(sys.argv[2]))
    sys.exit(process.main(*sys.argv[3:]))
