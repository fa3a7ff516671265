"""Bugs that were never in the code, or are no more, each planted in it: the simulation must find them."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from libs.events import kafka
from libs.events.deadlines import Alarm
from libs.events.folding import Folding
from libs.events.handling import Handler
from libs.events.memory import MemoryTransaction
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


BUGS: Mapping[str, Plant] = {
    plant.__name__.replace("_", "-"): plant
    for plant in (
        futures_unchecked,
        checkpoint_outside,
        parked_overtaken,
        head_locked_last,
        deadline_fired_early,
        application_clock,
        swapped_unverified,
        refused_though_done,
    )
}


@contextmanager
def planted(bug: str, scheduler: Scheduler) -> Iterator[None]:
    """The library with a bug in it."""
    with pytest.MonkeyPatch.context() as patch:
        BUGS[bug](patch, scheduler)
        yield
