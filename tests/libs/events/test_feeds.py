"""What a rebuild reads from a log: everything from where it stands to exactly where the live version stands."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from uuid import uuid4

import pytest

from libs.events import feeds
from libs.events.checkpoints import Checkpoint, Place, beginning
from libs.events.codec import Codec
from libs.events.feeds import Positions, TopicFeed
from libs.events.handling import Handler, Target
from libs.events.kafka import Log, events_topic
from libs.events.keyring import MemoryKeyring
from libs.events.memory import MemoryDatabase, MemoryJournal
from libs.events.memory_books import MemoryStore
from libs.events.partitions import PARTITIONS
from libs.events.proving import BrokenLog
from libs.events.record import Record, to_value
from tests.libs.events.sample import CountNote, OpenNote, meta, note_decider

PORTION = 7


@pytest.fixture
def source(log: Log) -> str:
    """A source with topics and no database."""
    name = f"feed{uuid4().hex[:8]}"
    log.ensure_topics(name, 1)
    return name


@pytest.fixture
def journal(source: str) -> MemoryJournal:
    """20 notes, each counted four times: 100 events in several partitions."""
    journal, notes = MemoryJournal(source), [uuid4() for _ in range(20)]
    handler = Handler(journal, Codec(source, MemoryKeyring()), law=None)
    for command in (None, *[CountNote()] * 4):
        handler.handle_many(
            [
                Target(note_decider, f"note-{note}", command or OpenNote(note), meta(), subject=f"person-{note}")
                for note in notes
            ]
        )
    return journal


@pytest.fixture
def portions(monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(feeds, "POLL_RECORDS_MAX", PORTION)
    return PORTION


def publish(log: Log, source: str, records: Sequence[Record]) -> None:
    with closing(log.publisher(f"relay.{source}")) as publisher:
        publisher.publish([(events_topic(source), r.partition, r.subject, to_value(r)) for r in records])


def reached(source: str, records: Sequence[Record]) -> Positions:
    """Where somebody stands who has folded these."""
    places = beginning([source])
    for one in records:
        places[Place(source, one.partition)] = Checkpoint(0, one.sequence, one.chain, one.sequence, 1)
    return places


def read(feed: TopicFeed, done: Positions, until: Positions) -> tuple[list[int], dict[int, list[Record]]]:
    """The sizes of the portions, and the records by partition in the order in which they came."""
    sizes, found = list[int](), dict[int, list[Record]]()
    for batch in feed.batches(done, until):
        sizes.append(sum(len(part.records) for part in batch.values()))
        for place, part in batch.items():
            found.setdefault(place.partition, []).extend(part.records)
    return sizes, found


def by_partition(records: Sequence[Record]) -> dict[int, list[Record]]:
    parted = {p: [one for one in records if one.partition == p] for p in range(PARTITIONS)}
    return {partition: part for partition, part in parted.items() if part}


def test_a_log_is_read_in_portions_that_fit_into_one_transaction(
    log: Log, source: str, journal: MemoryJournal, portions: int
) -> None:
    publish(log, source, journal.records)
    sizes, found = read(TopicFeed([source], log), beginning([source]), reached(source, journal.records))
    assert (found, max(sizes), sum(sizes)) == (by_partition(journal.records), portions, 100)


def test_a_log_is_read_no_further_than_the_live_version_stands(
    log: Log, source: str, journal: MemoryJournal, portions: int
) -> None:
    publish(log, source, journal.records)
    wanted = journal.records[:55]
    feed, goal = TopicFeed([source], log), reached(source, wanted)
    _, found = read(feed, beginning([source]), goal)
    assert found == by_partition(wanted)
    _, rest = read(feed, goal, reached(source, journal.records))
    assert rest == by_partition(journal.records[55:])


def test_nothing_is_read_where_nothing_is_behind(log: Log, source: str, journal: MemoryJournal) -> None:
    goal = reached(source, journal.records)
    assert read(TopicFeed([source], log), goal, goal) == ([], {})


def test_what_nobody_claimed_yet_is_claimed_to_stand_still_as_well(log: Log, source: str) -> None:
    store, feed = MemoryStore(MemoryDatabase("reader")), TopicFeed([source], log)
    with store.begin() as books:
        books.claim(Place(source, 3), uuid4())
        assert feed.live(books).keys() == {Place(source, 3)}
    with store.begin() as books:
        standing = feed.live(books, lock=True)
    assert standing.keys() == beginning([source]).keys()
    assert [standing[place].epoch for place in sorted(standing)] == [1] * PARTITIONS


def test_a_log_made_anew_is_read_from_its_start_and_what_is_folded_is_skipped(
    log: Log, source: str, journal: MemoryJournal, portions: int
) -> None:
    """The offsets of the one before it mean nothing in it."""
    publish(log, source, journal.records)
    feed, goal = TopicFeed([source], log), reached(source, journal.records)
    done = {place: replace(one, next_offset=10_000) for place, one in reached(source, journal.records[:55]).items()}
    _, rest = read(feed, done, goal)
    assert rest == by_partition(journal.records[55:])
    done = {place: replace(one, next_offset=3) for place, one in beginning([source]).items()}
    _, found = read(feed, done, goal)
    assert found == by_partition(journal.records)


def test_a_log_that_ends_before_the_live_version_stands_stops_the_rebuild(
    log: Log, source: str, journal: MemoryJournal
) -> None:
    publish(log, source, journal.records[:55])
    with pytest.raises(BrokenLog, match="in its topic, before"):
        read(TopicFeed([source], log), beginning([source]), reached(source, journal.records))


def test_a_log_with_a_hole_stops_the_rebuild(log: Log, source: str, journal: MemoryJournal) -> None:
    missing = next(one for one in journal.records if one.sequence == 2)
    publish(log, source, [one for one in journal.records if one is not missing])
    with pytest.raises(BrokenLog, match="1 events are missing"):
        read(TopicFeed([source], log), beginning([source]), reached(source, journal.records))
