"""A consumer's part in a group of the cluster in memory: it joins, takes what it is given, learns that it is out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from libs.events.kafka import TopicPartition
from libs.events.memory_cluster.broker import MemoryBroker
from libs.events.memory_cluster.groups import Places


@dataclass
class Position:
    """Where a consumer is in one partition."""

    offset: int | None = None
    is_paused: bool = False
    # Without an offset: from the first there is.
    is_reset: bool = False


class Membership:
    """What kafka-python's coordinator is to its consumer, whose positions it owns."""

    def __init__(
        self, broker: MemoryBroker, group: str, timeout: float, positions: dict[TopicPartition, Position]
    ) -> None:
        self._hooks = broker.hooks
        self._group = broker.group(group)
        self._timeout = timeout
        self._positions = positions
        self._topics: frozenset[str] = frozenset()
        self._listener: Any = None
        self._member: int | None = None
        # It joins, and forgot: it stays out without a word until it is reminded.
        self.rejoining = False

    def subscribe(self, topics: Sequence[str], listener: Any) -> None:
        """What to ask for, and whom to tell of what is given and taken."""
        self._topics, self._listener = frozenset(topics), listener

    def request_rejoin(self) -> None:
        """Join anew with the next poll."""
        self.rejoining = False
        if self._member is not None and self._group.knows(self._member):
            self._group.rebalance()

    def meet(self) -> None:
        """Say that we are alive, and take what is news."""
        if self._member is not None and not self._group.knows(self._member):
            # The client's heartbeat may learn of it later than the next poll.
            if self._hooks.chance("poll.unaware"):
                return
            self._lose()
        if self._member is None:
            self._hooks.step("join")
            self._member = self._group.join(self._topics, self._timeout)
        given = self._group.meet(self._member, set(self._positions))
        if given is not None and not self.rejoining:
            if self._hooks.chance("join.forgotten"):
                self.rejoining = True
            else:
                self._take(given)

    def leave(self) -> None:
        """Others get what is ours."""
        if self._member is not None:
            self._group.leave(self._member)
            self._member = None

    def _lose(self) -> None:
        self._member, self.rejoining = None, False
        lost = sorted(self._positions)
        self._positions.clear()
        if lost:
            self._listener.on_partitions_lost(lost)

    def _take(self, given: Places) -> None:
        gone, fresh = sorted(self._positions.keys() - given), sorted(given - self._positions.keys())
        for place in gone:
            del self._positions[place]
        self._positions.update({place: Position() for place in fresh})
        if gone:
            self._listener.on_partitions_revoked(gone)
        if fresh:
            self._listener.on_partitions_assigned(fresh)
        if gone:
            # What was taken away can be given to others now.
            self._group.rebalance()
