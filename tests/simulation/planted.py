"""Bugs that were never in the code, or are no more, each planted in it: the simulation must find them."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from libs.events import follower, kafka, memory_books, relay
from libs.events.deadlines import Alarm
from libs.events.feeds import TopicFeed
from libs.events.folding import Folding
from libs.events.handling import Handler
from libs.events.memory import MemoryTransaction
from libs.events.memory_outbox import MemoryOutbox
from libs.events.parking import Parking
from libs.events.rebuild import Rebuild
from tests.faults.guards import without
from tests.simulation.scheduling import Scheduler

Plant = Callable[[pytest.MonkeyPatch, Scheduler], None]

FUTURES = """    for future in futures:
        # flush() is silent about records that expired: only their futures tell.
        if not future.succeeded():
            raise future.exception or KafkaError("a record was not acknowledged in time")
"""
INSIDE = """        books.advance(reached)
        crash_point("follower.before-commit")
    crash_point("follower.after-commit")
"""
OUTSIDE = """        crash_point("follower.before-commit")
    crash_point("follower.after-commit")
    with self._store.begin() as books:
        books.advance(reached)
"""

VERIFIED = """    if certificate.same and swap:
        certificate = self._swap(certificate)
    if certificate.same and swap:
"""


def futures_unchecked(patch: pytest.MonkeyPatch, _scheduler: Scheduler) -> None:
    """The relay commits without asking whether every record was taken."""
    without(patch, kafka.Publisher, "publish", (FUTURES, ""))


def checkpoint_outside(patch: pytest.MonkeyPatch, _scheduler: Scheduler) -> None:
    """The follower advances its checkpoint in a transaction of its own, behind the fold's."""
    without(patch, Folding, "_write", (INSIDE, OUTSIDE))


def no_epoch(patch: pytest.MonkeyPatch, _scheduler: Scheduler) -> None:
    """Nobody asks whether another process took the partition, or moved its checkpoint, since a batch was read."""
    patch.setattr(memory_books, "refuse_moved", lambda _found, _held: None)


def parked_overtaken(patch: pytest.MonkeyPatch, _scheduler: Scheduler) -> None:
    """Later events of a subject do not queue behind the one that is parked."""
    patch.setattr(Parking, "stands", lambda *_: False)


def head_locked_last(patch: pytest.MonkeyPatch, _scheduler: Scheduler) -> None:
    """Inline rows are read as they were when the transaction began, before the head was locked."""
    began, get = MemoryTransaction.__init__, MemoryTransaction.get

    def begin(self: Any, database: Any) -> None:
        began(self, database)
        self.seen = {space: dict(rows) for space, rows in database.committed.items() if "." in space}

    def stale(self: Any, space: str, key: Any) -> Any:
        if space in self.seen and key not in self._written[space]:
            return self.seen[space].get(key)
        return get(self, space, key)

    patch.setattr(MemoryTransaction, "__init__", begin)
    patch.setattr(MemoryTransaction, "get", stale)


def deadline_fired_early(patch: pytest.MonkeyPatch, _scheduler: Scheduler) -> None:
    """A deadline passes by what was read before, whatever met or moved it since."""
    without(patch, Alarm, "_tell", ("found is None or found.due != row.due", "False"))


def application_clock(patch: pytest.MonkeyPatch, scheduler: Scheduler) -> None:
    """Events carry the time of the process that appends them."""
    patch.setattr(MemoryTransaction, "recorded_at", lambda _self, _head: scheduler.app_now())


def swapped_unverified(patch: pytest.MonkeyPatch, _scheduler: Scheduler) -> None:
    """A new version is put in use before it was compared."""
    without(patch, Rebuild, "finish", (VERIFIED, VERIFIED.replace("certificate.same and swap", "swap")))
    without(patch, Rebuild, "_swap", ("if certificate.same:", "if True:"))


def refused_though_done(patch: pytest.MonkeyPatch, _scheduler: Scheduler) -> None:
    """A command that another process did just before is refused, and the refusal recorded."""
    patch.setattr(Handler, "_but_done", lambda _self, _targets, results: results)


def owed_overlooked(patch: pytest.MonkeyPatch, _scheduler: Scheduler) -> None:
    """What is owed a reaction and was cut from its topic meanwhile counts as reacted to."""
    without(patch, follower, "prove", ("reacted < held.sequence and record.sequence > reacted + 1", "False"))


def new_topic_unseen(patch: pytest.MonkeyPatch, _scheduler: Scheduler) -> None:
    """The relay compares the ends of its topic with what it saw before, not with what it published since."""
    without(patch, relay._Lookout, "look", ("self._horizon.hidden(self._reached())", "self._horizon.hidden()"))


def gone_awaited(patch: pytest.MonkeyPatch, _scheduler: Scheduler) -> None:
    """Whoever reads a topic waits for ever for records that went with the one before it."""
    without(patch, kafka.Log, "read", ("if not found:", "if False:"))


def answered_anew(patch: pytest.MonkeyPatch, _scheduler: Scheduler) -> None:
    """A command said again that would change nothing now is answered as if it never had."""
    without(patch, Handler, "_attempt", ("if not drafts and", "if False and"))


def swapped_unclaimed(patch: pytest.MonkeyPatch, _scheduler: Scheduler) -> None:
    """A rebuild is swapped in while a partition that nobody had followed before is claimed and folded."""
    without(patch, TopicFeed, "live", ("if lock:", "if False:"))


def marked_unverified(patch: pytest.MonkeyPatch, _scheduler: Scheduler) -> None:
    """A mark is taken of an older copy that was put in place of the database."""
    other = 'if transaction.get("identity", "verified") not in (None, database.identity):'
    without(patch, MemoryOutbox, "take_mark", (other, "if False:"))


def swapped_elsewhere(patch: pytest.MonkeyPatch, _scheduler: Scheduler) -> None:
    """A rebuild is swapped in though an older copy was put in place of the database that it was compared in."""
    patch.setattr(Rebuild, "_refuse_elsewhere", lambda *_: None)


BUGS: Mapping[str, Plant] = {
    plant.__name__.replace("_", "-"): plant
    for plant in (
        futures_unchecked,
        checkpoint_outside,
        no_epoch,
        parked_overtaken,
        head_locked_last,
        deadline_fired_early,
        application_clock,
        swapped_unverified,
        refused_though_done,
        answered_anew,
        owed_overlooked,
        new_topic_unseen,
        gone_awaited,
        swapped_unclaimed,
        marked_unverified,
        swapped_elsewhere,
    )
}


@contextmanager
def planted(bug: str, scheduler: Scheduler) -> Iterator[None]:
    """The library with a bug in it."""
    with pytest.MonkeyPatch.context() as patch:
        BUGS[bug](patch, scheduler)
        yield
