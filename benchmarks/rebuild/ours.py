"""Ours: a new version filled by processes that share the partitions, as `projection rebuild --workers` does."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from multiprocessing.synchronize import Event as Flag
from time import monotonic
from typing import Any

from benchmarks.apart import Apart, apart, make_flag
from benchmarks.ground import Ground
from benchmarks.projection.ours import GROUP, service
from deploy.rebuilding import share_of
from libs.events.feeds import TopicFeed
from libs.events.rebuild import Rebuild, RebuildDiffers
from libs.events.service import Parts

WORKERS = 2


@dataclass(frozen=True)
class Rebuilt:
    """What a lap left behind: how many events its workers folded, and whether its digest was the live one's."""

    seconds: float
    events: int
    same: bool


def rebuild(ground: Ground, folded: str) -> Rebuilt:
    """Fill from nothing, compare, and give it up; timed from the word to begin until the last worker is done."""
    apart(_begin, ground, folded)
    go = make_flag()
    workers = [Apart(_fill, ground, folded, share_of(n, WORKERS), go) for n in range(WORKERS)]
    for worker in workers:
        worker.hear()
    began = monotonic()
    go.set()
    ends = [worker.hear() for worker in workers]
    seconds = monotonic() - began
    for worker in workers:
        worker.join()
    return Rebuilt(seconds, sum(ends), apart(_compare, ground, folded))


def _begin(ground: Ground, folded: str) -> bool:
    with closing(_parts(ground, folded)) as parts:
        return _made(parts, ground).begin()


def _fill(ground: Ground, folded: str, share: list[int], go: Flag, send: Callable[[Any], None]) -> None:
    with closing(_parts(ground, folded)) as parts:
        made = _made(parts, ground)
        send("ready")
        go.wait()
        made.fill(partitions=share)
        with parts.store.begin() as books:
            done = books.positions(made.name)
        send(sum(one.sequence for place, one in done.items() if place.partition in share))


def _compare(ground: Ground, folded: str) -> bool:
    with closing(_parts(ground, folded)) as parts:
        try:
            return _made(parts, ground).finish(swap=False).same
        except RebuildDiffers:
            return False


def _parts(ground: Ground, folded: str) -> Parts:
    return ground.open(service(folded), "worker", transaction_seconds=0)


def _made(parts: Parts, ground: Ground) -> Rebuild:
    following = parts.service.following
    return Rebuild(GROUP, following.projections, parts.codec, TopicFeed(following.sources, ground.log), parts.store)
