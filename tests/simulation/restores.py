"""The real `refill_log` and `restore_journal` over databases in memory: what they say to PostgreSQL is said to these.

Left out is what the simulated services have nothing of: grants, unique indexes, stale tables, erased people, and what
reactors left undecided.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Any
from unittest.mock import patch

import orjson

from libs.events import reconciling, refilling, restoring
from libs.events.memory import MemoryTransaction
from libs.events.memory_books import MemoryBooks
from libs.events.memory_outbox import MemoryOutbox
from libs.events.record import Record
from libs.events.relay import Relay
from libs.events.verification import Verified
from tests.simulation.nodes import Node
from tests.simulation.scheduling import Actor, Flag, Killed, Scheduler


@contextmanager
def restorable(scheduler: Scheduler) -> Iterator[None]:
    """Both functions over databases in memory, in the scheduler's time."""
    flag, relay = partial(Flag, scheduler), partial(Relay, clock=scheduler.seconds)
    thread = partial(Thread, scheduler)
    with (
        patch.multiple(refilling, Stop=flag, Relay=relay, PostgresOutbox=MemoryOutbox, Thread=thread),
        patch.object(refilling, "verify_journal", lambda *_: Verified(0, ())),
        patch.multiple(reconciling, Pause=flag, monotonic=scheduler.seconds),
        patch.multiple(restoring, Stop=flag, Relay=relay, PostgresOutbox=MemoryOutbox),
        patch.multiple(restoring, refuse_stale=_nothing, set_reacted=_nothing, _forgotten=lambda *_: []),
        patch.multiple(restoring, _allowed=lambda *_: nullcontext(), _without_unique=_nothing, _with_unique=_nothing),
    ):
        yield


def parts_of(node: Node) -> Any:
    """A service's parts as both functions see them."""
    return Parts(node)


class Thread:
    """A thread of a process: it dies with whoever started it."""

    def __init__(self, scheduler: Scheduler, target: Callable[[], object]) -> None:
        self._scheduler = scheduler
        self._target = target
        self._actor: Actor | None = None

    def start(self) -> None:
        """As a thread's."""
        self._actor = self._scheduler.start("operator thread", self._target)

    def join(self) -> None:
        """As a thread's."""
        actor = self._actor
        assert actor is not None
        try:
            self._scheduler.wait("its thread", lambda: actor.ended)
        except Killed:
            self._scheduler.kill(actor)
            raise


@dataclass(frozen=True)
class Parts:
    """A node, with an engine and a store that know the few statements there are."""

    node: Node

    def __getattr__(self, name: str) -> Any:
        return getattr(self.node, name)

    @property
    def engine(self) -> "Parts":
        """Whoever `begin`s here gets books, of which only the connection is used."""
        return self

    @property
    def store(self) -> "Parts":
        """As the engine."""
        return self

    @contextmanager
    def begin(self) -> Iterator["Books"]:
        """One transaction."""
        with self.node.database.begin() as transaction:
            yield Books(transaction)


class Books(MemoryBooks):
    """Books that are their own connection."""

    @property
    def connection(self) -> Any:
        """Itself."""
        return self

    def execute(self, statement: Any) -> None:
        """Forget what was published."""
        assert str(statement) == "delete from published"
        for partition in self.transaction.scan("published"):
            self.transaction.delete("published", partition)

    def exec_driver_sql(self, statement: str, values: Sequence[Any]) -> None:
        """Put events back."""
        assert "journal_import" in statement
        partition, *columns = values
        for row in zip(*columns, strict=True):
            _put_back(self.transaction, partition, row)


def _put_back(transaction: MemoryTransaction, partition: int, row: Sequence[Any]) -> None:
    sequence, stream, version, subject, command_id, index, recorded_at, body, chain = row
    cloud = orjson.loads(body)
    record = Record(transaction.database.service, partition, sequence, recorded_at, chain, body.encode(), cloud)
    said = (record.stream, record.version, record.subject, record.command_id, cloud["commandindex"])
    assert said == (stream, version, subject, command_id, index)
    transaction.put_back(record)


def _nothing(*_: object, **__: object) -> None:
    """Nothing is to be done here."""
