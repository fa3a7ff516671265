"""Waiting for what another thread or process will do, with a deadline."""

from collections.abc import Callable
from threading import Event as Flag
from time import monotonic

SECONDS_MAX = 90.0
STEP_SECONDS = 0.02


def until(holds: Callable[[], bool], what: str, seconds: float = SECONDS_MAX) -> None:
    """Return as soon as it holds; fail when it does not in time."""
    deadline = monotonic() + seconds
    pause = Flag()
    while not holds():
        assert monotonic() < deadline, f"{what} did not happen within {seconds} s"
        pause.wait(STEP_SECONDS)
