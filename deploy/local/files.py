"""Files that are whole or not there, private ones readable by their owner only, and one holder of a lock."""

import fcntl
import math
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from deploy.local.deadline import holds_within
from deploy.local.failure import StackFailed

PRIVATE = 0o600


def write_private(path: Path, text: str) -> None:
    """Replace a file's text at once, mode 600: a reader sees the old text or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


@contextmanager
def locked(path: Path, seconds: float = math.inf) -> Iterator[None]:
    """Hold a lock against other processes; it ends with this process, so it is never stale.

    StackFailed, naming the process that holds it, when it is not free in that time.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as file:
        if not holds_within(seconds, lambda: _lock(file)):
            file.seek(0)
            raise StackFailed(f"process {file.read() or '?'} has been busy with {path.parent}: wait for it, or end it")
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def _lock(file: IO[str]) -> bool:
    with suppress(BlockingIOError):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False
