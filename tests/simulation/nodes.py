"""Services in memory, each with the processes that a deployment runs: relays, followers, alarms, writers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from libs.events.codec import Codec
from libs.events.deadlines import Alarm
from libs.events.decider import Refused
from libs.events.follower import Follower
from libs.events.handling import Handler, Outcome, Target
from libs.events.kafka import Log, events_topic
from libs.events.keyring import MemoryKeyring
from libs.events.memory import MemoryDatabase, MemoryJournal
from libs.events.memory_books import MemoryStore, memory_books
from libs.events.memory_cluster.broker import MemoryBroker
from libs.events.memory_outbox import NOBODY_TRUSTS, MemoryOutbox
from libs.events.projector import InlineProjector
from libs.events.relay import Relay
from libs.events.service import Service
from libs.events.transient import Transient
from tests.simulation.scheduling import MIDNIGHT, Actor, Flag, Scheduler

RESTART_SECONDS = 1.0
RETRY_SECONDS = 0.5
RING_SECONDS = (0.5, 4.0)
PAUSE_SECONDS_MAX = 18.0
# Many do at the last minute what was due that day.
LAST_MINUTE, LATE_SECONDS_MAX = 0.25, 3.0


@dataclass(eq=False)
class Node:
    """One service: its database, and the handler that all its processes share the code of."""

    service: Service
    scheduler: Scheduler
    log: Log
    broker: MemoryBroker
    database: MemoryDatabase = field(init=False)
    journal: MemoryJournal = field(init=False)
    store: MemoryStore = field(init=False)
    handler: Handler = field(init=False)
    reasons: list[str] = field(default_factory=list)
    followers: list[Follower] = field(default_factory=list)

    def __post_init__(self) -> None:
        name = self.service.name
        self.database = MemoryDatabase(name, self.scheduler)
        self.database.committed["identity"]["verified"] = NOBODY_TRUSTS
        self.journal = MemoryJournal(name, self.database)
        self.store = MemoryStore(self.database)
        inline = [InlineProjector(self.service.inlined)]
        self.handler = Handler(self.journal, Codec(name, MemoryKeyring()), self.service.law, inline, memory_books)

    @property
    def codec(self) -> Codec:
        """How its events are read and written."""
        return self.handler.codec

    @property
    def heads(self) -> dict[int, int]:
        """How many events each partition holds."""
        return {partition: head.sequence for partition, head in self.database.committed["head"].items()}

    @property
    def is_trusted(self) -> bool:
        """Whether a relay compared this very database with its topic."""
        return bool(self.database.committed["identity"].get("verified") == self.database.identity)

    @property
    def is_published(self) -> bool:
        """Whether its topic has every event, for all to read."""
        topic = events_topic(self.service.name)
        if topic not in self.broker.topics:
            return False
        return all(len(self.broker.committed(topic, partition)) >= s for partition, s in self.heads.items())

    def relay(self) -> None:
        """Publish."""
        Relay(MemoryOutbox(self.journal), self.log, self.scheduler.seconds).run(self._flag())

    def follower(self) -> Follower:
        """A member of the service's group."""
        return Follower(self.service.name, self.service.following, self.handler, self.store, self.log)

    def follow(self) -> None:
        """Follow."""
        follower = self.follower()
        self.followers.append(follower)
        try:
            follower.run(self._flag())
        finally:
            self.followers.remove(follower)

    def ring(self) -> None:
        """Tell of deadlines."""
        alarm, flag = Alarm(self.service.deadlines, self.handler, self.store), self._flag()
        while not flag.wait(self.scheduler.random.uniform(*RING_SECONDS)):
            alarm.ring()

    def kept(self, process: Callable[[], object]) -> Callable[[], None]:
        """A process that a keeper starts again whenever it ends."""

        def keep() -> None:
            while True:
                try:
                    process()
                except Exception as error:  # noqa: BLE001 -- A keeper asks no questions; the invariants do.
                    self.reasons.append(f"{type(error).__name__}: {error}")
                self._flag().wait(RESTART_SECONDS)

        return keep

    def _flag(self) -> Any:
        return Flag(self.scheduler)


@dataclass
class Writer:
    """Somebody who has commands done one after the other, and insists until each is answered."""

    node: Node
    targets: Sequence[Target[Any, Any]]
    answered: dict[UUID, Outcome] = field(default_factory=dict)
    refused: dict[UUID, Refused] = field(default_factory=dict)

    def write(self) -> None:
        """All of them."""
        for target in self.targets:
            self._pause(self.node.scheduler)
            while target.meta.command_id not in {*self.answered, *self.refused}:
                database = self.node.database
                asked = self.node.is_trusted, database.identity
                try:
                    self.answered[target.meta.command_id] = self.node.handler.handle(target)
                except Transient:
                    Flag(self.node.scheduler).wait(RETRY_SECONDS)
                except Refused as refused:
                    # Of an older copy nobody takes a no for an answer.
                    if asked == (True, database.identity):
                        self.refused[target.meta.command_id] = refused
                    else:
                        Flag(self.node.scheduler).wait(RETRY_SECONDS)

    def _pause(self, scheduler: Scheduler) -> None:
        left = MIDNIGHT - scheduler.clock
        late = left > 0 and scheduler.random.random() < LAST_MINUTE
        most = LATE_SECONDS_MAX if late else PAUSE_SECONDS_MAX
        scheduler.rest(late * left + scheduler.random.uniform(0.0, most))

    @property
    def done(self) -> bool:
        """Whether every command was answered."""
        return len(self.answered) + len(self.refused) == len(self.targets)


@dataclass
class Role:
    """A process that is there again after it was killed."""

    name: str
    main: Callable[[], object]
    actor: Actor | None = None
    starts_at: float = 0.0
    frozen_at: float = 0.0
