"""Whatever was killed, of the services, the servers or a command line: `down` ends soon, and the next `up` mends it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import psutil
import pytest

from deploy.local import pids
from deploy.local.files import locked
from deploy.local.part import Condition
from deploy.local.pids import is_gone
from deploy.local.stack import Stack
from deploy.services import NAMES, service
from deploy.whole import issuer, processes, settings_of
from libs.events.kafka import Log
from libs.events.service import migrate_service
from libs.events.settings import service_settings
from tests.libs.events.waiting import until

# A service that does not end is killed after five seconds, and then the servers stop.
DOWN_SECONDS_MAX = 12.0
REGISTRY = [command for command in processes() if command.name.startswith("registry-")]
UP = """
import os, signal, subprocess, sys
from pathlib import Path
from deploy.local.processes import Supervisor
from deploy.local.stack import Stack

root, last = sys.argv[1:]
run, remember = subprocess.run, Supervisor._remember

def run_or_die(line, check, **how):
    if last in " ".join(line):
        subprocess.Popen(line, **how)
        os.kill(os.getpid(), signal.SIGKILL)
    return run(line, check=check, **how)

def remember_or_die(supervisor, name, *what):
    if last == f"note of {name}":
        os.kill(os.getpid(), signal.SIGKILL)
    remember(supervisor, name, *what)

subprocess.run, Supervisor._remember = run_or_die, remember_or_die
Stack(Path(root), given={}).up()
"""
# In the order in which an `up` comes to them: two programs that prepare, and two servers.
LAST_ACTS = ("kafka.tools.StorageTool", "initdb", "note of postgresql", "note of kafka")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack of this module's own that the registry can be started on."""
    stack = Stack(tmp_path_factory.mktemp("served"), given={})
    stack.up()
    with settings_of(stack) as shared:
        issuer(shared)
        migrate_service(service("registry"), service_settings("registry"))
        log = Log(shared.kafka_bootstrap_servers)
        for name in NAMES:
            log.ensure_topics(name, 1)
    yield stack
    stack.down()


@pytest.fixture
def running(served: Stack) -> Stack:
    """All of it runs, the registry's worker and API too, each once."""
    served.up(REGISTRY)
    conditions = {part.name: part.condition for part in served.status()}
    assert conditions == dict.fromkeys(["postgresql", "kafka", *(one.name for one in REGISTRY)], Condition.RUNNING)
    assert {name: len(family) for name, family in alive(served).items() if name.startswith("registry")} == {
        "registry-worker": 2,
        "registry-api": 2,
    }
    return served


def alive(stack: Stack) -> dict[str, list[psutil.Process]]:
    return pids.marked(stack.root.resolve() / "run")


def process(stack: Stack, name: str) -> psutil.Process:
    return next(psutil.Process(part.pid) for part in stack.status() if part.name == name)


def kill(*doomed: psutil.Process) -> None:
    for one in doomed:
        os.kill(one.pid, signal.SIGKILL)
    until(lambda: all(map(is_gone, doomed)), "their end")


def goes_down_in_time(stack: Stack) -> None:
    begun = monotonic()
    stack.down()
    assert monotonic() - begun < DOWN_SECONDS_MAX
    assert alive(stack) == {}
    assert {part.condition for part in stack.status()} == {Condition.STOPPED}


def test_killed_keepers_are_told_and_started_again(running: Stack) -> None:
    kill(process(running, "registry-worker"), process(running, "registry-api"))
    until(lambda: not any(name.startswith("registry") for name in alive(running)), "the end of what they kept")
    ended = {part.name for part in running.status() if part.condition is Condition.ENDED}
    assert ended == {"registry-worker", "registry-api"}
    assert running.up(REGISTRY) == ["registry-worker", "registry-api"]
    goes_down_in_time(running)


def test_killed_children_keep_nobody_waiting(running: Stack) -> None:
    kill(*(process(running, one.name).children()[0] for one in REGISTRY))
    goes_down_in_time(running)


@pytest.mark.parametrize("engine", ["postgresql", "kafka"])
def test_services_without_a_server_go_down_in_time(running: Stack, engine: str) -> None:
    kill(process(running, engine))
    assert [part.name for part in running.status() if part.condition is Condition.ENDED] == [engine]
    goes_down_in_time(running)


def test_after_a_restart_of_the_machine_old_notes_name_nobody(running: Stack) -> None:
    noted = {part.name: part.pid for part in running.status()}
    kill(*(one for family in alive(running).values() for one in family))
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]) as stranger:
        for note in (running.root / "run").glob("*.json"):
            note.write_text(note.read_text().replace(f'"pid": {noted[note.stem]}', f'"pid": {stranger.pid}'))
        assert {part.condition for part in running.status()} == {Condition.ENDED}
        goes_down_in_time(running)
        assert running.up(REGISTRY) == ["postgresql", "kafka", "registry-worker", "registry-api"]
        assert stranger.poll() is None
        stranger.kill()


def test_an_up_that_is_killed_again_and_again_is_mended_by_the_next(tmp_path: Path) -> None:
    stack = Stack(tmp_path, given={})
    try:
        for last in LAST_ACTS:
            command_line = subprocess.run([sys.executable, "-c", UP, str(tmp_path), last], check=False)  # noqa: S603  # Ours.
            assert command_line.returncode == -signal.SIGKILL
            assert stack.status()
        assert stack.up() == []
        assert [part.condition for part in stack.status()] == [Condition.RUNNING, Condition.RUNNING]
        assert [len(list(filter(pids.leads, alive(stack)[name]))) for name in ("postgresql", "kafka")] == [1, 1]
    finally:
        goes_down_in_time(stack)


def test_a_down_beside_a_busy_command_line_says_who_is_busy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deploy.local.stack.DOWN_PATIENCE_SECONDS", 0.1)
    with locked(tmp_path / "lock"), pytest.raises(Exception, match=f"^process {os.getpid()} has been busy with "):
        Stack(tmp_path, given={}).down()
