"""The disk of the broker is full: commands are taken meanwhile, and the relay goes on once there is room."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic

import pytest

from deploy.local.stack import Stack
from libs.events.kafka import Log
from tests.faults.conftest import FiguresOf, MakeCounting
from tests.faults.rows.conftest import reached, recorded
from tests.faults.test_crash_points import proved
from tests.libs.events.waiting import until

ROUNDS = 3
DISK_BYTES = 512 << 20
MISSED_MIN = 50


@contextmanager
def small_disk(stack: Stack) -> Iterator[Path]:
    """The broker's data on a disk of their own, while the block runs; only root can make one."""
    data, disk = stack.root / "kafka" / "data", stack.root / "kafka" / "small"
    disk.mkdir()
    stack.kafka.stop()
    subprocess.run(("mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", disk), check=True)  # noqa: S603, S607 -- Of our own.
    shutil.move(data, disk / "data")
    data.symlink_to(disk / "data")
    stack.kafka.start()
    try:
        yield disk
    finally:
        stack.kafka.stop()
        data.unlink()
        shutil.move(disk / "data", data)
        subprocess.run(("umount", disk), check=True)  # noqa: S603, S607 -- As above.


def fill(disk: Path) -> Path:
    """Take all the room that there is; the file that has it."""
    filler = disk / "filler"
    with filler.open("wb") as file, suppress(OSError):
        while free := os.statvfs(disk).f_bavail * os.statvfs(disk).f_bsize:
            os.posix_fallocate(file.fileno(), file.seek(0, os.SEEK_END), free)
    return filler


@pytest.mark.faults
@pytest.mark.row(21)
def test_while_the_disk_of_the_broker_is_full_commands_are_taken_and_the_relay_goes_on_after(
    make_counting: MakeCounting, mortal: Stack, log: Log, figures_of: FiguresOf
) -> None:
    counting = make_counting(kept=True)
    counting.start()
    seconds: list[float] = []
    with small_disk(mortal) as disk:
        with counting.load.running():
            for _ in range(ROUNDS):
                before = counting.folded()
                until(lambda before=before: counting.folded() > before, "events being followed")  # type: ignore[misc]
                filler = fill(disk)
                until(lambda: not mortal.kafka.runs(), "the broker giving up")
                missed = len(counting.load.acknowledged) + MISSED_MIN
                until(lambda missed=missed: len(counting.load.acknowledged) > missed, "commands being taken")  # type: ignore[misc]
                filler.unlink()
                due = recorded(counting)
                mortal.kafka.start()
                began = monotonic()
                until(lambda due=due: reached(counting, due), "what was missed being followed")  # type: ignore[misc]
                seconds.append(monotonic() - began)
        found = proved(counting, log)
    assert not counting.load.refusals
    figures_of(
        rounds=ROUNDS,
        lost=found.lost,
        doubled=found.doubled,
        recovered=round(max(seconds), 1),
        refused=counting.load.refusals.total(),
        acknowledged=found.acknowledged,
    )
