"""The laps of row 2: new loans in the journal, published by the relay; then the same bytes by the bare producer."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from typing import NamedTuple

from benchmarks.apart import apart
from benchmarks.contest import Contestants, Lap, Row
from benchmarks.ground import Ground
from benchmarks.loading import SERVICE, append_loans, publish
from benchmarks.loans import EVENTS_PER_LOAN, SOURCE
from benchmarks.relay.bare import TOPIC, produce
from libs.events.kafka import events_topic
from libs.events.partitions import PARTITIONS
from libs.events.record import from_value
from libs.events.relay import BATCH_MAX

OURS = events_topic(SOURCE)


class Found(NamedTuple):
    """What lies in a topic behind some offsets: how many events, and how many do not follow the one before them."""

    events: int
    out_of_order: int


@contextmanager
def contest(ground: Ground, size: int) -> Iterator[Contestants]:
    """Each round has loans of its own."""
    ground.make_service(SERVICE)
    ground.log.ensure_topics("peer", 1)
    rounds = count()
    starts: dict[int, int] = {}

    def relayed() -> Lap:
        events = append_loans(ground, max(1, size // EVENTS_PER_LOAN), next(rounds))
        starts.update(ground.log.ends(OURS, list(range(PARTITIONS))))
        return _checked(ground, OURS, starts, events, lambda: apart(publish, ground))

    def produced() -> Lap:
        events = _found(ground, OURS, starts).events
        behind = ground.log.ends(TOPIC, list(range(PARTITIONS)))
        return _checked(ground, TOPIC, behind, events, lambda: apart(produce, ground, OURS, starts))

    yield {"relay": relayed, "bare idempotent producer": produced}


def _checked(ground: Ground, topic: str, starts: Mapping[int, int], events: int, lap: Callable[[], float]) -> Lap:
    seconds = lap()
    found = _found(ground, topic, starts)
    counters = {"events": events, "missing": events - found.events, "out of order": found.out_of_order}
    wrong = tuple(f"{what}: {counters[what]}" for what in ("missing", "out of order") if counters[what])
    return Lap(events, seconds, counters, wrong)


def _found(ground: Ground, topic: str, starts: Mapping[int, int]) -> Found:
    last: Counter[int] = Counter()
    events = out_of_order = 0
    for message in ground.log.read(topic, dict(starts), ground.log.ends(topic, list(starts))):
        sequence = from_value(message.partition, message.value or b"").sequence
        events += 1
        out_of_order += message.partition in last and sequence != last[message.partition] + 1
        last[message.partition] = sequence
    return Found(events, out_of_order)


ROW = Row(
    name="relay",
    title="Relay: from the journal to committed records",
    how=(
        f"Loans of {EVENTS_PER_LOAN} events each are appended; then the relay of the service, in a process of its own,"
        f" publishes them in transactions of up to {BATCH_MAX:,} records: timed from its first look at the journal to"
        " the look that finds nothing more. It reads the journal, compares chains, notes how far it came and publishes"
        " marks. The bare producer sends the same keys and values, which lie ready in memory, without transactions;"
        " both with zstd, acks=all and idempotence; timed to the last acknowledgement."
    ),
    size=60_000,
    reach={"bare idempotent producer": 0.75},
    contest=contest,
)
