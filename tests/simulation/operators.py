"""Operators of the simulated world: who rebuilds projections, and who tries again what is parked."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from libs.events.checkpoints import LIVE, Place
from libs.events.feeds import TopicFeed
from libs.events.rebuild import Rebuild, RebuildDiffers
from tests.simulation.nodes import Node
from tests.simulation.services import sighting_rows

REBUILD_SECONDS = (1.0, 15.0)
REDRIVE_SECONDS = 5.0
WATCH_SECONDS = 20.0
ASK_SECONDS = (0.2, 4.0)


@dataclass(eq=False)
class Rebuilder:
    """Rebuilds again and again: with code that folds otherwise, which must be refused, and with the right one."""

    node: Node
    swaps: int = 0
    ended: bool = False

    def rebuild(self) -> None:
        """Until it is told to end."""
        node, scheduler = self.node, self.node.scheduler
        feed = TopicFeed(node.service.following.sources, node.log)
        while not self.ended:
            scheduler.rest(scheduler.random.uniform(*REBUILD_SECONDS))
            for doubling in (True, False):
                rows = sighting_rows("clubs.sightings", history=True, doubling=doubling)
                made = Rebuild("sightings", [rows], node.handler.codec, feed, node.store)
                with suppress(RebuildDiffers):
                    made.run()
                    self.swaps += 1
        scheduler.wait("nothing more", lambda: False)


def watch(node: Node) -> None:
    """Have followers begin anew that stopped a partition, or stand still where the source told of more.

    The library's own watch does the second; the first is asked of who restores a topic.
    """
    before: set[tuple[Place, int]] = set()
    while True:
        node.scheduler.rest(WATCH_SECONDS)
        silent = set(_silent(node))
        still = {place for place, _ in silent & before}
        for follower in node.followers:
            if follower.stopped or still & follower.held.keys():
                follower.renew()
        before = silent


def _silent(node: Node) -> Iterator[tuple[Place, int]]:
    """The partitions of which the newest mark tells more than is folded, each with what is."""
    committed = node.database.committed
    marks = {mark.source: mark for _, mark in sorted(committed["mark"].items())}
    for source, mark in marks.items():
        for partition, told in enumerate(mark.sequences):
            held = committed["checkpoint"].get((LIVE, Place(source, partition)))
            if (folded := held.sequence if held else 0) < told:
                yield Place(source, partition), folded


def redrive(node: Node) -> None:
    """Try every line again, now and then."""
    while True:
        with node.store.begin() as books:
            lines = books.lines()
        for line in lines:
            node.follower().redriving.redrive(line)
        node.scheduler.rest(REDRIVE_SECONDS)


def ask(node: Node) -> None:
    """Ask for a mark, now and then, as who rebuilds does."""
    while True:
        node.scheduler.rest(node.scheduler.random.uniform(*ASK_SECONDS))
        with node.database.begin() as transaction:
            transaction.put("mark_request", node.service.name, value=True)
