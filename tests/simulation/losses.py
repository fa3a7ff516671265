"""Losses that only a restore mends: topics deleted, made anew, cut; databases put back from older copies."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from libs.events.kafka import Log, LogError, TopicPartition, events_topic
from libs.events.refilling import refill_log
from libs.events.restoring import restore_journal
from tests.simulation.nodes import Node
from tests.simulation.restores import parts_of
from tests.simulation.scheduling import Scheduler

NOTICED_AFTER_SECONDS = 10.0


@dataclass(eq=False)
class Losses:
    """Who lost what, until an operator mended it with the real functions."""

    scheduler: Scheduler
    nodes: Mapping[str, Node]
    log: Log
    # Services whose topic is lost, each with whether what is left of it is to be deleted first.
    topics: dict[str, bool] = field(default_factory=dict)
    # Services whose database is an older copy.
    databases: list[str] = field(default_factory=list)
    mended: int = 0
    _backups: dict[str, dict[str, dict[Any, Any]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # Nobody made one yet: what is put back then is empty.
        self._backups = {name: node.database.snapshot() for name, node in self.nodes.items()}

    @property
    def any(self) -> bool:
        """Whether anything is to be mended still."""
        return bool(self.topics or self.databases)

    def befall(self) -> None:
        """Lose something, now and then."""
        if self.scheduler.chance("back-up"):
            name = self.scheduler.random.choice(list(self.nodes))
            self._backups[name] = self.nodes[name].database.snapshot()
        if self.scheduler.chance("lose.topic"):
            self._lose_topic(self.scheduler.random.choice(list(self.nodes)))
        if self.scheduler.chance("lose.database"):
            self._put_back(self.scheduler.random.choice(list(self.nodes)))

    def mend(self) -> None:
        """What an operator does who notices sooner or later; where one was killed, the next goes on."""
        while True:
            self.scheduler.wait("a loss", lambda: self.any)
            self.scheduler.rest(self.scheduler.random.uniform(0.0, NOTICED_AFTER_SECONDS))
            for name in list(self.databases):
                # A copy as new as the topic needs nothing: the relay saw so and trusts it.
                if not self.nodes[name].is_trusted:
                    restore_journal(parts_of(self.nodes[name]), None, self.log)  # type: ignore[arg-type]  # No grants.
                self.databases.remove(name)
                self.mended += 1
            for name, recreate in list(self.topics.items()):
                if not refill_log(parts_of(self.nodes[name]), self.log, recreate=recreate).differences:
                    del self.topics[name]
                    self.mended += 1

    def _lose_topic(self, name: str) -> None:
        if name in self.topics or name in self.databases:
            return
        topic = events_topic(name)
        how = self.scheduler.random.choice(["deleted", "made anew", "cut"])
        with self._admin() as admin:
            if how == "cut":
                ends = self.log.ends(topic)
                admin.delete_records({TopicPartition(topic, p): end // 2 for p, end in ends.items()})
            else:
                admin.delete_topics([topic])
        if how == "made anew":
            self.log.ensure_topics(name, 1)
        self.scheduler.trace.append(f"{topic} is {how}")
        # What a cut left has to go; what was made anew is as good as any other.
        self.topics[name] = how == "cut" or self.scheduler.chance("recreate")

    def _put_back(self, name: str) -> None:
        """An older copy; what nobody had published yet nobody could put back."""
        node = self.nodes[name]
        if name in self.topics or name in self.databases or not node.is_published:
            return
        node.database.restore(self._backups[name])
        self.scheduler.trace.append(f"{name} is put back")
        self.databases.append(name)

    @contextmanager
    def _admin(self) -> Iterator[Any]:
        with suppress(LogError), self.log._admin() as admin:
            yield admin
