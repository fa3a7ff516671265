"""The whole stack of one folder: PostgreSQL, Kafka and the processes of the services, up, down and in sight."""

import os
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import psutil

from deploy.local.databases import SERVICES
from deploy.local.deadline import holds_within
from deploy.local.engine import Engine
from deploy.local.environment import as_shell, environment, put_elsewhere
from deploy.local.failure import StackFailed
from deploy.local.files import locked, write_private
from deploy.local.kafka import Kafka
from deploy.local.part import Condition, Part
from deploy.local.postgresql import Postgresql
from deploy.local.processes import Command, Supervisor
from deploy.local.state import State, is_free

ROOT = Path(__file__).parents[2] / ".local"
DEMONSTRATION = "demo"
ELSEWHERE_SECONDS = 10.0
# Another command line may be fetching the broker, or waiting for slow servers.
UP_PATIENCE_SECONDS = 300.0
DOWN_PATIENCE_SECONDS = 10.0


class Stack:
    """The stack of a folder; several stand side by side, each on ports of its own.

    `given` are the settings that may put a part elsewhere: those of this process unless told otherwise.
    """

    def __init__(self, root: Path = ROOT, given: Mapping[str, str] = os.environ) -> None:
        self.root = root.absolute()
        self.env_file = self.root / "env"
        # Locked by who makes a stack for one run, and throws it away.
        self.in_use = self.root.with_name(f"{self.root.name}.lock")
        self._given = given
        self._state = State(self.root)
        self._supervisor = Supervisor(self.root)
        self.postgresql = Postgresql(self.root, self._supervisor, self._state, self.environment)
        self.kafka = Kafka(self.root, self._supervisor, self._state, self.environment)
        self._engines: tuple[Engine, ...] = (self.postgresql, self.kafka)

    def up(self, processes: Sequence[Command] = ()) -> list[str]:
        """Start what does not run, wait until all of it answers, write `env`; the names of what was started.

        A part whose given setting names a server elsewhere is not started, only asked.
        """
        with locked(self.root / "lock", UP_PATIENCE_SECONDS):
            self._supervisor.mend()
            elsewhere = put_elsewhere(self._given, self._state)
            self._ask(elsewhere)
            self._state.elsewhere = elsewhere
            self._settle_ports(processes)
            write_private(self.env_file, as_shell(self.environment()))
            return [*self._start_engines(), *self._start_processes(processes)]

    def down(self) -> list[str]:
        """Stop what runs, last started first, data kept; the names of what was stopped.

        It has an end whatever died before or does not listen: what is not gone in its time is killed.
        """
        with locked(self.root / "lock", DOWN_PATIENCE_SECONDS):
            ended = self._supervisor.mend()
            # They do not need each other to stop, and a slow one shall not keep the others waiting.
            processes = self._stop(reversed(self._process_names()))
            # The order of first starts: a server that was started anew is still beneath what uses it.
            engines = self._stop(engine.name for engine in reversed(self._engines))
            return list(dict.fromkeys([*ended, *processes, *engines]))

    def beneath(self, name: str) -> "Stack":
        """A stack of its own in a folder of this one: all of it runs here, wherever the parts of this one run."""
        return Stack(self.root / name, given={})

    def stop_process(self, name: str) -> bool:
        """Stop one process of a service; False when it does not run."""
        return self._supervisor.stop(name)

    def status(self) -> list[Part]:
        """How each part is now; asking changes nothing."""
        settings = self.environment() if self.env_file.exists() else {}
        left = self._supervisor.left()
        engines = [self._engine_part(engine, settings) for engine in self._engines]
        names = dict.fromkeys([*self._process_names(), *(name for name in left if not self._is_engine(name))])
        return [*engines, *(self._process_part(name, left.get(name, ())) for name in names)]

    def environment(self) -> dict[str, str]:
        """Every setting, as `env` has it; ports, passwords and keys are made when first asked for."""
        return environment(self.root, self._state)

    def _stop(self, names: Iterable[str]) -> list[str]:
        names = list(names)
        with ThreadPoolExecutor(max(len(names), 1)) as pool:
            return [name for name, ran in zip(names, pool.map(self._supervisor.stop, names), strict=True) if ran]

    def _process_names(self) -> list[str]:
        return [name for name in self._supervisor.names() if not self._is_engine(name)]

    def _is_engine(self, name: str) -> bool:
        return name in {engine.name for engine in self._engines}

    def _here(self) -> list[Engine]:
        return [engine for engine in self._engines if engine.setting not in self._state.elsewhere]

    def _settle_ports(self, processes: Sequence[Command]) -> None:
        idle = [port for engine in self._here() if not engine.runs() for port in engine.ports]
        apis = [f"{service}-api" for service in SERVICES]
        if self._supervisor.running():
            apis = [
                name for name in apis if name in {one.name for one in processes} and not self._supervisor.find(name)
            ]
        for part in [*idle, *apis]:
            if not is_free(self._state.port(part)):
                self._state.choose_port(part)

    def _ask(self, elsewhere: Mapping[str, str]) -> None:
        for engine in self._engines:
            if engine.setting not in elsewhere:
                continue
            if not holds_within(ELSEWHERE_SECONDS, partial(engine.answers, elsewhere)):
                raise StackFailed(f"{engine.name} does not answer at {engine.address(elsewhere)}")

    def _start_engines(self) -> list[str]:
        here = self._here()
        # Kafka first: what has to be fetched may not be there.
        for engine in reversed(here):
            if not engine.runs():
                engine.prepare()
        # All begin before the first is waited for: they boot at the same time.
        started = [engine.name for engine in here if engine.launch()]
        for engine in here:
            engine.await_ready()
        return started

    def _start_processes(self, commands: Sequence[Command]) -> list[str]:
        settings = os.environ | self.environment() | {"PYTHONUNBUFFERED": "1"}
        started = [command.name for command in commands if self._supervisor.launch(command, settings)]
        for command in commands:
            self._supervisor.await_ready(command, settings)
        return started

    def _engine_part(self, engine: Engine, settings: dict[str, str]) -> Part:
        address = engine.address(settings)
        if settings and engine not in self._here():
            condition = Condition.ELSEWHERE if engine.answers(settings) else Condition.SILENT
            return Part(engine.name, condition, address)
        if not engine.runs():
            if engine.name in self._supervisor.names():
                return Part(engine.name, Condition.ENDED, address, log=self._log(engine.name))
            return Part(engine.name, Condition.STOPPED, address)
        condition = Condition.RUNNING if engine.answers(settings) else Condition.SILENT
        process = self._supervisor.find(engine.name)
        return Part(engine.name, condition, address, process and process.pid, self._log(engine.name))

    def _process_part(self, name: str, left: Sequence[psutil.Process]) -> Part:
        process = self._supervisor.find(name)
        if process is not None:
            return Part(name, Condition.RUNNING, "", process.pid, self._log(name))
        if left:
            return Part(name, Condition.ORPHANED, "", left[0].pid, self._log(name))
        return Part(name, Condition.ENDED, "", log=self._log(name))

    def _log(self, name: str) -> str:
        return str(self._supervisor.log(name))
