"""The laps of row 7: a rebuild of the whole group, swapped in while it is written and read."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from time import monotonic

from benchmarks.apart import Apart, apart, make_flag
from benchmarks.contest import Contestants, Lap, Row
from benchmarks.ground import Ground
from benchmarks.house import house
from benchmarks.loading import SERVICE
from benchmarks.projection.ours import GROUP, service
from benchmarks.swap.readers import GROUPED, READERS, Reads, read, slowest
from libs.events.books import Books
from libs.events.feeds import Positions, TopicFeed
from libs.events.rebuild import Rebuild, RebuildDiffers

STANDING = 4
SHARE = 4


@dataclass(frozen=True)
class Swapped:
    """How long the rebuild took, and for how many milliseconds of it the live version stood still."""

    seconds: float
    locked: float
    events: int
    same: bool


@contextmanager
def contest(ground: Ground, size: int) -> Iterator[Contestants]:
    """Loans that are folded already; then laps with new ones coming in meanwhile, at a part of what the house bears."""
    ground.make_service(SERVICE)
    ground.make_service(service(*GROUPED))
    with house(ground, *GROUPED) as inside:
        load = inside.load(size)
    rate = load.events / load.visible_seconds / SHARE

    def lap() -> Lap:
        stop = make_flag()
        with house(ground, *GROUPED) as inside:
            readers = Apart(read, ground, stop)
            readers.hear()
            writer = inside.start(size // STANDING, rate)
            swapped: Swapped = apart(swap, ground)
            appended, _ = writer.hear()
            writer.join()
            inside.await_level()
            stop.set()
            reads: list[Reads] = readers.hear()
            readers.join()
        counters = {
            "reads": sum(one.done for one in reads),
            "failed reads": sum(one.failed for one in reads),
            "mixed reads": sum(one.mixed for one in reads),
            "reads that differ": sum(one.differing for one in reads),
            "versions read": len(set().union(*(one.versions for one in reads))),
            "events meanwhile": appended,
        }
        wrong = [f"{what}: {counters[what]}" for what in ("failed reads", "mixed reads", "reads that differ")]
        wrong = [text for text in wrong if not text.endswith(": 0")]
        if not swapped.same:
            wrong.append("its digest is not the live one's")
        measures = {"lock": swapped.locked, "longest read": slowest(reads)}
        return Lap(swapped.events, swapped.seconds, counters, (*wrong, *inside.stopped), measures)

    yield {"rebuild and swap": lap}


def swap(ground: Ground) -> Swapped:
    """Rebuild the group beside the live version and swap it in."""
    with closing(ground.open(service(*GROUPED), "worker", transaction_seconds=0)) as parts:
        following = parts.service.following
        feed = _Timed(following.sources, ground.log)
        made = Rebuild(GROUP, following.projections, parts.codec, feed, parts.store)
        began = monotonic()
        try:
            certificate = made.run()
        except RebuildDiffers:
            return Swapped(monotonic() - began, 0.0, 0, same=False)
        ended = monotonic()
    events = sum(sequence for sequence, _ in certificate.positions.values())
    return Swapped(ended - began, 1000 * (ended - feed.locked), events, certificate.same)


class _Timed(TopicFeed):
    """Notes when the live version was last made to stand still: it does until the swap has committed."""

    locked = 0.0

    def live(self, books: Books, *, lock: bool = False) -> Positions:
        found = super().live(books, lock=lock)
        if lock:
            self.locked = monotonic()
        return found


ROW = Row(
    name="swap",
    title="Swap under load: two projections of one group, rebuilt and swapped while they are written and read",
    how=(
        "Two projections of one group, a row per loan and a row per event, are followed while loans are appended at a"
        f" quarter of what the house bears on this machine. {READERS} threads of another process read without pause:"
        " in one snapshot, a loan's row from the one table and the sum of its entries from the other. Meanwhile the"
        " group is rebuilt beside the live version, compared by digest, and swapped in at once. The lock is the time"
        " for which the live version stood still."
    ),
    size=16_000,
    reach={},
    contest=contest,
    limits={"lock": 50},
)
