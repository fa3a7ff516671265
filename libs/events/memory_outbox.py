"""The outbox of a service in memory, with every promise of the real one."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

from libs.events.journal import READ_BATCH_MAX, JournalUnverified
from libs.events.marks import Mark
from libs.events.memory import MemoryJournal, head_of
from libs.events.outbox import LeadershipLost, NotTrusted
from libs.events.partitions import PARTITIONS
from libs.events.record import Written

NOBODY_TRUSTS = 0


@dataclass
class MemoryOutbox:
    """The journal of a service in memory as a relay sees it."""

    journal: MemoryJournal
    # Of which database the hints were.
    _identity: int = NOBODY_TRUSTS

    def behind(self, published: Mapping[int, int], limit: int = READ_BATCH_MAX) -> list[Written]:
        """As the protocol says, in one read."""
        found = self.journal.behind(published, limit)
        return [
            Written(one.partition, one.sequence, one.recorded_at, one.chain, one.body, one.subject) for one in found
        ]

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
            self._identity = self.journal.database.identity
            return transaction.scan("published")

    def hint(self, reached: Mapping[int, int]) -> None:
        """As the protocol says."""
        with self.journal.database.begin() as transaction:
            for partition, sequence in reached.items():
                transaction.put("published", partition, sequence)

    def trust(self) -> None:
        """As the protocol says."""
        with self.journal.database.begin() as transaction:
            transaction.put("identity", "verified", self._identity)

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
            if transaction.get("identity", "verified") not in (None, database.identity):
                raise JournalUnverified
            heads = [head_of(transaction, partition) for partition in range(PARTITIONS)]
            at = max([database.turns.now(), *(head.recorded_at for head in heads if head.recorded_at is not None)])
            for head in heads:
                transaction.put("head", head.partition, replace(head, recorded_at=at))
            for request in transaction.scan("mark_request"):
                transaction.delete("mark_request", request)
            return Mark(database.service, at, tuple(head.sequence for head in heads))

    def mark_requested(self) -> bool:
        """As the protocol says."""
        return bool(self.journal.database.committed["mark_request"])


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
        if self._database.committed["identity"].get("verified") not in (None, self._database.identity):
            raise NotTrusted("another database was put in place of the one that was compared with the log")

    def lose(self) -> None:
        """The session ends."""
        if self._database.leader is self:
            self._database.leader = None
