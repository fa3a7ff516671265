"""Ours: the follower of a service, from the first record to the last commit."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Event as Stop
from time import monotonic
from typing import Any

from benchmarks.ground import Ground
from benchmarks.loans import SOURCE, entry_projection, loan_projection
from libs.events.checkpoints import LIVE, positions
from libs.events.digest import digest_of
from libs.events.follower import Follower, Following
from libs.events.kafka import Log, Member, Message
from libs.events.projection import Projection
from libs.events.service import Service

FOLLOWER = "reporting"
# A row per loan, or a row per event.
GROUP = "reporting.benchmark"
FOLDED: Mapping[str, Callable[[str], Projection[Any]]] = {"loans": loan_projection, "entries": entry_projection}
Polled = dict[tuple[str, int], list[Message]]


@dataclass(frozen=True)
class Followed:
    """What a lap of ours left behind."""

    seconds: float
    rows: dict[Any, Any]
    digest: str
    checkpoint: int
    stopped: tuple[str, ...]


class Stopwatch(Log):
    """Kafka as a follower sees it, noting when its first records were asked for and when the last were committed."""

    def __init__(self, bootstrap: str, expected: int) -> None:
        super().__init__(bootstrap)
        self.stop = Stop()
        self.began = self.ended = 0.0
        self._missing = expected

    def member(self, group: str, topics: Any, instance: str | None = None) -> Any:
        """As Kafka gives it, watched."""
        return _Watched(super().member(group, topics, instance), self)

    def polled(self, asked: float, messages: Polled) -> None:
        """One poll is over; the next one comes when what it brought is committed."""
        if self._missing == 0:
            self.ended = self.ended or asked
            self.stop.set()
        count = sum(len(part) for (topic, _), part in messages.items() if topic.endswith(".events"))
        if count and not self.began:
            self.began = asked
        self._missing -= count


class _Watched:
    def __init__(self, member: Member, watch: Stopwatch) -> None:
        self._member = member
        self._watch = watch

    def poll(self, timeout_ms: int) -> Polled:
        asked = monotonic()
        messages = self._member.poll(timeout_ms)
        self._watch.polled(asked, messages)
        return messages

    def __getattr__(self, name: str) -> Any:
        return getattr(self._member, name)


def service(*folded: str) -> Service:
    """A service that follows the loans into some of these tables, which are one group."""
    return Service(FOLLOWER, law=None, following=Following([SOURCE], [FOLDED[name](GROUP) for name in folded]))


def follow(ground: Ground, events: int, folded: str = "loans") -> Followed:
    """Fold the whole topic into an empty table."""
    following = service(folded)
    (projection,) = following.following.projections
    with ground.connect(FOLLOWER) as connection:
        connection.execute(f"truncate {projection.name.rsplit('.', 1)[1]}_v1, checkpoint, mark, ignored_event".encode())
    parts = ground.open(following, "worker")
    watch = Stopwatch(ground.bootstrap, events)
    follower = Follower(FOLLOWER, following.following, parts.handler, parts.store, watch)
    follower.run(watch.stop)
    with parts.engine.connect() as connection:
        connection.exec_driver_sql("select set_config('aftercare.scope', '*', true)")
        rows = {getattr(row, projection.key): row for row in projection.read(connection)}
        digest = digest_of(connection, projection, projection.live(connection))
        checkpoint = sum(one.sequence for one in positions(connection, LIVE).values())
    parts.close()
    return Followed(watch.ended - watch.began, rows, str(digest), checkpoint, tuple(follower.stopped.values()))
