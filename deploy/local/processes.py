"""Named processes in the background: `run/` remembers them for the next command line, `logs/` holds what they say."""

import json
import os
import re
import shutil
import signal
import subprocess
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
STOP_SECONDS = 10.0
# Of what nobody keeps any more; it is made to bear a kill.
LEFT_STOP_SECONDS = 3.0
ANSWER_SECONDS = 2.0
LOG_BYTES_MAX = 10 << 20
LAST_WORDS_MAX = 160
# Servers go on talking after they said what was wrong.
TELLING = re.compile(r"error|fatal|exception|^aftercare: ", re.IGNORECASE)


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


class Supervisor:
    """The processes of one folder, whichever command line started them."""

    def __init__(self, root: Path) -> None:
        self._run = root.resolve() / "run"
        self._logs = root / "logs"
        self._said_before: dict[str, int] = {}

    def launch(self, command: Command, environment: Mapping[str, str]) -> bool:
        """Start a command in a session of its own; False when it runs already."""
        if self.find(command.name):
            return False
        program = shutil.which(command.argv[0], path=environment.get("PATH"))
        if program is None:
            raise StackFailed(f"{command.name}: there is no program {command.argv[0]}")
        line, log = (program, *command.argv[1:]), self._fresh_log(command.name)
        process = pids.spawn(line, self._with_mark(command.name, environment), log)
        self._remember(command.name, process, command.stop_signal, command.stop_seconds)
        return True

    def run(self, name: str, argv: Sequence[str]) -> None:
        """Run a program to its end, what it prints going to a log; StackFailed when it fails."""
        with self._fresh_log(name).open("ab") as log:
            marked = self._with_mark(name, os.environ)
            done = subprocess.run(argv, env=marked, stdout=log, stderr=log, check=False)  # noqa: S603  # As `launch`.
        if done.returncode != 0:
            raise StackFailed(f"{name} could not be prepared{self._last_words(name)}")

    def await_ready(self, command: Command, environment: Mapping[str, str]) -> None:
        """Wait until a launched command is ready; StackFailed names its log when it ends or takes too long."""
        name = command.name
        settled = holds_within(command.start_seconds, lambda: self.find(name) is None or command.ready(environment))
        if self.find(name) is None:
            raise StackFailed(f"{name} ended while starting{self._last_words(name)}")
        if not settled:
            seconds = f"{command.start_seconds:.0f} s"
            raise StackFailed(f"{name} is not ready after {seconds}{self._last_words(name)}")

    def stop(self, name: str) -> bool:
        """Ask a process to end, then make it; False when it does not run."""
        process = self.find(name)
        if process is not None:
            note = self._note(name)
            pids.ask_to_end([process], note["stop_signal"], note["stop_seconds"])
        self._path(name).unlink(missing_ok=True)
        return process is not None

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

    def names(self) -> list[str]:
        """Names of what was started and not stopped, in that order; some may have ended by themselves."""
        names = [path.stem for path in self._run.glob("*.json")]
        return sorted(names, key=lambda name: float(self._note(name)["order"]))

    def running(self) -> list[str]:
        """Names of the processes that run, in the order of their start."""
        return [name for name in self.names() if self.find(name)]

    def left(self) -> dict[str, list[psutil.Process]]:
        """What carries the mark of a name and is not, or is not below, the process noted under it."""
        found: dict[str, list[psutil.Process]] = {}
        for name, processes in pids.marked(self._run).items():
            noted = self.find(name)
            kept = pids.with_children([noted] if noted else [])
            if rest := [process for process in processes if process.pid not in kept]:
                found[name] = rest
        return found

    def mend(self) -> list[str]:
        """Bring notes and processes together after a kill; the names of what was ended.

        What a killed command line started and could not note is noted; what is left of a process that is gone is
        ended, for nobody would start it again.
        """
        for name, processes in self.left().items():
            leader = next(filter(pids.leads, processes), None)
            if leader and not self.find(name):
                # How it wants to be stopped was not noted; this signal stops every part in good order.
                self._remember(name, leader, signal.SIGINT, STOP_SECONDS)
        left = self.left()
        pids.ask_to_end([one for processes in left.values() for one in processes], signal.SIGTERM, LEFT_STOP_SECONDS)
        return list(left)

    def log(self, name: str) -> Path:
        """The file that takes what a process prints."""
        return self._logs / f"{name}.log"

    def _remember(self, name: str, process: psutil.Process, stop_signal: signal.Signals, stop_seconds: float) -> None:
        note = {
            "pid": process.pid,
            "started": process.create_time(),
            "order": time.time(),
            "stop_signal": int(stop_signal),
            "stop_seconds": stop_seconds,
        }
        write_private(self._path(name), json.dumps(note))

    def _with_mark(self, name: str, environment: Mapping[str, str]) -> dict[str, str]:
        return {**environment, pids.MARK: str(self._run / name)}

    def _fresh_log(self, name: str) -> Path:
        log = self.log(name)
        log.parent.mkdir(parents=True, exist_ok=True)
        if log.exists() and log.stat().st_size > LOG_BYTES_MAX:
            log.replace(log.with_suffix(".log.1"))
        log.touch(PRIVATE)
        self._said_before[name] = log.stat().st_size
        return log

    def _last_words(self, name: str) -> str:
        """What a process that did not start said about it, and where all of it lies."""
        with self.log(name).open("rb") as log:
            log.seek(self._said_before.get(name, 0))
            lines = [line.strip() for line in log.read().decode("utf-8", "replace").splitlines() if line.strip()]
        telling = [line for line in lines if TELLING.search(line)] or lines
        said = f": {telling[-1][:LAST_WORDS_MAX]}" if telling else ""
        return f"{said}; see {self.log(name)}"

    def _path(self, name: str) -> Path:
        return self._run / f"{name}.json"

    def _note(self, name: str) -> dict[str, Any]:
        try:
            return dict(json.loads(self._path(name).read_text()))
        except FileNotFoundError:
            return {}
