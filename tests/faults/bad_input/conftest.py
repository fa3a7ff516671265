"""The counting service and its follower on real engines, where the test itself is the relay of the first."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import pytest

from libs.events.feeds import TopicFeed
from libs.events.handling import Target
from libs.events.kafka import Log, events_topic
from libs.events.parked import Parked, parked_of
from libs.events.partitions import partition_of
from libs.events.record import Record, to_value
from libs.events.service import Parts
from libs.web.freshness import render_position
from tests.conftest import Bench, MakeBench
from tests.faults import proofs
from tests.faults.clients import Acknowledged
from tests.faults.counting import WRITING, followed, history, reading_of
from tests.faults.proofs import Figures, figures, rebuilt_same
from tests.libs.events.sample import CountNote, OpenNote, meta, note_decider
from tests.libs.events.test_flow import level, notes_of, working
from tests.libs.events.waiting import until


@dataclass
class World:
    """What the first service wrote, as it was acknowledged, and who follows it."""

    writer: Bench
    reader: Bench
    parts: Parts
    log: Log
    acknowledged: list[Acknowledged] = field(default_factory=list)
    _sent: Counter[int] = field(default_factory=Counter)

    @property
    def source(self) -> str:
        """Who writes."""
        return self.writer.service.name

    @property
    def topic(self) -> str:
        """Where it lies."""
        return events_topic(self.source)

    def open(self, note: UUID | None = None, counts: int = 0, **said: str) -> UUID:
        """Write a new note, counted some times."""
        note = note or uuid4()
        self._do("/v1/notes", note, OpenNote(note, **said))
        for _ in range(counts):
            self.count(note)
        return note

    def count(self, note: UUID) -> None:
        """Write that a note was counted once more."""
        self._do(f"/v1/notes/{note}/counts", note, CountNote())

    def _do(self, path: str, note: UUID, command: OpenNote | CountNote) -> None:
        outcome = self.parts.handler.handle(Target(note_decider, f"note-{note}", command, meta(), f"person-{note}"))
        assert outcome.position is not None
        position = render_position(outcome.position)
        self.acknowledged.append(Acknowledged(path, str(note), position, repeated=False, waited=0))

    def unsent(self) -> list[Record]:
        """What was written since this was asked before, in its order."""
        fresh: list[Record] = []
        for head in self.parts.journal.heads():
            fresh += self.parts.journal.after(head.partition, self._sent[head.partition])
            self._sent[head.partition] = head.sequence
        return fresh

    def send(self, records: Sequence[Record]) -> None:
        """Put records into the log, as one transaction of the relay."""
        self.put([(record.partition, to_value(record)) for record in records])

    def put(self, values: Sequence[tuple[int, bytes]]) -> None:
        """Put bytes into partitions of the log."""
        with closing(self.log.publisher(f"relay.{self.source}")) as publisher:
            publisher.publish([(self.topic, partition, "key", value) for partition, value in values])

    def following(self) -> AbstractContextManager[None]:
        """The follower, while the block runs."""
        return working(self.reader, log=self.log)

    def until_level(self) -> None:
        """Return when everything is folded and reacted to."""
        until(lambda: level(self.writer, self.reader), "the follower being level")

    def parked(self) -> list[Parked]:
        """What the follower parked."""
        with self.reader.superuser.connect() as connection:
            return parked_of(connection)

    def counts(self) -> Mapping[str, int]:
        """How often each note was counted, as the follower knows."""
        return {str(row.note_id): row.count for row in notes_of(self.reader, followed)}

    def effects(self) -> Mapping[str, int]:
        """How many effects are lost and doubled in both journals and every table, whatever else lies in the log."""
        wanted = Counter(one.id for one in self.acknowledged if one.path.endswith("/counts"))
        opened = Counter(one.id for one in self.acknowledged if one.path == "/v1/notes")
        differences = [proofs.difference(opened, counts) for counts in proofs._openings(self.writer, self.reader)]
        differences += [proofs.difference(wanted, counts) for counts in proofs._counts(self.writer, self.reader)]
        lost, doubled = (sum(numbers) for numbers in zip(*differences, strict=True))
        return {"lost": lost, "doubled": doubled}

    def rebuilt_same(self) -> bool:
        """Whether the follower's tables, rebuilt from the log, are those that it has."""
        return rebuilt_same(self.reader, [followed, history], lambda _: TopicFeed([self.source], self.log))

    def proved(self) -> Figures:
        """The figures of everything, the log too; they must hold."""
        found = figures(self.writer, self.reader, self.log, self.acknowledged)
        assert found.holds(), str(found)
        return found


@pytest.fixture
def world(make_bench: MakeBench, log: Log) -> Iterator[World]:
    writer = make_bench(topics=True, **WRITING)
    writer.verify_journal()
    reader = make_bench(topics=True, **reading_of(writer.service.name))
    with closing(writer.open()) as parts:
        yield World(writer, reader, parts, log)


def in_other_partitions(count: int) -> list[UUID]:
    """So many ids of notes, each of another partition."""
    found: dict[int, UUID] = {}
    while len(found) < count:
        note = uuid4()
        found.setdefault(partition_of(f"person-{note}"), note)
    return list(found.values())
