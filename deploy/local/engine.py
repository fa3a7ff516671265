"""What PostgreSQL and Kafka have in common here: a server that is prepared, started, asked, stopped and killed."""

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping

from deploy.local.processes import Command, Supervisor


class Engine(ABC):
    """A server of the stack; `start` returns when it answers, `stop` and `kill` when it is gone."""

    name: str
    setting: str  # Names the server; where it is set to a server elsewhere, this one is not run.
    ports: tuple[str, ...]

    def __init__(self, supervisor: Supervisor, environment: Callable[[], Mapping[str, str]]) -> None:
        self._supervisor = supervisor
        self._environment = environment

    @abstractmethod
    def prepare(self) -> None:
        """Make what the first start needs; nothing when it is there."""

    @abstractmethod
    def command(self) -> Command:
        """How the server is run."""

    @abstractmethod
    def answers(self, environment: Mapping[str, str]) -> bool:
        """Whether the server, here or elsewhere, answers now."""

    def launch(self) -> bool:
        """Begin to start; False when it runs already."""
        return self._supervisor.launch(self.command(), os.environ)

    def await_ready(self) -> None:
        """Wait until it answers; StackFailed names its log when it does not."""
        self._supervisor.await_ready(self.command(), self._environment())

    def start(self) -> bool:
        """Start it and wait until it answers; False when it ran already."""
        if not self.runs():
            self.prepare()
        started = self.launch()
        self.await_ready()
        return started

    def stop(self) -> bool:
        """Stop it in good order, its data kept; False when it did not run."""
        return self._supervisor.stop(self.name)

    def kill(self) -> bool:
        """End it as a power cut would; False when it did not run."""
        return self._supervisor.kill(self.name)

    def restart(self) -> None:
        """Stop it in good order and start it again."""
        self.stop()
        self.start()

    def address(self, environment: Mapping[str, str]) -> str:
        """Its `host:port`, never a password."""
        return environment.get(self.setting, "").rpartition("@")[2].partition("/")[0]

    def runs(self) -> bool:
        """Whether its process lives."""
        return self._supervisor.find(self.name) is not None
