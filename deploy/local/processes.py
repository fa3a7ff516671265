"""Named processes in the background: `run/` remembers them for the next command line, `logs/` holds what they say."""

import json
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path
from typing import Any

import psutil

from deploy.local import pids
from deploy.local.deadline import holds_within
from deploy.local.failure import StackFailed
from deploy.local.files import PRIVATE, write_private

START_SECONDS = 60.0
STOP_SECONDS = 20.0
ANSWER_SECONDS = 2.0
LOG_BYTES_MAX = 10 << 20


def always(_environment: Mapping[str, str]) -> bool:
    """Ready as soon as it runs."""
    return True


@dataclass(frozen=True)
class Command:
    """What to run under a name, when it counts as ready, and how it is asked to end."""

    name: str
    argv: tuple[str, ...]
    ready: Callable[[Mapping[str, str]], bool] = always
    stop_signal: signal.Signals = signal.SIGTERM
    start_seconds: float = START_SECONDS
    stop_seconds: float = STOP_SECONDS


def answers(setting: str, path: str) -> Callable[[Mapping[str, str]], bool]:
    """Ready when the base URL in a setting, such as `REGISTRY_URL`, answers 200 under the path."""
    # A proxy of the environment must not stand between us and our own machine.
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def ready(environment: Mapping[str, str]) -> bool:
        try:
            with direct.open(environment[setting] + path, timeout=ANSWER_SECONDS) as answer:
                return bool(answer.status == HTTPStatus.OK)
        except (OSError, HTTPException):
            return False

    return ready


def aftercare(*words: str) -> tuple[str, ...]:
    """The command line that runs this program's own command line, such as `aftercare("api", "registry")`."""
    return (sys.executable, "-m", "deploy.cli", *words)


class Supervisor:
    """The processes of one folder, whichever command line started them."""

    def __init__(self, root: Path) -> None:
        self._run = root / "run"
        self._logs = root / "logs"

    def launch(self, command: Command, environment: Mapping[str, str]) -> bool:
        """Start a command in a session of its own; False when it runs already."""
        if self.find(command.name):
            return False
        program = shutil.which(command.argv[0], path=environment.get("PATH"))
        if program is None:
            raise StackFailed(f"{command.name}: there is no program {command.argv[0]}")
        process = pids.spawn((program, *command.argv[1:]), environment, self._fresh_log(command.name))
        note = {
            "pid": process.pid,
            "started": process.create_time(),
            "order": time.time(),
            "stop_signal": int(command.stop_signal),
            "stop_seconds": command.stop_seconds,
        }
        write_private(self._path(command.name), json.dumps(note))
        return True

    def run(self, name: str, argv: Sequence[str]) -> None:
        """Run a program to its end, what it prints going to a log; StackFailed when it fails."""
        with self._fresh_log(name).open("ab") as log:
            done = subprocess.run(argv, stdout=log, stderr=log, check=False)  # noqa: S603  # As `launch`.
        if done.returncode != 0:
            raise StackFailed(f"{name} could not be prepared: see {self.log(name)}")

    def await_ready(self, command: Command, environment: Mapping[str, str]) -> None:
        """Wait until a launched command is ready; StackFailed names its log when it ends or takes too long."""
        name = command.name
        settled = holds_within(command.start_seconds, lambda: self.find(name) is None or command.ready(environment))
        if self.find(name) is None:
            raise StackFailed(f"{name} ended while starting: see {self.log(name)}")
        if not settled:
            raise StackFailed(f"{name} is not ready after {command.start_seconds:.0f} s: see {self.log(name)}")

    def stop(self, name: str) -> bool:
        """Ask a process to end, then make it; False when it does not run."""
        process = self.find(name)
        if process is None:
            return False
        note = self._note(name)
        pids.ask_to_end(process, note["stop_signal"], note["stop_seconds"])
        self._path(name).unlink(missing_ok=True)
        return True

    def kill(self, name: str) -> bool:
        """SIGKILL a process and its children; False when it does not run."""
        process = self.find(name)
        if process is None:
            return False
        pids.kill(process)
        self._path(name).unlink(missing_ok=True)
        return True

    def find(self, name: str) -> psutil.Process | None:
        """The live process of that name: never a stranger that was given its old pid."""
        note = self._note(name)
        return pids.same_process(note["pid"], note["started"]) if note else None

    def running(self) -> list[str]:
        """Names of the processes that run, in the order of their start."""
        names = [path.stem for path in self._run.glob("*.json") if self.find(path.stem)]
        return sorted(names, key=lambda name: float(self._note(name)["order"]))

    def log(self, name: str) -> Path:
        """The file that takes what a process prints."""
        return self._logs / f"{name}.log"

    def _fresh_log(self, name: str) -> Path:
        log = self.log(name)
        log.parent.mkdir(parents=True, exist_ok=True)
        if log.exists() and log.stat().st_size > LOG_BYTES_MAX:
            log.replace(log.with_suffix(".log.1"))
        log.touch(PRIVATE)
        return log

    def _path(self, name: str) -> Path:
        return self._run / f"{name}.json"

    def _note(self, name: str) -> dict[str, Any]:
        try:
            return dict(json.loads(self._path(name).read_text()))
        except FileNotFoundError:
            return {}
