"""The simulated world: three services, a broker between them, and everything that can happen to them."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from operator import contains
from typing import Any
from unittest.mock import patch

from libs.events import folding, journal, relay
from libs.events.checkpoints import LIVE
from libs.events.feeds import TopicFeed
from libs.events.kafka import events_topic
from libs.events.memory_cluster.broker import MemoryBroker
from libs.events.memory_cluster.log import MemoryLog
from libs.events.parked import Line
from libs.events.rebuild import Rebuild, RebuildDiffers
from tests.simulation.nodes import Node, Role, Writer
from tests.simulation.scheduling import Scheduler
from tests.simulation.services import Faulty, clubs, life, note, registry, sighting_rows, support

CASES, HELPERS = 5, 4
# How likely each mishap is, a step or an operation.
CHANCES = {
    "kill": 0.004,
    "freeze": 0.002,
    "cut": 0.001,
    "poll.partial": 0.2,
    "poll.delay": 0.1,
    "poll.again": 0.03,
    "send.expires": 0.01,
    "commit.lost-answer": 0.02,
    "commit.lost-marker": 0.01,
}
FREEZE_SECONDS = (0.5, 40.0)
RESTART_SECONDS = 2.0
MEND_AFTER_STEPS = 1_500
STORM_STEPS = 4_000
LOOK_STEPS = 25
IDLE_SECONDS_MAX = 5.0
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
    roles: list[Role] = field(init=False)
    faulty: Faulty = field(default_factory=Faulty)
    lies: list[str] = field(default_factory=list)
    swaps: int = 0
    calm: bool = False

    def __post_init__(self) -> None:
        self.scheduler = Scheduler(self.seed, self.chances)
        self.broker = MemoryBroker(self.scheduler)
        log = MemoryLog(self.broker)
        services = [registry(), support(), clubs(self.faulty, self._is_seen)]
        self.nodes = {one.name: Node(one, self.scheduler, log) for one in services}
        for name in self.nodes:
            log.ensure_topics(name, 1)
        lives = [life(number, HELPERS) for number in range(CASES)]
        self.writers = [Writer(self.nodes["registry"], targets[: -HELPERS // 2]) for targets in lives]
        self.others = [Writer(self.nodes["registry"], targets[-HELPERS // 2 :]) for targets in lives]
        clubs_node = self.nodes["clubs"]
        self.roles = [
            *self._processes(),
            Role("support writer", self._write_notes),
            Role("clubs rebuilder", clubs_node.kept(self._rebuild)),
        ]
        for number in range(CASES):
            self.scheduler.skews[f"writer {number}"] = timedelta(seconds=self.scheduler.random.uniform(-3600, 3600))
        self.notes = Writer(self.nodes["support"], [note(number) for number in range(CASES)])

    def run(self) -> None:
        """A storm, then calm until everything is level."""
        with self._boundaries():
            try:
                for role in self.roles:
                    self._start(role)
                for number, writer in enumerate(self.writers):
                    self.scheduler.start(f"writer {number}", writer.write)
                    self.scheduler.start(f"other {number}", partial(self._write_later, number))
                self._storm()
                self._calm()
            finally:
                self.scheduler.finish()

    @property
    def done(self) -> bool:
        """Whether every command was answered, everything is published, folded and reacted to, and nothing waits."""
        if not all(writer.done for writer in (*self.writers, *self.others, self.notes)):
            return False
        return all(self._is_level(node) for node in self.nodes.values())

    def _processes(self) -> Iterator[Role]:
        for name, node in self.nodes.items():
            yield Role(f"{name} relay", node.kept(node.relay))
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

    def _rebuild(self) -> None:
        """Rebuild again and again: with code that folds otherwise, which must be refused, and with the right one."""
        node = self.nodes["clubs"]
        feed = TopicFeed(node.service.following.sources, node.log)
        while not self.calm:
            self.scheduler.rest(1.0)
            for doubling in (True, False):
                rows = sighting_rows("clubs.sightings", history=True, doubling=doubling)
                made = Rebuild("sightings", [rows], node.handler.codec, feed, node.store)
                with suppress(RebuildDiffers):
                    made.run()
                    self.swaps += 1
        self.scheduler.wait("nothing more", lambda: False)

    def _start(self, role: Role) -> None:
        role.actor = self.scheduler.start(role.name, role.main)

    def _storm(self) -> None:
        for step in range(STORM_STEPS):
            self.scheduler.run(1)
            self._restart()
            if self.scheduler.chance("kill"):
                self._kill(self.scheduler.random.choice(self.roles))
            if self.scheduler.chance("freeze"):
                role = self.scheduler.random.choice(self.roles)
                if role.actor is not None:
                    self.scheduler.freeze(role.actor, self.scheduler.random.uniform(*FREEZE_SECONDS))
                    role.frozen_at = self.scheduler.clock
            if self.scheduler.chance("cut"):
                self.scheduler.random.choice(list(self.nodes.values())).database.cut()
            if step == MEND_AFTER_STEPS:
                self.faulty.mended = True
            if step % LOOK_STEPS == 0:
                self._look()
                self._end_idle()

    def _calm(self) -> None:
        self.scheduler.calm()
        self.calm = True
        self.faulty.mended = True
        for role in self.roles:
            role.starts_at = 0.0
        self._restart()
        self.scheduler.start("operator", self._redrive)
        self.scheduler.run(CALM_STEPS, lambda: self.done)

    def _redrive(self) -> None:
        """An operator tries every line again, now and then."""
        node = self.nodes["clubs"]
        while True:
            for line in self._lines(node):
                node.follower().redriving.redrive(line)
            self.scheduler.wait("a while", lambda: False, 5.0)

    def _kill(self, role: Role) -> None:
        if role.actor is not None and not role.actor.killed:
            self.scheduler.kill(role.actor)
            role.starts_at = self.scheduler.clock + RESTART_SECONDS

    def _restart(self) -> None:
        for role in self.roles:
            if role.actor is not None and role.actor.killed and role.starts_at <= self.scheduler.clock:
                self._start(role)

    def _is_seen(self, case: Any) -> bool:
        committed = self.nodes["clubs"].database.committed
        table, _ = committed["pointer"].get("clubs.sightings", ("clubs.sightings", None))
        return case in committed[table]

    def _is_level(self, node: Node) -> bool:
        heads = {head.partition: head.sequence for head in node.database.committed["head"].values()}
        topic = events_topic(node.service.name)
        if any(len(self.broker.committed(topic, partition)) < s for partition, s in heads.items()):
            return False
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

    def _end_idle(self) -> None:
        """The server ends the transactions of whoever stands still within one."""
        for role in self.roles:
            if (
                role.actor is None
                or role.actor.frozen_until <= self.scheduler.clock < role.frozen_at + IDLE_SECONDS_MAX
            ):
                continue
            for node in self.nodes.values():
                for transaction in [one for one in node.database.open if one.owner is role.actor.thread]:
                    if role.actor.frozen_until > self.scheduler.clock:
                        transaction.end()

    def _lines(self, node: Node) -> list[Line]:
        with node.store.begin() as books:
            return books.lines()

    @contextmanager
    def _boundaries(self) -> Iterator[None]:
        """Every crash point of the library is a boundary."""
        with (
            patch.object(folding, "crash_point", self.scheduler.step),
            patch.object(relay, "crash_point", self.scheduler.step),
            patch.object(journal, "crash_point", self.scheduler.step),
        ):
            yield
