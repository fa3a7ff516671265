"""Each guard of the relay, taken out, breaks the log: an event missing from it, or in it twice."""

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, nullcontext
from threading import Event as Flag
from threading import Thread
from uuid import uuid4

import pytest

from libs.events.kafka import Log, LogError, Publisher, pinned
from libs.events.outbox import AdvisoryLock, PostgresOutbox
from libs.events.partitions import PARTITIONS
from libs.events.relay import Relay
from libs.events.service import Parts
from tests.conftest import Bench, MakeBench
from tests.faults.guards import without
from tests.faults.proofs import log_of
from tests.libs.events.test_flow import published, write
from tests.libs.events.waiting import until

FUTURES = """    for future in futures:
        # flush() is silent about records that expired: only their futures tell.
        if not future.succeeded():
            raise future.exception or KafkaError("a record was not acknowledged in time")
"""


@pytest.fixture
def bench(make_bench: MakeBench) -> Bench:
    bench = make_bench(topics=True)
    bench.verify_journal()
    return bench


@pytest.fixture
def worker(bench: Bench) -> Iterator[Parts]:
    with closing(bench.open("worker")) as parts:
        yield parts


def wrote(bench: Bench, notes: int) -> None:
    with closing(bench.open()) as parts:
        write(parts, [uuid4() for _ in range(notes)], counts=0)


@contextmanager
def leading(worker: Parts, log: Log, name: str) -> Iterator[tuple[Relay, Publisher]]:
    """A relay that believes that it leads: its publisher is ready and it has compared the tails."""
    made, publisher = Relay(PostgresOutbox(worker.journal), log), log.publisher(name)
    made.settle(Flag(), publisher)
    made.verify()
    try:
        yield made, publisher
    finally:
        publisher.close()


def publish(leader: tuple[Relay, Publisher]) -> None:
    made, publisher = leader
    made._publish(publisher, made._outbox.behind(made.published))


@pytest.mark.faults
@pytest.mark.parametrize("guarded", [True, False])
def test_without_the_check_of_every_future_an_expired_record_is_missing(
    bench: Bench, worker: Parts, log: Log, monkeypatch: pytest.MonkeyPatch, *, guarded: bool
) -> None:
    monkeypatch.setattr(pinned, "DELIVERY_TIMEOUT_MS", 1_500)
    monkeypatch.setattr(pinned, "REQUEST_TIMEOUT_MS", 1_000)
    if not guarded:
        # flush() may give up a moment before the records expire: that must not be what saves them here.
        without(monkeypatch, Publisher, "publish", (FUTURES, ""), ("DELIVERY_TIMEOUT_MS / 1000", "BLOCK_MS_MAX / 1000"))
    name = f"relay.{bench.service.name}"
    wrote(bench, 3)
    with leading(worker, log, name) as leader:
        # The leader of the partitions cannot be reached, the coordinator of transactions can.
        sending = leader[1]._producer._accumulator
        sending.ready, ready = (lambda *_, **__: (set(), 0.05, False)), sending.ready
        with pytest.raises(LogError) if guarded else nullcontext():
            publish(leader)
        sending.ready = ready
        believed = sum(leader[0].published.values())
        if not guarded:
            for _ in range(PARTITIONS):
                wrote(bench, PARTITIONS)
            publish(leader)
    assert believed == (0 if guarded else 3), "events that the relay takes for published"
    if guarded:
        with leading(worker, log, name) as leader:
            publish(leader)
    events, broken = log_of(log, bench.service.name)
    assert events == (3 if guarded else PARTITIONS**2), "events in the log"
    assert (broken > 0) is not guarded, f"{broken} gaps in the log"


def test_a_publisher_that_is_closed_stops_sending_what_it_could_not_send(bench: Bench, log: Log) -> None:
    publisher = log.publisher(f"relay.{bench.service.name}")
    sending = publisher._producer._accumulator
    sending.ready = lambda *_, **__: (set(), 0.05, False)
    publisher._producer.begin_transaction()
    publisher._producer.send(f"{bench.service.name}.events", value=b"{}", key=b"k", partition=5)
    publisher.close()
    until(lambda: not publisher._producer._sender.is_alive(), "the end of the sender's thread", 5)


@pytest.mark.parametrize("guarded", [True, False])
def test_without_the_epoch_of_the_producer_a_paused_relay_publishes_twice(
    bench: Bench, worker: Parts, log: Log, *, guarded: bool
) -> None:
    """The advisory lock does not help here: its connection was lost while the process was frozen."""
    wrote(bench, 12)
    name = f"relay.{bench.service.name}"
    with leading(worker, log, name) as paused, leading(worker, log, name if guarded else f"{name}.other") as leader:
        publish(leader)
        with pytest.raises(LogError) if guarded else nullcontext():
            publish(paused)
    events, broken = log_of(log, bench.service.name)
    assert (events, broken > 0) == ((12, False) if guarded else (24, True)), f"{events} in the log, {broken} repeated"


@pytest.mark.faults
@pytest.mark.parametrize("guarded", [True, False])
def test_without_the_advisory_lock_two_relays_fence_each_other_and_still_break_nothing(
    bench: Bench, log: Log, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, *, guarded: bool
) -> None:
    """The lock keeps the peace; that nothing is published twice rests on the epoch."""
    if not guarded:
        monkeypatch.setattr(AdvisoryLock, "taken", lambda _lock: True)
    stop, notes = Flag(), 20
    with ExitStack() as opened:
        workers = [opened.enter_context(closing(bench.open("worker"))) for _ in range(2)]
        threads = [Thread(target=Relay(PostgresOutbox(one.journal), log).run, args=(stop,)) for one in workers]
        for thread in threads:
            thread.start()
        for _ in range(notes):
            wrote(bench, 1)
            stop.wait(0.05)
        until(lambda: published(bench, log) == notes, "publishing")
        stop.set()
        for thread in threads:
            thread.join()
    fenced = sum("begins anew" in record.message for record in caplog.records)
    assert log_of(log, bench.service.name) == (notes, 0)
    assert (fenced == 0) is guarded, f"relays began anew {fenced} times"
