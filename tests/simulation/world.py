"""The simulated world: three services, a broker between them, and everything that can happen to them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from operator import contains
from typing import Any
from unittest.mock import patch

from libs.events import folding, follower, journal, relay
from libs.events.checkpoints import LIVE
from libs.events.memory_cluster.broker import MemoryBroker
from libs.events.memory_cluster.log import MemoryLog
from tests.simulation.losses import Losses
from tests.simulation.nodes import Node, Role, Writer
from tests.simulation.operators import Rebuilder, ask, redrive, watch
from tests.simulation.restores import restorable
from tests.simulation.scheduling import Scheduler
from tests.simulation.services import Faulty, clubs, life, note, registry, support
from tests.simulation.storm import LOOK_STEPS, Storm

CASES, HELPERS = 5, 4
# How likely each mishap is, a step or an operation.
CHANCES = {
    "kill": 0.008,
    "freeze": 0.012,
    "cut": 0.0005,
    "lose.topic": 0.0002,
    "recreate": 0.5,
    "back-up": 0.001,
    "lose.database": 0.0002,
    "poll.partial": 0.2,
    "poll.delay": 0.1,
    "poll.again": 0.03,
    "send.expires": 0.01,
    "commit.lost-answer": 0.02,
    "commit.lost-marker": 0.01,
}
# Nobody looks around as often as a real process does: between two events it would see nothing.
IDLE_SECONDS = 0.5
MEND_AFTER_SECONDS = 40.0
STORM_SECONDS = 90.0
CALM_STEPS = 60_000


@dataclass(eq=False)
class World:
    """One run, which its seed decides wholly."""

    seed: int
    chances: dict[str, float] = field(default_factory=lambda: dict(CHANCES))
    scheduler: Scheduler = field(init=False)
    broker: MemoryBroker = field(init=False)
    nodes: dict[str, Node] = field(init=False)
    writers: list[Writer] = field(init=False)
    storm: Storm = field(init=False)
    rebuilder: Rebuilder = field(init=False)
    faulty: Faulty = field(default_factory=Faulty)
    lies: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.scheduler = Scheduler(self.seed, self.chances)
        self.broker = MemoryBroker(self.scheduler)
        log = MemoryLog(self.broker)
        services = [registry(), support(), clubs(self.faulty, self._is_seen)]
        self.nodes = {one.name: Node(one, self.scheduler, log, self.broker) for one in services}
        for name in self.nodes:
            log.ensure_topics(name, 1)
        lives = [life(number, HELPERS) for number in range(CASES)]
        self.writers = [Writer(self.nodes["registry"], targets[: -HELPERS // 2]) for targets in lives]
        self.others = [Writer(self.nodes["registry"], targets[-HELPERS // 2 :]) for targets in lives]
        self.notes = Writer(self.nodes["support"], [note(number) for number in range(CASES)])
        clubs_node = self.nodes["clubs"]
        self.rebuilder = Rebuilder(clubs_node)
        losses = Losses(self.scheduler, self.nodes, log)
        self.storm = Storm(self.scheduler, self.nodes, losses, self._look)
        self.storm.roles = [
            *self._processes(),
            *(Role(f"writer {number}", writer.write) for number, writer in enumerate(self.writers)),
            *(Role(f"other {number}", partial(self._write_later, number)) for number in range(CASES)),
            Role("support writer", self._write_notes),
            Role("clubs rebuilder", clubs_node.kept(self.rebuilder.rebuild)),
            Role("operator", clubs_node.kept(losses.mend)),
        ]
        for number in range(CASES):
            self.scheduler.skews[f"writer {number}"] = timedelta(seconds=self.scheduler.random.uniform(-3600, 3600))

    def run(self) -> None:
        """A storm, then calm until everything is level."""
        with self._boundaries():
            try:
                self.scheduler.start("developer", self._mend)
                self.scheduler.start("clubs watch", self.nodes["clubs"].kept(partial(watch, self.nodes["clubs"])))
                self.storm.restart()
                self.storm.run(STORM_SECONDS)
                self._calm()
            finally:
                self.scheduler.finish()

    @property
    def done(self) -> bool:
        """Whether every command was answered, everything is published, folded and reacted to, and nothing waits."""
        if not all(writer.done for writer in (*self.writers, *self.others, self.notes)):
            return False
        if self.storm.losses.any:
            return False
        return all(self._is_level(node) for node in self.nodes.values())

    def _processes(self) -> Iterator[Role]:
        for name, node in self.nodes.items():
            yield Role(f"{name} relay", node.kept(node.relay))
            yield Role(f"{name} asker", node.kept(partial(ask, node)))
            if node.service.following.sources:
                yield Role(f"{name} follower 1", node.kept(node.follow))
                yield Role(f"{name} follower 2", node.kept(node.follow))
            if node.service.deadlines:
                yield Role(f"{name} alarm 1", node.kept(node.ring))
                yield Role(f"{name} alarm 2", node.kept(node.ring))
        yield Role("registry relay 2", self.nodes["registry"].kept(self.nodes["registry"].relay))

    def _write_notes(self) -> None:
        """Write of a case once its report was answered."""
        for number, target in enumerate(self.notes.targets):
            reported = self.writers[number].targets[0].meta.command_id
            answered = self.writers[number].answered
            self.scheduler.wait("the report", partial(contains, answered, reported))
            Writer(self.notes.node, [target], self.notes.answered, self.notes.refused).write()

    def _write_later(self, number: int) -> None:
        """Write about a case that was decided, beside those who do so already."""
        answered, decided = self.writers[number].answered, self.writers[number].targets[2].meta.command_id
        self.scheduler.wait("the decision", partial(contains, answered, decided))
        self.others[number].write()

    def _calm(self) -> None:
        self.scheduler.calm()
        self.rebuilder.ended = True
        for role in self.storm.roles:
            role.starts_at = 0.0
        self.storm.restart()
        self.scheduler.start("clubs operator", self.nodes["clubs"].kept(partial(redrive, self.nodes["clubs"])))
        until = self.scheduler.steps + CALM_STEPS
        while not self.done and self.scheduler.steps < until:
            self.scheduler.run(LOOK_STEPS)

    def _mend(self) -> None:
        """The fault in the code is mended, at last."""
        self.scheduler.rest(MEND_AFTER_SECONDS)
        self.faulty.mended = True

    def _is_seen(self, case: Any) -> bool:
        committed = self.nodes["clubs"].database.committed
        table, _ = committed["pointer"].get("clubs.sightings", ("clubs.sightings", None))
        return case in committed[table]

    def _is_level(self, node: Node) -> bool:
        if not node.is_published:
            return False
        heads = node.heads
        clubs_node = self.nodes["clubs"]
        done = {
            place.partition: (one.sequence, one.reacted)
            for (of, place), one in clubs_node.database.committed["checkpoint"].items()
            if of == LIVE and place.source == node.service.name
        }
        followed = node.service.name in clubs_node.service.following.sources
        return not followed or (
            all(done.get(p, (0, 0)) == (s, s) for p, s in heads.items()) and not clubs_node.database.committed["parked"]
        )

    def _look(self) -> None:
        """Whether what is said to be known is."""
        node = self.nodes["clubs"]
        committed = node.database.committed
        for source in node.service.following.sources:
            done = {
                p.partition: one.sequence
                for (of, p), one in committed["checkpoint"].items()
                if (of, p.source) == (LIVE, source)
            }
            marks = [mark for (of, _), mark in committed["mark"].items() if of == source]
            known = [m.known_until for m in marks if all(done.get(p, 0) >= s for p, s in enumerate(m.sequences))]
            for record in self.nodes[source].database.committed["journal"].values():
                if known and record.recorded_at <= max(known) and record.sequence > done.get(record.partition, 0):
                    self.lies.append(f"{record.position} is said to be known to {node.service.name}")

    @contextmanager
    def _boundaries(self) -> Iterator[None]:
        """Every crash point of the library is a boundary."""
        with (
            restorable(self.scheduler),
            patch.object(folding, "crash_point", self.scheduler.step),
            patch.object(relay, "crash_point", self.scheduler.step),
            patch.object(journal, "crash_point", self.scheduler.step),
            patch.object(follower, "POLL_MS", int(IDLE_SECONDS * 1000)),
            patch.object(relay, "IDLE_SECONDS", IDLE_SECONDS),
        ):
            yield
