"""The keeper: what it runs is started again when it fails, told to end when it is, and never outlives it."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from deploy.local import keeper
from deploy.local.pids import is_gone
from tests.libs.events.waiting import until

SAY = "import os, sys, time; open(sys.argv[1], 'a').write(f'{os.getpid()} ')"
SECONDS = 20.0
# Much less than the pause after the fourth failure.
PROMPT_SECONDS = 1.5
Keep = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def told(tmp_path: Path) -> Path:
    return tmp_path / "told"


@pytest.fixture
def keep(told: Path) -> Iterator[Keep]:
    """Keeps a child that tells its pid, then does `code`; all of it is killed in the end."""
    started: list[subprocess.Popen[bytes]] = []

    def start(code: str, *how: str) -> subprocess.Popen[bytes]:
        words = how or ("-m", keeper.__name__)
        child = (sys.executable, "-c", f"{SAY}; {code}", str(told))
        started.append(subprocess.Popen((sys.executable, *words, *child)))  # noqa: S603 -- Written here.
        return started[-1]

    yield start
    for one in started:
        one.kill()
        one.wait()
    for pid in pids(told):
        if psutil.pid_exists(pid):
            psutil.Process(pid).kill()


def pids(told: Path) -> list[int]:
    return [int(word) for word in told.read_text().split()] if told.exists() else []


def lives(pid: int) -> bool:
    return psutil.pid_exists(pid) and not is_gone(psutil.Process(pid))


def test_what_fails_is_started_again(keep: Keep, told: Path) -> None:
    keep("sys.exit(3)")
    until(lambda: len(pids(told)) > 1, "a second start", SECONDS)


def test_what_ends_well_is_not_started_again(keep: Keep, told: Path) -> None:
    assert keep("sys.exit(0)").wait(SECONDS) == 0
    assert len(pids(told)) == 1


def test_who_is_told_to_end_passes_it_on(keep: Keep, told: Path) -> None:
    kept = keep("time.sleep(600)")
    until(lambda: bool(pids(told)), "the child", SECONDS)
    kept.terminate()
    kept.wait(SECONDS)
    assert not lives(pids(told)[0])


def test_who_is_told_to_end_between_two_tries_ends_at_once_and_tries_no_more(keep: Keep, told: Path) -> None:
    kept = keep("sys.exit(3)")
    until(lambda: len(pids(told)) == 4, "the fourth start", SECONDS)
    until(lambda: not lives(pids(told)[3]), "its end", SECONDS)
    kept.terminate()
    kept.wait(PROMPT_SECONDS)
    assert len(pids(told)) == 4


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can bind a child to its parent's life")
def test_nothing_outlives_a_killed_keeper(keep: Keep, told: Path) -> None:
    kept = keep("time.sleep(600)")
    until(lambda: bool(pids(told)), "the child", SECONDS)
    kept.kill()
    until(lambda: not lives(pids(told)[0]), "the end of the child", SECONDS)


def test_without_being_bound_to_it_a_child_outlives_its_keeper(keep: Keep, told: Path) -> None:
    unbound = "import sys; from deploy.local import keeper; keeper._ending_with = lambda _: None;"
    kept = keep("time.sleep(600)", "-c", f"{unbound} keeper.keep(sys.argv[1:])")
    until(lambda: bool(pids(told)), "the child", SECONDS)
    kept.kill()
    kept.wait()
    assert lives(pids(told)[0])
