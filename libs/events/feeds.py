"""What a rebuild reads: the topics of what is followed, or the own journal for what is folded inline."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Protocol
from uuid import UUID

from libs.events.books import Books
from libs.events.checkpoints import Checkpoint, Place, beginning
from libs.events.journal import READ_BATCH_MAX, Journal
from libs.events.kafka import Log, Message, PlaceLost, events_topic
from libs.events.kafka.pinned import POLL_RECORDS_MAX
from libs.events.proving import Batch, BrokenLog, prove
from libs.events.record import next_link

Positions = Mapping[Place, Checkpoint]
_NO_TOPIC = UUID(int=0)


class Feed(Protocol):
    """Records in order per place, and how far the live version has come."""

    def beginning(self) -> dict[Place, Checkpoint]:
        """Nothing read yet."""

    def live(self, books: Books, *, lock: bool = False) -> Positions:
        """Where the live version stands in this transaction; locked, it stands still."""

    def batches(self, done: Positions, until: Positions) -> Iterator[dict[Place, Batch]]:
        """Proved batches from `done` up to exactly `until`."""

    def at_hand(self) -> AbstractContextManager["Feed"]:
        """The same, for one thread that has to have a few more records at once, again and again."""


class TopicFeed:
    """The topics of the sources that a service follows."""

    def __init__(self, sources: Sequence[str], log: Log) -> None:
        self._sources = sources
        self._log = log

    def beginning(self) -> dict[Place, Checkpoint]:
        """As the protocol says."""
        return beginning(self._sources)

    def live(self, books: Books, *, lock: bool = False) -> Positions:
        """As the protocol says."""
        if lock:
            # What nobody claimed yet could else be claimed and folded meanwhile: there would be nothing to lock.
            for place in sorted(self.beginning().keys() - books.positions().keys()):
                books.claim(place, _NO_TOPIC)
        return books.positions(lock=lock)

    def batches(self, done: Positions, until: Positions) -> Iterator[dict[Place, Batch]]:
        """As the protocol says."""
        for source in self._sources:
            held = {p.partition: done[p] for p in until if p.source == source and _behind(done[p], until[p])}
            if held:
                yield from self._source(source, held, until)

    @contextmanager
    def at_hand(self) -> Iterator[Feed]:
        """As the protocol says."""
        with self._log.connected() as log:
            yield TopicFeed(self._sources, log)

    def _source(self, source: str, held: dict[int, Checkpoint], until: Positions) -> Iterator[dict[Place, Batch]]:
        try:
            yield from self._from(source, {p: one.next_offset for p, one in held.items()}, held, until)
        except (BrokenLog, *PlaceLost):
            # The topic was made anew since: in this one the offsets mean something else, or nothing.
            begins = self._log.begins(events_topic(source), list(held))
            yield from self._from(source, begins, held, until)

    def _from(
        self, source: str, starts: Mapping[int, int], held: dict[int, Checkpoint], until: Positions
    ) -> Iterator[dict[Place, Batch]]:
        topic = events_topic(source)
        pending: dict[int, list[Message]] = {}
        count = 0
        for message in self._log.read(topic, starts, self._log.ends(topic, list(starts))):
            pending.setdefault(message.partition, []).append(message)
            count += 1
            if count >= POLL_RECORDS_MAX:
                yield _proved(source, held, pending, until)
                pending, count = {}, 0
        yield _proved(source, held, pending, until)
        for partition, one in held.items():
            if one.sequence < (goal := until[Place(source, partition)].sequence):
                raise BrokenLog(f"{source}/{partition} ends with {one.sequence} in its topic, before {goal}")


class JournalFeed:
    """The service's own journal."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def beginning(self) -> dict[Place, Checkpoint]:
        """As the protocol says."""
        return beginning([self._journal.service])

    def live(self, books: Books, *, lock: bool = False) -> Positions:
        """As the protocol says."""
        return {
            Place(self._journal.service, head.partition): Checkpoint(0, head.sequence, head.chain, head.sequence, 0)
            for head in books.heads(lock=lock)
        }

    def batches(self, done: Positions, until: Positions) -> Iterator[dict[Place, Batch]]:
        """As the protocol says."""
        for place, goal in until.items():
            held = done[place]
            while _behind(held, goal):
                limit = min(READ_BATCH_MAX, goal.sequence - held.sequence)
                records = self._journal.after(place.partition, held.sequence, limit)
                chain = held.chain
                for record in records:
                    chain = next_link(chain, record.sequence, record.recorded_at, record.body)
                if not records or chain != records[-1].chain:
                    raise BrokenLog(
                        f"the journal's chain does not fit after {place.source}/{place.partition}/{held.sequence}"
                    )
                held = Checkpoint(0, records[-1].sequence, chain, records[-1].sequence, 0)
                yield {place: Batch(tuple(records), (), held)}

    def at_hand(self) -> AbstractContextManager[Feed]:
        """As the protocol says."""
        return nullcontext(self)


def _behind(done: Checkpoint, goal: Checkpoint) -> bool:
    return done.sequence < goal.sequence


def _proved(
    source: str, held: dict[int, Checkpoint], pending: Mapping[int, Sequence[Message]], until: Positions
) -> dict[Place, Batch]:
    """What is new, proved; `held` moves on when all of it is."""
    batches: dict[Place, Batch] = {}
    for partition, messages in pending.items():
        place = Place(source, partition)
        goal = until[place].sequence
        if held[partition].sequence >= goal:
            continue  # The log went on meanwhile, and what lies behind the goal was cut off before.
        batch = prove(place, held[partition], messages)
        if batch.reached.sequence > goal:
            batch = prove(place, held[partition], messages[: len(messages) - (batch.reached.sequence - goal)])
        batches[place] = batch
    held.update({place.partition: batch.reached for place, batch in batches.items()})
    return batches
