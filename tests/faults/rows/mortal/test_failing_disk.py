"""A disk that fails to make durable what it was given: PostgreSQL does not trust it, recovers from the log, goes on."""

import subprocess
from contextlib import suppress
from pathlib import Path
from time import monotonic

import psycopg
import pytest

from deploy.local.postgresql import plain
from deploy.local.stack import Stack
from libs.events.kafka import Log
from tests.faults.conftest import FiguresOf, MakeCounting
from tests.faults.rows.mortal.going_on import until_goes_on
from tests.faults.test_crash_points import proved
from tests.libs.events.waiting import until

ROUNDS = 5
PANIC, READY = "PANIC:  could not", "ready to accept connections"
SOURCE = Path(__file__).with_name("fsync_fails.c")


def failing(stack: Stack, folder: Path, patch: pytest.MonkeyPatch) -> Path:
    """Start the server anew on a disk whose fsync fails once for each sign in the folder that is returned."""
    signs, library = folder / "signs", folder / "fsync_fails.so"
    signs.mkdir()
    subprocess.run(("gcc", "-shared", "-fPIC", "-O1", "-o", library, SOURCE), check=True)  # noqa: S603, S607 -- Of our own.
    stack.postgresql.stop()
    with patch.context() as preloaded:
        preloaded.setenv("LD_PRELOAD", str(library))
        preloaded.setenv("FSYNC_FAILS", str(signs))
        stack.postgresql.start()
    return signs


def said(stack: Stack, what: str) -> int:
    """How often the server said that."""
    return (stack.root / "logs" / "postgresql.log").read_text("utf-8", "replace").count(what)


def checkpoint(stack: Stack) -> None:
    """Have the server make its tables durable."""
    with suppress(psycopg.OperationalError), psycopg.connect(plain(stack.environment()["SUPERUSER_DATABASE_URL"])) as c:
        c.execute("checkpoint")


@pytest.mark.faults
@pytest.mark.row(38)
@pytest.mark.parametrize("where", ["pg_wal", "base"])
def test_where_fsync_fails_the_server_recovers_and_what_was_acknowledged_is_there(
    make_counting: MakeCounting,
    mortal: Stack,
    log: Log,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    figures_of: FiguresOf,
    where: str,
) -> None:
    signs = failing(mortal, tmp_path, monkeypatch)
    counting = make_counting(kept=True)
    counting.start()
    seconds: list[float] = []
    panics, starts = said(mortal, PANIC), said(mortal, READY)
    with counting.load.running():
        until(lambda: counting.folded() > 0, "the first events being followed")
        for number in range(1, 1 + ROUNDS):
            (signs / where).touch()
            until(lambda: checkpoint(mortal) or not (signs / where).exists(), "an fsync failing")  # type: ignore[func-returns-value]
            began = monotonic()
            until(lambda number=number: said(mortal, PANIC) - panics == number, "the server's panic")  # type: ignore[misc]
            until(lambda number=number: said(mortal, READY) - starts == number, "its recovery")  # type: ignore[misc]
            until_goes_on(counting)
            seconds.append(monotonic() - began)
    found = proved(counting, log)
    figures_of(
        rounds=ROUNDS,
        lost=found.lost,
        doubled=found.doubled,
        recovered=round(max(seconds), 1),
        panics=said(mortal, PANIC) - panics,
        acknowledged=found.acknowledged,
    )
