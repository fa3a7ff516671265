"""What killed command lines and keepers leave behind is found by its mark, taken over or ended; strangers are not."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from deploy.local import pids
from deploy.local.pids import is_gone
from deploy.local.processes import Command, Supervisor
from tests.libs.events.waiting import until

SLEEP = "import time; time.sleep(600)"
DEAF = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); {SLEEP}"
# As a keeper is where the kernel does not tie a child to it.
PARENT = f"import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[1]]); {SLEEP}"


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    supervisor = Supervisor(tmp_path)
    yield supervisor
    for family in pids.marked(tmp_path.resolve() / "run").values():
        for process in family:
            process.kill()


def launch(supervisor: Supervisor, *argv: str) -> psutil.Process:
    supervisor.launch(Command("one", (sys.executable, "-c", *argv)), os.environ)
    process = supervisor.find("one")
    assert process
    return process


def orphan(supervisor: Supervisor, code: str = SLEEP) -> psutil.Process:
    """What is left when a parent is killed."""
    parent = launch(supervisor, PARENT, code)
    until(lambda: bool(parent.children()), "the child")
    child = parent.children()[0]
    parent.kill()
    until(lambda: is_gone(parent), "the end of the parent")
    return child


def forget(tmp_path: Path) -> None:
    """What a command line leaves that is killed between a start and its note."""
    (tmp_path / "run" / "one.json").unlink()


def test_what_nobody_keeps_is_seen_and_ended(supervisor: Supervisor) -> None:
    child = orphan(supervisor)
    assert supervisor.left() == {"one": [child]}
    assert supervisor.mend() == ["one"]
    assert is_gone(child)
    assert supervisor.left() == {}


def test_what_nobody_keeps_and_is_deaf_is_killed(supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deploy.local.processes.LEFT_STOP_SECONDS", 0.1)
    child = orphan(supervisor, DEAF)
    until(lambda: supervisor.log("one").read_text() == "deaf\n", "deafness")
    assert supervisor.mend() == ["one"]
    assert is_gone(child)


def test_a_parent_that_lives_keeps_its_children(supervisor: Supervisor) -> None:
    parent = launch(supervisor, PARENT, SLEEP)
    until(lambda: bool(parent.children()), "the child")
    assert len(pids.marked(supervisor.log("one").parents[1].resolve() / "run")["one"]) == 2
    assert supervisor.left() == {}
    assert supervisor.mend() == []
    assert not is_gone(parent.children()[0])


def test_what_was_started_and_not_noted_is_taken_over(supervisor: Supervisor, tmp_path: Path) -> None:
    process = launch(supervisor, SLEEP)
    forget(tmp_path)
    assert supervisor.find("one") is None
    assert supervisor.mend() == []
    assert supervisor.find("one") == process
    assert not supervisor.launch(Command("one", (sys.executable, "-c", SLEEP)), os.environ)
    assert supervisor.stop("one")
    assert is_gone(process)


def test_a_stepped_clock_hides_nothing(supervisor: Supervisor, tmp_path: Path) -> None:
    process = launch(supervisor, SLEEP)
    note = tmp_path / "run" / "one.json"
    note.write_text(note.read_text().replace(f'"started": {process.create_time()}', '"started": 1000.0'))
    assert supervisor.find("one") is None
    supervisor.mend()
    assert supervisor.find("one") == process


def test_of_two_that_were_started_under_one_name_one_stays(supervisor: Supervisor, tmp_path: Path) -> None:
    first = launch(supervisor, SLEEP)
    forget(tmp_path)
    second = launch(supervisor, SLEEP)
    assert supervisor.mend() == ["one"]
    assert (is_gone(first), is_gone(second)) == (True, False)


def test_what_prepares_is_ended_with_the_rest(supervisor: Supervisor, tmp_path: Path) -> None:
    # A child of the command line, killed before it could wait for its end.
    run = f"""
import subprocess, sys
from deploy.local.processes import Supervisor
from pathlib import Path
Supervisor(Path({str(tmp_path)!r})).run("one", [sys.executable, "-c", {SLEEP!r}])
"""
    with subprocess.Popen([sys.executable, "-c", run]) as command_line:  # noqa: S603  # Written above.
        child = psutil.Process(command_line.pid)
        until(lambda: bool(child.children()), "the preparation")
        preparing = child.children()[0]
        until(lambda: bool(supervisor.left()), "its mark")
        command_line.kill()
    assert supervisor.mend() == ["one"]
    assert is_gone(preparing)


@pytest.mark.parametrize("mark", ["{other}/run/one", "one", "", "{root}/run"])
def test_a_process_of_another_stack_or_of_none_is_left_alone(supervisor: Supervisor, tmp_path: Path, mark: str) -> None:
    environment = os.environ | {pids.MARK: mark.format(other=tmp_path / "other", root=tmp_path)}
    with subprocess.Popen([sys.executable, "-c", SLEEP], env=environment) as stranger:  # noqa: S603  # Written above.
        assert supervisor.left() == {}
        assert supervisor.mend() == []
        assert stranger.poll() is None
        stranger.kill()


def test_a_folder_reached_by_another_way_is_the_same_stack(supervisor: Supervisor, tmp_path: Path) -> None:
    child = orphan(supervisor)
    (tmp_path / "link").symlink_to(tmp_path)
    assert Supervisor(tmp_path / "link").left() == {"one": [child]}
