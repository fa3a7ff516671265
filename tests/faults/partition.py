"""One partition of events, and followers of it that a test drives poll by poll."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest

from libs.events.checkpoints import LIVE, Place, claim
from libs.events.follower import Follower, Following
from libs.events.kafka import Log, events_topic
from libs.events.projection import Projection
from libs.events.record import Record, to_value
from libs.events.service import Parts
from tests.conftest import Bench, MakeBench
from tests.libs.events.sample import Read, note_projection
from tests.libs.events.test_flow import notes_of, write

COUNTS = 5


class Nobody:
    """A group member that nobody hears."""

    def stop(self, topic: str, partition: int) -> None:
        """As a member does."""


@dataclass(frozen=True)
class Partition:
    """One note, opened and counted, as events of one partition, and a service that follows them."""

    records: Sequence[Record]
    reader: Bench
    worker: Parts
    rows: Projection[Any]
    log: Log

    @property
    def place(self) -> Place:
        """Where the events lie."""
        return Place(self.records[0].source, self.records[0].partition)

    def owner(self) -> Follower:
        """A follower that owns the partition now, whoever owned it before."""
        service = self.worker.service
        follower = Follower(service.name, service.following, self.worker.handler, self.worker.store, self.log)
        with self.worker.engine.begin() as connection:
            follower._held[self.place] = claim(connection, LIVE, self.place, UUID(int=1))
        return follower

    def apply(self, follower: Follower, records: Sequence[Record] | None = None) -> None:
        """What one poll does that brought some of the events, or all."""
        nobody: Any = Nobody()
        topic, chosen = events_topic(self.place.source), self.records if records is None else records
        messages = [Read(topic, r.partition, n, to_value(r)) for n, r in enumerate(chosen)]
        follower._apply(nobody, follower._proved(nobody, {self.place: messages}))

    def found(self) -> list[Any]:
        """The rows that were folded."""
        return notes_of(self.reader, self.rows)

    def counted(self) -> list[int]:
        """How often each of them was counted."""
        return [row.count for row in self.found()]


@pytest.fixture
def partition(make_bench: MakeBench, log: Log) -> Iterator[Partition]:
    note, rows, writing = uuid4(), note_projection("followed"), make_bench()
    writing.verify_journal()
    with closing(writing.open()) as parts:
        write(parts, [note], counts=COUNTS)
        records = parts.journal.streams([f"note-{note}"])[f"note-{note}"]
    reader = make_bench(following=Following([writing.service.name], [rows]))
    with closing(reader.open("worker")) as worker:
        yield Partition(records, reader, worker, rows, log)
