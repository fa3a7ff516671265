"""Waiting until a server that was broken is used again."""

from collections.abc import Callable
from contextlib import suppress

from libs.events.database import Away
from tests.faults.conftest import Counting
from tests.libs.events.waiting import until

SECONDS_MAX = 60.0


def until_goes_on(counting: Counting) -> None:
    """Return when commands are taken again, and followed."""
    acknowledged = len(counting.load.acknowledged)
    until(lambda: len(counting.load.acknowledged) > acknowledged, "commands being taken", SECONDS_MAX)
    taken = len(counting.load.acknowledged)
    until(lambda: told(counting, counting.recorded) >= taken, "the server answering", SECONDS_MAX)
    recorded = told(counting, counting.recorded)
    until(lambda: told(counting, counting.folded) > recorded, "events being followed", SECONDS_MAX)


def told(counting: Counting, gauge: Callable[[], int]) -> int:
    """How many events there are; -1 while nobody can say."""
    with suppress(*Away):
        return gauge()
    counting.forget_connections()
    return -1
