"""Waiting with an end: ask again and again until it is so or the time is up."""

import time
from collections.abc import Callable

POLL_SECONDS = 0.05


def holds_within(seconds: float, condition: Callable[[], bool]) -> bool:
    """Whether the condition became true in time; it is asked at least once."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() >= end:
            return False
        time.sleep(POLL_SECONDS)
    return True
