"""The disk of PostgreSQL's write-ahead log is full: nothing is acknowledged then, and nothing that was is gone."""

import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event as Flag
from threading import Thread
from time import monotonic

import psycopg
import pytest

from deploy.local.failure import StackFailed
from deploy.local.postgresql import plain
from deploy.local.stack import Stack
from deploy.local.wheel import hand_over
from libs.events.kafka import Log
from tests.faults.conftest import Counting, FiguresOf, MakeCounting
from tests.faults.engines.test_engines import a_followed_note, answer_of
from tests.faults.rows.mortal.going_on import until_goes_on
from tests.faults.test_crash_points import proved
from tests.libs.events.waiting import until

ROUNDS = 3
DISK_BYTES = 96 << 20
REFUSED_MIN = 20
PAUSE_SECONDS = 0.05


@contextmanager
def small_disk(stack: Stack) -> Iterator[Path]:
    """The server's write-ahead log on a disk of its own, while the block runs; only root can make one."""
    wal, disk = stack.root / "postgresql" / "data" / "pg_wal", stack.root / "postgresql" / "small"
    disk.mkdir()
    stack.postgresql.stop()
    subprocess.run(("mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", disk), check=True)  # noqa: S603, S607 -- Of our own.
    shutil.move(wal, disk / "pg_wal")
    for path in (disk, *(disk / "pg_wal").rglob("*"), disk / "pg_wal"):
        hand_over(path)
    wal.symlink_to(disk / "pg_wal")
    stack.postgresql.start()
    try:
        yield disk
    finally:
        stack.postgresql.stop()
        wal.unlink()
        shutil.move(disk / "pg_wal", wal)
        for path in (*wal.rglob("*"), wal):
            hand_over(path)
        subprocess.run(("umount", disk), check=True)  # noqa: S603, S607 -- As above.


@contextmanager
def full(stack: Stack, disk: Path) -> Iterator[None]:
    """Nothing more fits on the disk, and the server has used what it had."""
    filler = disk / "filler"
    with filler.open("wb") as file, suppress(OSError):
        while True:
            free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_bsize
            os.posix_fallocate(file.fileno(), file.tell(), free)
            file.seek(0, os.SEEK_END)
            if not free:
                break
    try:
        until(lambda: not goes_further(stack), "the write-ahead log being full")
        yield
    finally:
        filler.unlink()


def goes_further(stack: Stack) -> bool:
    """Have the server begin another file of the log; whether it could."""
    try:
        with psycopg.connect(plain(stack.environment()["SUPERUSER_DATABASE_URL"]), autocommit=True) as connection:
            connection.execute("select pg_switch_wal()")
    except psycopg.OperationalError:
        return False
    return True


@contextmanager
def asked(counting: Counting, note: str) -> Iterator[Counter[str]]:
    """What callers who read are told while the block runs."""
    stop, told = Flag(), Counter[str]()

    def ask() -> None:
        while not stop.wait(PAUSE_SECONDS):
            answer = answer_of(counting, note)
            told[f"{answer.status} {answer.headers.get('retry-after', '')}".strip()] += 1

    thread = Thread(target=ask)
    thread.start()
    try:
        yield told
    finally:
        stop.set()
        thread.join()


@pytest.mark.faults
@pytest.mark.row(39)
def test_while_the_disk_of_the_log_is_full_callers_are_told_to_come_again_and_nothing_is_broken(
    make_counting: MakeCounting, mortal: Stack, log: Log, figures_of: FiguresOf
) -> None:
    with small_disk(mortal) as disk:
        counting = make_counting(kept=True)
        counting.desk.start()
        counting.start()
        seconds: list[float] = []
        told: Counter[str] = Counter()
        ran = 0
        with counting.load.running():
            note = a_followed_note(counting)
            for _ in range(ROUNDS):
                with full(mortal, disk), asked(counting, note) as said:
                    refused = counting.load.refusals.total() + REFUSED_MIN
                    until(lambda refused=refused: counting.load.refusals.total() > refused, "commands being refused")  # type: ignore[misc]
                    with suppress(StackFailed):
                        mortal.postgresql.start()
                    ran += mortal.postgresql.runs()
                told += said
                mortal.postgresql.start()
                began = monotonic()
                until_goes_on(counting)
                seconds.append(monotonic() - began)
        found = proved(counting, log)
    # PostgreSQL ends itself when it cannot write its log, and no start goes well before there is room.
    assert (ran, set(told)) == (0, {"503 5"})
    assert set(counting.load.refusals) <= {"503 unavailable", "503 journal-unverified"}
    figures_of(
        rounds=ROUNDS,
        lost=found.lost,
        doubled=found.doubled,
        recovered=round(max(seconds), 1),
        refused=counting.load.refusals.total(),
        reads_refused=told.total(),
        acknowledged=found.acknowledged,
    )
