"""Consumer groups in memory: who is a member, and who reads what, by cooperative rebalances."""

from collections.abc import Callable
from dataclasses import dataclass, field

from libs.events.kafka import TopicPartition

Places = set[TopicPartition]


@dataclass(eq=False)
class Seat:
    """A member as its coordinator sees it."""

    topics: frozenset[str]
    timeout: float
    seen: float
    # What it said it owns when it joined the rebalance under way; None before.
    owned: Places | None = None
    # What it was assigned and does not know of yet.
    given: Places | None = None


@dataclass(eq=False)
class Group:
    """A group's coordinator, and the leader's assignor with it.

    A rebalance ends when every member has joined it; who says nothing for its timeout is a member no more. What moves
    from one to another is taken away in one generation and assigned in the next.
    """

    clock: Callable[[], float]
    # The partitions there are of some topics.
    places: Callable[[set[str]], list[TopicPartition]]
    generation: int = 0
    _seats: dict[int, Seat] = field(default_factory=dict)
    _assigned: list[TopicPartition] = field(default_factory=list)
    _is_balancing: bool = False
    _seated: int = 0

    def join(self, topics: frozenset[str], timeout: float) -> int:
        """A new member's number."""
        self._seated += 1
        self._seats[self._seated] = Seat(topics, timeout, self.clock())
        self.rebalance()
        return self._seated

    def knows(self, member: int) -> bool:
        """Whether it is a member still."""
        over = [number for number, seat in self._seats.items() if seat.seen + seat.timeout < self.clock()]
        for number in over:
            self.leave(number)
        return member in self._seats

    def leave(self, member: int) -> None:
        """Be a member no more."""
        if self._seats.pop(member, None):
            self.rebalance()

    def rebalance(self) -> None:
        """Everybody joins anew; what was assigned and is not known of yet never was."""
        self._is_balancing = True
        for seat in self._seats.values():
            seat.owned = seat.given = None

    def meet(self, member: int, owned: Places) -> Places | None:
        """A member says that it is alive, and what it owns; what it shall own, if that is news."""
        seat = self._seats[member]
        seat.seen = self.clock()
        if not self._is_balancing and self._assigned != self.places(self._topics()):
            self.rebalance()
        if self._is_balancing:
            seat.owned = set(owned)
            if all(one.owned is not None for one in self._seats.values()):
                self._assign()
        given, seat.given = seat.given, None
        return given

    def _topics(self) -> set[str]:
        return {topic for seat in self._seats.values() for topic in seat.topics}

    def _assign(self) -> None:
        self._assigned = self.places(self._topics())
        self.generation += 1
        self._is_balancing = False
        owners = {place: seat for seat in self._seats.values() for place in seat.owned or ()}
        targets = self._targets(owners)
        for seat in self._seats.values():
            seat.given = {place for place, one in targets.items() if one is seat is owners.get(place, seat)}

    def _targets(self, owners: dict[TopicPartition, Seat]) -> dict[TopicPartition, Seat]:
        """Evenly, everybody keeping what they may."""
        seats = list(self._seats.values())
        most, rest = divmod(len(self._assigned), len(seats))
        held = dict.fromkeys(seats, 0)
        targets: dict[TopicPartition, Seat] = {}
        for place in self._assigned:
            owner = owners.get(place)
            if owner is not None and place.topic in owner.topics and held[owner] < most + (rest > 0):
                rest -= held[owner] == most
                targets[place] = owner
                held[owner] += 1
        for place in self._assigned:
            if place not in targets:
                targets[place] = min((one for one in seats if place.topic in one.topics), key=lambda one: held[one])
                held[targets[place]] += 1
        return targets
