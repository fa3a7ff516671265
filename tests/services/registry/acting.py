"""A registry on a real database, whose reactors a test drives one round of events at a time, as a follower would."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID, uuid4

from libs.events.decider import Decider, Refused
from libs.events.event import Event
from libs.events.handling import Target
from libs.events.outbox import PostgresOutbox
from libs.events.partitions import PARTITIONS, partition_of
from libs.events.projection import Projection
from libs.events.record import Meta
from libs.events.service import Parts
from services.registry.feed.files import seeing_all
from tests.conftest import Bench
from tests.services.reporting.registry import Registry

E = TypeVar("E", bound=Event)
R = TypeVar("R")


@dataclass(frozen=True)
class Acting:
    """The registry's parts as its worker has them, and how far its reactors came in each partition."""

    parts: Parts
    reacted: dict[int, int] = field(default_factory=lambda: dict.fromkeys(range(PARTITIONS), 0))

    @property
    def offices(self) -> Registry:
        """Who tells it of lives."""
        return Registry(self.parts.handler)

    def tell(self, person: UUID, decider: Decider[Any, Any], identity: UUID, command: Any) -> None:
        """One command on a stream of a person's; nothing follows yet."""
        meta = Meta(uuid4(), "test", uuid4())
        stream, subject = f"{decider.category}-{identity}", f"person-{person}"
        self.parts.handler.handle(Target(decider, stream, command, meta, subject))

    def settle(self) -> None:
        """React to what was told since, and to what that brings, until nothing follows."""
        outbox, source = PostgresOutbox(self.parts.journal), self.parts.service.name
        while due := [one.read(source) for one in outbox.behind(self.reacted)]:
            self.reacted.update({record.partition: record.sequence for record in due})
            reactors = self.parts.service.following.reactors
            with seeing_all(self.parts.engine) as connection:
                targets = [
                    target
                    for record in due
                    if (event := self.parts.codec.decode(record)) is not None
                    for reactor in reactors
                    for target in reactor.targets(record, event, connection)
                ]
            results = self.parts.handler.handle_many(targets)
            assert not [result for result in results if isinstance(result, Refused)]

    def settle_again(self) -> None:
        """React to everything once more, as after a lost checkpoint."""
        self.reacted.update(dict.fromkeys(range(PARTITIONS), 0))
        self.settle()

    def everything(self, person: UUID) -> list[Event]:
        """Every event about a person, in order."""
        subject = f"person-{person}"
        records = self.parts.journal.after(partition_of(subject), 0)
        return self.parts.codec.open([record for record in records if record.subject == subject])

    def told(self, person: UUID, *kinds: type[E]) -> list[E]:
        """The events of these kinds about a person, in order."""
        return [event for event in self.everything(person) if isinstance(event, kinds)]

    def rows(self, projection: Projection[R], where: str, **values: Any) -> list[R]:
        """The live rows that satisfy a condition, of whichever unit."""
        with seeing_all(self.parts.engine) as connection:
            return projection.read(connection, where, **values)


@contextmanager
def acting(bench: Bench) -> Iterator[Acting]:
    """The registry's worker, with its hands in the test's."""
    bench.verify_journal()
    with closing(bench.open("worker")) as parts:
        yield Acting(parts)
