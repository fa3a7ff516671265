"""The outbox of a service in memory, with every promise of the real one."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from libs.events.journal import READ_BATCH_MAX
from libs.events.marks import Mark
from libs.events.memory import MemoryJournal, head_of
from libs.events.outbox import LeadershipLost
from libs.events.partitions import PARTITIONS
from libs.events.record import Record

NOBODY_TRUSTS = 0


@dataclass(frozen=True)
class MemoryOutbox:
    """The journal of a service in memory as a relay sees it."""

    journal: MemoryJournal

    def behind(self, published: Mapping[int, int], limit: int = READ_BATCH_MAX) -> list[Record]:
        """As the protocol says."""
        found = [one for p, sequence in published.items() for one in self.journal.after(p, sequence, limit)]
        return found[:limit]

    @contextmanager
    def leadership(self) -> Iterator["MemoryLeadership"]:
        """As the protocol says."""
        claim = MemoryLeadership(self.journal)
        try:
            yield claim
        finally:
            claim.lose()

    def hints(self) -> dict[int, int]:
        """As the protocol says."""
        with self.journal.database.begin() as transaction:
            return transaction.scan("published")

    def hint(self, reached: Mapping[int, int]) -> None:
        """As the protocol says."""
        with self.journal.database.begin() as transaction:
            for partition, sequence in reached.items():
                transaction.put("published", partition, sequence)

    def trust(self) -> None:
        """As the protocol says."""
        with self.journal.database.begin() as transaction:
            transaction.put("identity", "verified", self.journal.database.identity)

    def distrust(self) -> None:
        """As the protocol says."""
        with self.journal.database.begin() as transaction:
            transaction.put("identity", "verified", NOBODY_TRUSTS)

    def take_mark(self) -> Mark:
        """As the protocol says."""
        database = self.journal.database
        with database.begin() as transaction:
            for partition in range(PARTITIONS):
                transaction.lock("head", partition)
            at = database.turns.now() - timedelta(microseconds=1)
            return Mark(database.service, at, tuple(head_of(transaction, p).sequence for p in range(PARTITIONS)))

    def mark_requested(self) -> bool:
        """Nobody asks here."""
        return False


class MemoryLeadership:
    """A claim that lives until its session is cut."""

    def __init__(self, journal: MemoryJournal) -> None:
        self._database = journal.database

    def taken(self) -> bool:
        """As the protocol says."""
        self._database.turns.step("lead")
        if self._database.leader is None:
            self._database.leader = self
        return self._database.leader is self

    def check(self) -> None:
        """As the protocol says."""
        if self._database.leader is not self:
            raise LeadershipLost("the session that held the lock is gone")

    def lose(self) -> None:
        """The session ends."""
        if self._database.leader is self:
            self._database.leader = None
