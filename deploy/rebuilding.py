"""Rebuilding a service's projections: a group by its name, or every group that the code has outgrown."""

from collections.abc import Sequence
from typing import Any

from rich.progress import Progress

from libs.events.feeds import Feed, JournalFeed, TopicFeed
from libs.events.kafka import Log
from libs.events.projection import Projection, groups
from libs.events.rebuild import Certificate, Rebuild
from libs.events.service import Parts
from libs.events.settings import settings
from libs.events.tables import stale


class NoSuchGroup(LookupError):
    """The service has no projection or group of that name."""


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


def rebuild_group(parts: Parts, group: str, *, swap: bool = True) -> Certificate:
    """Build a group beside the live version under a progress bar on stderr, compare, and swap it in."""
    members = members_of(parts, group)
    made = Rebuild(members, parts.codec, feed_of(parts, members), parts.engine, f"{parts.service.name}_api")
    with Progress(transient=True) as bar:
        task = bar.add_task(f"rebuild {group}", total=None)
        return made.run(lambda done, goal: bar.update(task, completed=done, total=goal), swap=swap)
