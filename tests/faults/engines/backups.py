"""Databases put back as they were, in every way that leaves them looking alive: under services that go on running."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import psycopg

from deploy.local.postgresql import plain
from deploy.local.stack import Stack
from deploy.local.wheel import hand_over, program
from tests.conftest import Bench
from tests.libs.events.waiting import until


class Backup(Protocol):
    """One way to take a database as it is now, and to put it back later."""

    def take(self) -> None:
        """Keep it as it is."""

    def put_back(self) -> None:
        """Have it as it was; the server answers again."""


class Files:
    """The server's files, copied while it is down: the same cluster, timeline and database, of an older day."""

    def __init__(self, stack: Stack, _bench: Bench) -> None:
        self._server = stack.postgresql
        self._data = stack.root / "postgresql" / "data"
        self._kept = stack.root / "postgresql" / "kept"

    def take(self) -> None:
        self._server.stop()
        shutil.rmtree(self._kept, ignore_errors=True)
        shutil.copytree(self._data, self._kept, copy_function=_copy)
        _own(self._data, self._kept)
        self._server.start()

    def put_back(self) -> None:
        self._server.stop()
        shutil.rmtree(self._data)
        self._kept.rename(self._data)
        self._server.start()


class Replica:
    """A replica that lags behind, and is promoted when the first server is gone."""

    def __init__(self, stack: Stack, _bench: Bench) -> None:
        self._server = stack.postgresql
        self._url = plain(stack.environment()["SUPERUSER_DATABASE_URL"])
        self._environment = stack.environment()
        self._data = stack.root / "postgresql" / "data"
        self._kept = stack.root / "postgresql" / "kept"

    def take(self) -> None:
        shutil.rmtree(self._kept, ignore_errors=True)
        self._kept.mkdir(mode=0o700)
        hand_over(self._kept)
        run("pg_basebackup", "-d", self._url, "-D", str(self._kept), "--checkpoint=fast")
        (self._kept / "standby.signal").touch()
        _own(self._data / "PG_VERSION", self._kept / "standby.signal")

    def put_back(self) -> None:
        self._server.kill()
        shutil.rmtree(self._data)
        self._kept.rename(self._data)
        self._server.prepare()
        self._server.launch()
        until(lambda: self._server.answers(self._environment), "the replica answering")
        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute("select pg_promote()")
        self._server.await_ready()


class Dump:
    """A dump of one database, read back over it: no connection breaks, and the server never stopped."""

    def __init__(self, stack: Stack, bench: Bench) -> None:
        url = stack.environment()["SUPERUSER_DATABASE_URL"]
        self._url = plain(url).rpartition("/")[0] + f"/{bench.service.name}"
        self._file = stack.root / "postgresql" / "dump"

    def take(self) -> None:
        self._file.unlink(missing_ok=True)
        self._file.parent.joinpath("dump").touch()
        hand_over(self._file)
        run("pg_dump", "-Fc", "-d", self._url, "-f", str(self._file))

    def put_back(self) -> None:
        run("pg_restore", "--clean", "--if-exists", "--single-transaction", "-d", self._url, str(self._file))


def run(name: str, *arguments: str) -> None:
    """One of PostgreSQL's programs, to its good end."""
    done = subprocess.run(program(name, *arguments), capture_output=True, text=True, check=False)  # noqa: S603 -- Ours.
    assert done.returncode == 0, done.stderr


def _copy(source: str, target: str) -> str:
    shutil.copy2(source, target)
    _own(Path(source), Path(target))
    return target


def _own(like: Path, path: Path) -> None:
    """As its model: the server runs as another user than the tests of root."""
    found = like.stat()
    for one in (path, *(path.rglob("*") if path.is_dir() else ())):
        os.chown(one, found.st_uid, found.st_gid)


WAYS: Mapping[str, type[Files] | type[Replica] | type[Dump]] = {
    "files of an older day": Files,
    "a replica that lagged": Replica,
    "a dump read back": Dump,
}
