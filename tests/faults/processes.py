"""Real processes of a service under test: started, killed, and told where to die."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local.state import is_free
from libs.events.settings import ServiceSettings
from tests.libs.events.waiting import until

START_SECONDS_MAX = 60.0
DEATH_SECONDS_MAX = 120.0
STOP_SECONDS_MAX = 20.0
CRASH = "AFTERCARE_CRASH_AT"


@dataclass
class Process:
    """A command line that is started again and again; what it says goes to one file."""

    name: str
    words: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    running: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def log(self) -> Path:
        """What it said, over all its lives."""
        return self.folder / f"{self.name}.log"

    def start(self, crash_at: str | None = None) -> None:
        """Start it, to die at a crash point if one is given."""
        crash = {} if crash_at is None else {CRASH: crash_at}
        with self.log.open("ab") as log:
            # A session of its own: a keeper is killed with what it keeps.
            self.running = subprocess.Popen(  # noqa: S603 -- Our own command line.
                (sys.executable, *self.words),
                env={**self.environment, **crash},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self.running is not None and self.running.poll() is None

    def await_death(self) -> float:
        """Wait until the crash point killed it; when that was."""
        until(lambda: not self.alive, f"the crash of {self.name}", DEATH_SECONDS_MAX)
        assert self.running is not None
        code, said = self.running.returncode, self.log.read_text("utf-8")[-2_000:]
        assert code == -signal.SIGKILL, f"{self.name} was to be killed and ended with {code}:\n{said}"
        return time.monotonic()

    def await_end(self) -> float:
        """Wait until it has done what it was started for; when that was."""
        until(lambda: not self.alive, f"the end of {self.name}", DEATH_SECONDS_MAX)
        assert self.running is not None
        code, said = self.running.returncode, self.log.read_text("utf-8")[-2_000:]
        assert code == 0, f"{self.name} ended with {code}:\n{said}"
        return time.monotonic()

    def kill(self) -> None:
        """SIGKILL it, and whatever it started."""
        if self.running is not None and self.alive:
            os.killpg(self.running.pid, signal.SIGKILL)
            self.running.wait(STOP_SECONDS_MAX)


def environment_of(name: str, settings: ServiceSettings, shared: Mapping[str, str]) -> dict[str, str]:
    """The environment of a process of that service."""
    own = {
        f"{name}_{field}".upper(): value if isinstance(value, str) else value.get_secret_value()
        for field, value in settings
        if value is not None
    }
    return {**os.environ, **shared, **own, "PYTHONUNBUFFERED": "1"}


def free_ports() -> Iterator[int]:
    """Ports that nobody listens on, below those of outgoing connections."""
    return (port for port in range(11_000 + os.getpid() % 900, 12_000) if is_free(port))
