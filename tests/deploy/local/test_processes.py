"""Processes in the background: remembered, told from strangers, ended for certain."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from deploy.local.failure import StackFailed
from deploy.local.processes import Command, Supervisor, answers
from deploy.local.state import HOST, State

SLEEP = "import time; time.sleep(600)"
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"


def python(name: str, code: str, **options: object) -> Command:
    return Command(name, (sys.executable, "-c", code), **options)  # type: ignore[arg-type]


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    supervisor = Supervisor(tmp_path)
    yield supervisor
    for name in supervisor.running():
        supervisor.kill(name)


@pytest.fixture
def stranger() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen([sys.executable, "-c", SLEEP]) as process:  # noqa: S603  # Written above.
        yield process
        process.kill()


def test_a_process_has_a_session_of_its_own(supervisor: Supervisor) -> None:
    assert supervisor.launch(python("one", SLEEP), os.environ)
    process = supervisor.find("one")
    assert process
    assert os.getsid(process.pid) == process.pid


def test_the_next_command_line_finds_what_the_last_one_started(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.launch(python("one", SLEEP), os.environ)
    next_one = Supervisor(tmp_path)
    assert not next_one.launch(python("one", SLEEP), os.environ)
    assert next_one.running() == ["one"]
    assert next_one.stop("one")
    assert supervisor.find("one") is None


def test_processes_are_listed_in_the_order_of_their_start(supervisor: Supervisor) -> None:
    for name in ("c", "a", "b"):
        supervisor.launch(python(name, SLEEP), os.environ)
    assert supervisor.running() == ["c", "a", "b"]


def test_a_server_is_ready_when_its_url_answers(supervisor: Supervisor, tmp_path: Path) -> None:
    port = str(State(tmp_path).port("served"))
    serve = (sys.executable, "-m", "http.server", port, "--bind", HOST, "--directory", str(tmp_path / "run"))
    command = Command("served", serve, ready=answers("SERVED_URL", "/served.json"))
    settings = os.environ | {"SERVED_URL": f"http://{HOST}:{port}", "http_proxy": "http://127.0.0.1:1"}
    supervisor.launch(command, settings)
    supervisor.await_ready(command, settings)
    assert command.ready(settings)


def test_a_process_that_ends_while_starting_is_named_with_its_log(supervisor: Supervisor) -> None:
    command = python("brief", "print('so it goes')", ready=lambda _: False)
    supervisor.launch(command, os.environ)
    with pytest.raises(StackFailed, match=r"^brief ended while starting: so it goes; see .*/logs/brief\.log$"):
        supervisor.await_ready(command, os.environ)
    assert supervisor.log("brief").read_text() == "so it goes\n"


def test_of_many_last_words_those_that_name_an_error_of_this_start_are_told(supervisor: Supervisor) -> None:
    for words in ("ERROR: of last time", "FATAL: no room is left\nHINT: make room"):
        command = python("wordy", f"print({words!r})", ready=lambda _: False)
        supervisor.launch(command, os.environ)
        with pytest.raises(StackFailed) as told:
            supervisor.await_ready(command, os.environ)
    assert str(told.value).startswith("wordy ended while starting: FATAL: no room is left; see ")


def test_waiting_for_a_process_has_an_end(supervisor: Supervisor) -> None:
    command = python("slow", SLEEP, ready=lambda _: False, start_seconds=0.1)
    supervisor.launch(command, os.environ)
    with pytest.raises(StackFailed, match=r"^slow is not ready after 0 s; see .*/logs/slow\.log$"):
        supervisor.await_ready(command, os.environ)


def test_a_program_that_is_not_there_is_named(supervisor: Supervisor) -> None:
    with pytest.raises(StackFailed, match="there is no program nowhere"):
        supervisor.launch(Command("lost", ("nowhere",)), os.environ)


def test_a_process_that_does_not_listen_is_killed_after_its_time(supervisor: Supervisor) -> None:
    command = python("deaf", DEAF, ready=lambda _: bool(supervisor.log("deaf").read_text()), stop_seconds=0.1)
    supervisor.launch(command, os.environ)
    supervisor.await_ready(command, os.environ)
    assert supervisor.stop("deaf")
    assert supervisor.find("deaf") is None
    assert not supervisor.stop("deaf")


def test_children_die_with_a_killed_process(supervisor: Supervisor) -> None:
    code = (
        f"import subprocess, sys; print(subprocess.Popen([sys.executable, '-c', {SLEEP!r}]).pid, flush=True); {SLEEP}"
    )
    command = python("parent", code, ready=lambda _: bool(supervisor.log("parent").read_text()))
    supervisor.launch(command, os.environ)
    supervisor.await_ready(command, os.environ)
    child = psutil.Process(int(supervisor.log("parent").read_text()))
    assert supervisor.kill("parent")
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE


def test_a_stranger_with_an_old_pid_is_left_alone(
    supervisor: Supervisor, tmp_path: Path, stranger: subprocess.Popen[bytes]
) -> None:
    supervisor.launch(python("one", SLEEP), os.environ)
    note = tmp_path / "run" / "one.json"
    text = note.read_text()
    supervisor.kill("one")
    note.write_text(json.dumps(json.loads(text) | {"pid": stranger.pid, "started": time.time() - 3600}))
    assert supervisor.find("one") is None
    assert not supervisor.stop("one")
    assert not supervisor.kill("one")
    assert stranger.poll() is None


def test_a_log_that_grew_too_long_is_put_aside(supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deploy.local.processes.LOG_BYTES_MAX", 3)
    log = supervisor.log("one")
    log.parent.mkdir()
    log.write_text("much")
    supervisor.launch(python("one", SLEEP), os.environ)
    assert log.with_suffix(".log.1").read_text() == "much"
