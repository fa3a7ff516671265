"""The whole stack of one folder: PostgreSQL, Kafka and the processes of the services, up, down and in sight."""

import os
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

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
ELSEWHERE_SECONDS = 10.0


class Stack:
    """The stack of a folder; several stand side by side, each on ports of its own.

    `given` are the settings that may put a part elsewhere: those of this process unless told otherwise.
    """

    def __init__(self, root: Path = ROOT, given: Mapping[str, str] = os.environ) -> None:
        self.root = root.absolute()
        self.env_file = self.root / "env"
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
        with locked(self.root / "lock"):
            elsewhere = put_elsewhere(self._given, self._state)
            self._ask(elsewhere)
            self._state.elsewhere = elsewhere
            self._settle_ports()
            write_private(self.env_file, as_shell(self.environment()))
            return [*self._start_engines(), *self._start_processes(processes)]

    def down(self) -> list[str]:
        """Stop what runs, last started first, data kept; the names of what was stopped."""
        with locked(self.root / "lock"):
            # The order of first starts: a server that was started anew is still beneath what uses it.
            names = [*(engine.name for engine in self._engines), *self._process_names()]
            return [name for name in reversed(names) if self._supervisor.stop(name)]

    def stop_process(self, name: str) -> bool:
        """Stop one process of a service; False when it does not run."""
        return self._supervisor.stop(name)

    def status(self) -> list[Part]:
        """How each part is now; asking changes nothing."""
        settings = self.environment() if self.env_file.exists() else {}
        engines = [self._engine_part(engine, settings) for engine in self._engines]
        return [*engines, *(self._running_part(name, "") for name in self._process_names())]

    def environment(self) -> dict[str, str]:
        """Every setting, as `env` has it; ports, passwords and keys are made when first asked for."""
        return environment(self.root, self._state)

    def _process_names(self) -> list[str]:
        engines = {engine.name for engine in self._engines}
        return [name for name in self._supervisor.running() if name not in engines]

    def _here(self) -> list[Engine]:
        return [engine for engine in self._engines if engine.setting not in self._state.elsewhere]

    def _settle_ports(self) -> None:
        idle = [port for engine in self._here() if not engine.runs() for port in engine.ports]
        if not self._supervisor.running():
            idle.extend(f"{service}-api" for service in SERVICES)
        for part in idle:
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
            return Part(engine.name, Condition.STOPPED, address)
        condition = Condition.RUNNING if engine.answers(settings) else Condition.SILENT
        return self._running_part(engine.name, address, condition)

    def _running_part(self, name: str, address: str, condition: Condition = Condition.RUNNING) -> Part:
        process = self._supervisor.find(name)
        return Part(name, condition, address, process and process.pid, str(self._supervisor.log(name)))
