"""Rebuilding a service's projections: a group by its name, or every group that the code has outgrown."""

import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from time import sleep
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from libs.events.checkpoints import Checkpoint, Place
from libs.events.feeds import Feed, JournalFeed, TopicFeed
from libs.events.kafka import Log
from libs.events.partitions import PARTITIONS
from libs.events.projection import Projection, groups
from libs.events.rebuild import Certificate, Rebuild, missing
from libs.events.service import Parts
from libs.events.settings import settings
from libs.events.tables import stale

POLL_SECONDS = 0.5


class NoSuchGroup(LookupError):
    """The service has no projection or group of that name."""


class FillingFailed(RuntimeError):
    """A process that filled a new version ended with an error; what it did stays, and a rebuild goes on from there."""


def members_of(parts: Parts, group: str) -> list[Projection[Any]]:
    """The projections of a group, or of the group that is one projection."""
    grouped = groups(parts.service.projections)
    wanted = group if group in grouped else f"{parts.service.name}.{group}"
    if wanted not in grouped:
        raise NoSuchGroup(f"{parts.service.name} has no {group}; there are {', '.join(grouped)}")
    return grouped[wanted]


def stale_groups(parts: Parts) -> list[str]:
    """The groups with a projection whose table is not the code's."""
    with parts.engine.connect() as connection:
        names = {one.name for one in stale(connection, parts.service.projections)}
    return [group for group, members in groups(parts.service.projections).items() if names & {m.name for m in members}]


def feed_of(parts: Parts, members: Sequence[Projection[Any]]) -> Feed:
    """What they are folded from."""
    if all(member in parts.service.inlined for member in members):
        return JournalFeed(parts.journal)
    return TopicFeed(parts.service.following.sources, Log(settings().kafka_bootstrap_servers))


def rebuild_of(parts: Parts, group: str) -> Rebuild:
    """The rebuild of a group, which goes on where one that was cut off stood."""
    members = members_of(parts, group)
    return Rebuild(group, members, parts.codec, feed_of(parts, members), parts.store)


def rebuild_group(
    parts: Parts, group: str, *, swap: bool = True, workers: int = 1, events_per_second: float | None = None
) -> Certificate:
    """Build a group beside the live version under a progress bar on stderr, compare, and swap it in.

    With several workers, processes of their own fill it, each its partitions; what was cut off is gone on with.
    """
    made = rebuild_of(parts, group)
    going_on = made.begin()
    with _bar() as bar:
        task = bar.add_task(f"{'go on with' if going_on else 'rebuild'} {group}", total=None)

        def told(done: int, goal: int) -> None:
            bar.update(task, completed=done, total=goal)

        if workers > 1:
            _fill_apart(parts, group, workers, events_per_second, told)
        made.fill(progress=told, events_per_second=events_per_second)
        return made.finish(swap=swap)


def share_of(number: int, of: int) -> list[int]:
    """The partitions that one of several processes fills."""
    return [partition for partition in range(PARTITIONS) if partition % of == number]


def _fill_apart(parts: Parts, group: str, workers: int, events_per_second: float | None, progress: Any) -> None:
    throttle = [f"--throttle={events_per_second / workers}"] if events_per_second else []
    command = [sys.executable, "-m", "deploy.cli", "projection", "fill", parts.service.name, group]
    filling = [subprocess.Popen([*command, f"--share={n}/{workers}", *throttle]) for n in range(workers)]  # noqa: S603 -- Our own words.
    try:
        while any(process.poll() is None for process in filling):
            progress(*_come(parts, group))
            sleep(POLL_SECONDS)
    finally:
        for process in filling:
            with suppress(ProcessLookupError):
                process.terminate()
            process.wait()
    if failed := [process.returncode for process in filling if process.returncode]:
        raise FillingFailed(f"{len(failed)} of {workers} processes ended with {failed[0]}; rebuild again to go on")


def _come(parts: Parts, group: str) -> tuple[int, int]:
    """How far a build has come, and how far it has to."""
    feed = feed_of(parts, members_of(parts, group))
    with parts.store.begin() as books:
        done: dict[Place, Checkpoint] = books.positions(f"build:{group}")
        goal = feed.live(books)
    total = sum(checkpoint.sequence for checkpoint in goal.values())
    return total - missing(done, goal), total


def _bar() -> Progress:
    """How far, how fast, and how long still."""
    speed = TextColumn("{task.speed:.0f} events/s")
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), speed, TimeRemainingColumn())
    return Progress(*columns, transient=True, console=Console(stderr=True))
