"""Seeds of the simulated world: nothing is lost, doubled, early, late or out of order in any of them."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulation.running import run

SEEDS, AT_ONCE = 100, 10
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("first", range(0, SEEDS, AT_ONCE))
def test_every_promise_is_kept_whatever_happens(first: int) -> None:
    failed = {ended.seed: ended.broken for ended in map(run, range(first, first + AT_ONCE)) if ended.broken}
    assert failed == {}, f"replay with: make simulate SEEDS={next(iter(failed), first)}"


def test_a_seed_replays_exactly_also_in_another_process() -> None:
    here = run(7)
    command = [sys.executable, "-m", "tests.simulation", "--seeds", "7", "--trace"]
    there = subprocess.run(  # noqa: S603 -- Ourselves.
        command, cwd=ROOT, env={"PYTHONHASHSEED": "4711"}, capture_output=True, text=True, check=True
    )
    assert f"7 kept {here.steps} steps {here.trace}" in there.stdout
    assert run(8).trace != here.trace
