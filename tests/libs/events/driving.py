"""A service that follows another, turn by turn in the test's own thread and without a log between them."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text

from libs.events.checkpoints import LIVE, Checkpoint, Place, claim, positions
from libs.events.follower import Follower, Following
from libs.events.handling import Target
from libs.events.kafka import Log, events_topic
from libs.events.parked import Parked, parked_of
from libs.events.partitions import partition_of
from libs.events.projection import Fold, Projection
from libs.events.reactor import Reactor
from libs.events.record import to_value
from libs.events.service import Parts
from tests.conftest import Bench, MakeBench
from tests.libs.events.sample import CountNote, NoteOpened, Read, meta, note_decider
from tests.libs.events.test_flow import notes_of, write

TOPIC_ID = UUID(int=1)


class Nobody:
    """A group member that nobody hears."""

    def stop(self, topic: str, partition: int) -> None:
        """As a member does."""


@dataclass
class Driven:
    """What one service writes, and the follower of the other."""

    writing: Parts
    reader: Bench
    parts: Parts
    log: Log
    follower: Follower = field(init=False)

    def __post_init__(self) -> None:
        self.begin()

    @property
    def source(self) -> str:
        """Who writes."""
        return self.writing.service.name

    def begin(self) -> None:
        """A follower that begins anew, as after a crash."""
        parts = self.parts
        self.follower = Follower(parts.service.name, parts.following, parts.handler, parts.store, self.log)
        with self.parts.engine.begin() as connection:
            for partition in range(24):
                place = Place(self.source, partition)
                self.follower._held[place] = claim(connection, LIVE, place, TOPIC_ID)
        self.follower._begin()

    def turn(self, strays: Sequence[Read] = ()) -> None:
        """One poll that brings everything that the other wrote and this one has not done."""
        nobody: Any = Nobody()
        messages = {
            place: [
                Read(events_topic(self.source), place.partition, record.sequence - 1, to_value(record))
                for record in self.writing.journal.after(place.partition, min(held.sequence, held.reacted), 10_000)
            ]
            + [stray for stray in strays if stray.partition == place.partition]
            for place, held in self.follower._held.items()
        }
        self.follower._apply(nobody, self.follower._proved(nobody, {p: m for p, m in messages.items() if m}))

    def open(self, *notes: UUID) -> list[UUID]:
        """Write new notes, or these."""
        fresh = list(notes) or [uuid4()]
        write(self.writing, fresh, counts=0)
        return fresh

    def count(self, *notes: UUID) -> None:
        """Write that notes were counted once more."""
        targets = [Target(note_decider, f"note-{n}", CountNote(), meta(), f"person-{n}") for n in notes]
        self.writing.handler.handle_many(targets)

    def counts(self, rows: Projection[Any]) -> dict[UUID, int]:
        """What the follower has folded."""
        return {row.note_id: row.count for row in notes_of(self.reader, rows)}

    def parked(self) -> list[Parked]:
        """Everything that is parked."""
        with self.reader.superuser.connect() as connection:
            return parked_of(connection)

    def held(self) -> dict[Place, Checkpoint]:
        """Where the follower stands."""
        with self.reader.superuser.connect() as connection:
            return {place: one for place, one in positions(connection, LIVE).items() if one.sequence}

    def change(self, statement: str, **values: object) -> None:
        """Change the follower's database behind its back."""
        with self.reader.superuser.begin() as connection:
            connection.execute(text(statement), values)


@contextmanager
def driven(
    make_bench: MakeBench,
    log: Log,
    *projections: Projection[Any],
    reactors: Sequence[Reactor] = (),
    inline: Sequence[Projection[Any]] = (),
) -> Iterator[Driven]:
    """Two services; the second follows the first with these projections and reactors."""
    source = make_bench()
    source.verify_journal()
    reader = make_bench(following=Following([source.service.name], projections, reactors), inline=inline)
    reader.verify_journal()
    with closing(source.open()) as writing, closing(reader.open("worker")) as parts:
        yield Driven(writing, reader, parts, log)


def failing(rows: Projection[Any], fails: Callable[[Any], bool], event_class: type = NoteOpened) -> Projection[Any]:
    """The same projection, where the fold of some events is a fault in the code."""
    fold = rows.folds[event_class]

    def evolve(event: Any, row: Any) -> Any:
        return 1 // 0 if fails(event) else fold.evolve(event, row)

    rows.folds[event_class] = Fold(fold.keys, evolve)
    return rows


def beside(note: UUID) -> UUID:
    """Another note, of somebody else, whose events lie in the same partition."""
    while partition_of(f"person-{(other := uuid4())}") != partition_of(f"person-{note}"):
        pass
    return other


def apart(note: UUID) -> UUID:
    """Another note, of somebody else, whose events lie in another partition."""
    while partition_of(f"person-{(other := uuid4())}") == partition_of(f"person-{note}"):
        pass
    return other
