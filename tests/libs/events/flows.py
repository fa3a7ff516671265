"""Two services and the log between them, where the test itself is the relay and so knows what lies in the log."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text

from libs.events.checkpoints import LIVE, Checkpoint, Place, positions
from libs.events.handling import Target
from libs.events.kafka import Log, events_topic
from libs.events.projection import Projection
from libs.events.reactor import Reactor
from libs.events.record import Record, to_value
from libs.events.service import Parts
from tests.conftest import Bench, MakeBench
from tests.libs.events.sample import CountNote, meta, note_decider, note_projection
from tests.libs.events.test_flow import following, level, notes_of, write
from tests.libs.events.waiting import until


@dataclass(frozen=True)
class Flow:
    """A service that writes, one that follows it, and the events so far; only the test publishes them."""

    writing: Bench
    parts: Parts
    reader: Bench
    rows: Projection[Any]
    log: Log

    @property
    def topic(self) -> str:
        return events_topic(self.writing.service.name)

    def wrote(self, notes: int, counts: int = 1) -> list[UUID]:
        """New notes, in the journal and in the log."""
        fresh, before = [uuid4() for _ in range(notes)], self.heads()
        write(self.parts, fresh, counts)
        self.publish_after(before)
        return fresh

    def counted(self, *notes: UUID) -> None:
        """Notes that were written before are each counted once more, in one transaction of the log."""
        before = self.heads()
        self.parts.handler.handle_many(
            [Target(note_decider, f"note-{n}", CountNote(), meta(), subject=f"person-{n}") for n in notes]
        )
        self.publish_after(before)

    def publish_after(self, sequences: Mapping[int, int]) -> None:
        """What the journal holds after these sequences, into the log."""
        self.publish([one for p, sequence in sequences.items() for one in self.parts.journal.after(p, sequence)])

    def heads(self) -> dict[int, int]:
        return {head.partition: head.sequence for head in self.parts.journal.heads()}

    def publish(self, records: Sequence[Record]) -> None:
        self.send([(one.partition, to_value(one)) for one in records])

    def send(self, values: Sequence[tuple[int, bytes]]) -> None:
        with closing(self.log.publisher(f"relay.{self.writing.service.name}")) as publisher:
            publisher.publish([(self.topic, partition, "key", value) for partition, value in values])

    def counts(self) -> dict[UUID, int]:
        return {row.note_id: row.count for row in notes_of(self.reader, self.rows)}

    def held(self) -> dict[Place, Checkpoint]:
        with self.reader.superuser.connect() as connection:
            return positions(connection, LIVE)

    def until_level(self) -> None:
        until(lambda: level(self.writing, self.reader), "the follower being level")

    def change(self, statement: str, **values: object) -> None:
        with self.reader.superuser.begin() as connection:
            connection.execute(text(statement), values)


@contextmanager
def flow(make_bench: MakeBench, log: Log, *reactors: Reactor, rows: Projection[Any] | None = None) -> Iterator[Flow]:
    """A flow whose reader folds notes, as they are or as the test has them, and has these reactors."""
    writing, rows = make_bench(topics=True), rows or note_projection("followed")
    writing.verify_journal()
    reader = following(make_bench, writing, rows, reactors=reactors)
    with closing(writing.open()) as parts:
        yield Flow(writing, parts, reader, rows, log)
