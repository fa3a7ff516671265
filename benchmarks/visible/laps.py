"""The laps of row 6: events appended at a pace, and how late each of them was visible."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import quantiles
from time import time

from benchmarks.contest import Contestants, Lap, Row
from benchmarks.ground import Ground
from benchmarks.house import WRITERS, house
from benchmarks.loading import SERVICE
from benchmarks.loans import EVENTS_PER_LOAN
from benchmarks.projection.ours import service

FOLDED = ("loans", "entries")
SHARES = {"half load": 2, "a tenth of it": 10}


@contextmanager
def contest(ground: Ground, size: int) -> Iterator[Contestants]:
    """How much the house can bear, once; then laps at parts of it."""
    ground.make_service(SERVICE)
    ground.make_service(service(*FOLDED))
    with house(ground, *FOLDED) as inside:
        load = inside.load(size)
    full = load.events / load.visible_seconds
    # Each lap takes as long.
    yield {name: _lap(ground, 2 * size // share, full / share) for name, share in SHARES.items()}


def _lap(ground: Ground, size: int, rate: float) -> Callable[[], Lap]:
    def lap() -> Lap:
        with house(ground, *FOLDED) as inside:
            began = time()
            load = inside.load(size, rate)
        late = inside.late_since(began)
        counters = {"events": load.events, "visible": len(late), "missing": load.events - len(late)}
        wrong = (f"missing: {counters['missing']}",) if counters["missing"] else ()
        cuts = quantiles(late, n=100)
        measures = {"p50": cuts[49], "p99": cuts[98], "latest": late[-1]}
        return Lap(load.events, load.seconds, counters, (*wrong, *inside.stopped), measures)

    return lap


ROW = Row(
    name="visible",
    title="Append to visible: how late a followed row is, at half load",
    how=(
        f"{WRITERS} threads of one process append loans of {EVENTS_PER_LOAN} events each, every event in a transaction"
        " of its own; the relay and a follower with two tables are processes beside it, as are both engines, all on"
        " this machine. First as fast as can be, until all of it is visible: that rate is the full load. Then by a"
        " timetable at a part of it. Late is an event by the time from its `recorded_at`, which is before its append"
        " committed, until the transaction that folded it has committed; every event counts."
    ),
    size=16_000,
    reach={},
    contest=contest,
    limits={"p99": 250},
)
