"""Loans in a service's journal and in its topic, ready to be followed."""

from collections.abc import Mapping
from threading import Event as Stop
from threading import Thread
from time import monotonic

from benchmarks.ground import Ground
from benchmarks.loans import SOURCE, drafts, lives, mixed
from libs.events.journal import PostgresJournal
from libs.events.kafka import Log
from libs.events.outbox import PostgresOutbox
from libs.events.record import Draft, Written
from libs.events.relay import BATCH_MAX, Relay
from libs.events.service import Service

BATCH = 200
SERVICE = Service(SOURCE, law=None)


class Watched(PostgresOutbox):
    """An outbox that notes when a relay first reads it, and stops the relay once all is published."""

    def __init__(self, journal: PostgresJournal, stop: Stop) -> None:
        super().__init__(journal)
        self.stop = stop
        self.began = self.ended = 0.0

    def behind(self, published: Mapping[int, int], limit: int = BATCH_MAX) -> list[Written]:
        """As an outbox does."""
        now = monotonic()
        records = super().behind(published, limit)
        self.began = self.began or now
        if not records:
            self.ended = now
            self.stop.set()
        return records


def append_loans(ground: Ground, count: int, seed: int) -> int:
    """Append loans, their events mixed, in batches; how many events that is."""
    ready = [drafts(life) for life in lives(count, seed)]
    order = [ready[loan][event] for loan, event in mixed(count, seed)]
    parts = ground.open(SERVICE, "api")
    for start in range(0, len(order), BATCH):
        _append(parts.journal, order[start : start + BATCH])
    parts.close()
    return len(order)


def publish(ground: Ground) -> float:
    """Have the relay publish everything; the seconds it took."""
    parts = ground.open(SERVICE, "worker")
    stop = Stop()
    outbox = Watched(parts.journal, stop)
    thread = Thread(target=Relay(outbox, Log(ground.bootstrap)).run, args=(stop,))
    thread.start()
    thread.join()
    parts.close()
    return outbox.ended - outbox.began


def _append(journal: PostgresJournal, batch: list[Draft]) -> None:
    with journal.transaction() as transaction:
        transaction.append(batch)
