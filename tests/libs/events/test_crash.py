"""A crash point kills where it was told to, and is nothing otherwise."""

import os
import signal
import subprocess
import sys

import pytest

from libs.events.crash import POINTS, crash_point

CODE = """
from libs.events.crash import crash_point
for n in range(3):
    crash_point('relay.after-commit')
    print(n, flush=True)
"""


def run(crash_at: str | None) -> tuple[int, str]:
    environment = {name: value for name, value in os.environ.items() if name != "AFTERCARE_CRASH_AT"}
    if crash_at is not None:
        environment["AFTERCARE_CRASH_AT"] = crash_at
    done = subprocess.run([sys.executable, "-c", CODE], env=environment, capture_output=True, text=True, check=False)  # noqa: S603 -- Ours.
    return done.returncode, done.stdout


@pytest.mark.parametrize(
    ("crash_at", "code", "printed"),
    [
        (None, 0, "0\n1\n2\n"),
        ("append.before-commit", 0, "0\n1\n2\n"),
        ("relay.after-commit", -signal.SIGKILL, ""),
        ("relay.after-commit:3", -signal.SIGKILL, "0\n1\n"),
    ],
)
def test_a_crash_point_kills_at_its_pass(crash_at: str | None, code: int, printed: str) -> None:
    assert run(crash_at) == (code, printed)


def test_there_is_a_point_before_and_after_each_commit() -> None:
    places = {point.split(".")[0] for point in POINTS}
    assert set(POINTS) == {f"{place}.{when}-commit" for place in places for when in ("before", "after")}
    crash_point("relay.after-commit")
