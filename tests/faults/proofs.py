"""What must hold after every fault, in figures: nothing lost, nothing doubled, chains intact, rebuilt equals live."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import text

from libs.events.feeds import Feed, JournalFeed, TopicFeed
from libs.events.kafka import Log, events_topic
from libs.events.partitions import PARTITIONS
from libs.events.projection import Projection
from libs.events.rebuild import Rebuild, RebuildDiffers
from libs.events.record import from_value
from libs.events.verification import verify_journal
from libs.web.freshness import parse_positions
from tests.conftest import Bench
from tests.faults.clients import Acknowledged
from tests.faults.counting import followed, history, inline
from tests.libs.events.waiting import until

Counts = Mapping[str, int]


@dataclass(frozen=True)
class Figures:
    """How much was acknowledged, and how much of it is wrong anywhere."""

    acknowledged: int
    repeated: int
    lost: int
    doubled: int
    doubts: int
    log_events: int
    log_broken: int
    rebuilt_same: bool

    def holds(self) -> bool:
        """Whether nothing is wrong."""
        return not (self.lost or self.doubled or self.doubts or self.log_broken) and self.rebuilt_same

    def __str__(self) -> str:
        return ", ".join(f"{name} {value}" for name, value in asdict(self).items())


def figures(writer: Bench, reader: Bench, log: Log, acknowledged: Sequence[Acknowledged]) -> Figures:
    """Compare what clients were told with both journals, the log, every table, and tables rebuilt from scratch."""
    wanted = Counter(one.path.split("/")[3] for one in acknowledged if one.path.endswith("/counts"))
    opened = {one.id: 1 for one in acknowledged if one.path == "/v1/notes"}
    differences = [difference(opened | {}, counts) for counts in _openings(writer, reader)]
    differences += [difference(wanted, counts) for counts in _counts(writer, reader)]
    misplaced = _misplaced(writer, acknowledged)
    events, broken = log_of(log, writer.service.name)
    return Figures(
        acknowledged=len(acknowledged),
        repeated=sum(one.repeated for one in acknowledged),
        lost=sum(lost for lost, _ in differences) + misplaced,
        doubled=sum(doubled for _, doubled in differences),
        doubts=sum(len(verify_journal(b.superuser, b.service.name).doubts) for b in (writer, reader)),
        log_events=events,
        log_broken=broken,
        rebuilt_same=rebuilt_same(writer, [inline], JournalFeed)
        and rebuilt_same(reader, [followed, history], lambda _: TopicFeed([writer.service.name], log)),
    )


def log_of(log: Log, service: str) -> tuple[int, int]:
    """How many events can be read from the log, and how many do not follow the one before them."""
    topic, partitions = events_topic(service), list(range(PARTITIONS))
    until(lambda: not log.unsettled(topic), "the markers of the last commit")
    last: Counter[int] = Counter()
    events = broken = 0
    for message in log.read(topic, dict.fromkeys(partitions, 0), log.ends(topic, partitions)):
        record = from_value(message.partition, message.value or b"")
        events += 1
        broken += record.sequence != last[message.partition] + 1
        last[message.partition] = record.sequence
    return events, broken


def rebuilt_same(bench: Bench, projections: Sequence[Projection[Any]], feed: Callable[..., Feed]) -> bool:
    """Whether the tables rebuilt from nothing have the digests of the live ones."""
    parts = bench.open("worker", transaction_seconds=0)
    rebuild = Rebuild("group", projections, parts.codec, feed(parts.journal), parts.store)
    try:
        return rebuild.run(swap=False).same
    except RebuildDiffers:
        return False
    finally:
        rebuild.discard()
        parts.close()


def _openings(writer: Bench, reader: Bench) -> list[Counts]:
    in_journal = "select substr(stream, 6), count(*) from journal where body like '%note-opened%' group by 1"
    rows = "select note_id::text, count(*) from {} group by 1"
    now = "select note_id::text, count(*) from {} where known_to = 'infinity' group by 1"
    return [
        _ask(writer, in_journal),
        _ask(reader, in_journal),
        _ask(writer, rows, inline),
        _ask(reader, rows, followed),
        _ask(reader, now, history),
    ]


def _counts(writer: Bench, reader: Bench) -> list[Counts]:
    in_journal = "select substr(stream, 6), count(*) from journal where body like '%note-counted%' group by 1"
    rows = "select note_id::text, count from {} where count > 0"
    versions = "select note_id::text, count(*) - 1 from {} group by 1 having count(*) > 1"
    return [
        _ask(writer, in_journal),
        _ask(reader, in_journal),
        _ask(writer, rows, inline),
        _ask(reader, rows, followed),
        _ask(reader, versions, history),
    ]


def difference(wanted: Counts, found: Counts) -> tuple[int, int]:
    """How much is missing of what was wanted, and how much there is beyond it."""
    lost = sum(max(0, n - found.get(note, 0)) for note, n in wanted.items())
    return lost, sum(max(0, n - wanted.get(note, 0)) for note, n in found.items())


def _misplaced(writer: Bench, acknowledged: Sequence[Acknowledged]) -> int:
    """How many acknowledged positions do not hold the event that they were given for."""
    places = {(p.partition, n): one.id for one in acknowledged for p, n in parse_positions(one.position).items()}
    with writer.superuser.connect() as connection:
        rows = connection.execute(text("select partition, sequence, substr(stream, 6) from journal"))
        journal = {(row.partition, row.sequence): row.substr for row in rows}
    shared = len(acknowledged) - len(places)
    return shared + sum(bool(journal.get(place) != note) for place, note in places.items())


def _ask(bench: Bench, statement: str, of: Projection[Any] | None = None) -> Counts:
    """What a statement counts, by note; `{}` in it is the live table of a projection."""
    with bench.superuser.connect() as connection:
        if of is not None:
            statement = statement.format(of.live(connection))
        return {str(note): int(n) for note, n in connection.execute(text(statement))}
