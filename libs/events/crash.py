"""Named points at which a test may kill the process, to prove that nothing is lost there."""

import os
import signal
from collections import Counter

_ENVIRONMENT = "AFTERCARE_CRASH_AT"
POINTS = (
    "append.before-commit",
    "append.after-commit",
    "relay.before-commit",
    "relay.after-commit",
    "follower.before-commit",
    "follower.after-commit",
    "rebuild.before-commit",
    "rebuild.after-commit",
    "swap.before-commit",
    "swap.after-commit",
    "migration.before-commit",
    "migration.after-commit",
)
_passed: Counter[str] = Counter()


def crash_point(name: str) -> None:
    """Die here by SIGKILL when `AFTERCARE_CRASH_AT` is this name, or `name:n` for the n-th pass; else nothing."""
    if (wanted := os.environ.get(_ENVIRONMENT)) is None:
        return
    point, _, count = wanted.partition(":")
    if point != name:
        return
    _passed[name] += 1
    if _passed[name] == int(count or 1):
        os.kill(os.getpid(), signal.SIGKILL)
