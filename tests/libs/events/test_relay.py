"""The relay publishes the journal once and in order, whatever fails, and refuses a log that is not its own."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from threading import Event as Flag
from threading import Thread
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from libs.events import relay
from libs.events.kafka import Log, LogError, Publisher, Unsettled, events_topic
from libs.events.outbox import LOCK, AdvisoryLock, LeadershipLost, PostgresOutbox
from libs.events.partitions import PARTITIONS
from libs.events.relay import Relay, record_of
from libs.events.service import Parts
from tests.conftest import Bench
from tests.libs.events.test_flow import published, verified, working, write
from tests.libs.events.waiting import until


def test_an_open_transaction_hides_the_tails_until_it_is_ended(writing: Bench, log: Log) -> None:
    topic = events_topic(writing.service.name)
    publisher = log.publisher(f"relay.{writing.service.name}")
    publisher._producer.begin_transaction()
    publisher._producer.send(topic, value=b"{}", key=b"k", partition=5).get(timeout=10)
    assert log.unsettled(topic) == [5]
    with pytest.raises(Unsettled):
        log.tails(topic)
    publisher._producer.abort_transaction()
    publisher.abort_open(topic, [5, 6])
    until(lambda: log.unsettled(topic) == [], "the transactions being ended")
    assert log.tails(topic) == {}, "what was aborted is no record"
    publisher.close()


def test_a_log_shorter_than_was_published_is_filled_up_from_the_journal(writing: Bench, log: Log) -> None:
    with working(writing, log=log):
        until(lambda: verified(writing), "the relay's verification")
        parts = writing.open()
        write(parts, [uuid4() for _ in range(6)])
        parts.close()
        until(lambda: published(writing, log) == 12, "the log being level with the journal")
    with writing.superuser.begin() as connection:
        connection.execute(text("update published set sequence = sequence + 5"))
    with working(writing, log=log):
        parts = writing.open()
        write(parts, [uuid4() for _ in range(6)])
        until(lambda: published(writing, log) == 24, "the log being level with the journal")
        parts.close()


@contextmanager
def relaying(worker: Parts, log: Log) -> Iterator[list[BaseException]]:
    """A relay alone, while the block runs; what it ended with is in the list."""
    stop, ended = Flag(), list[BaseException]()

    def run() -> None:
        try:
            Relay(PostgresOutbox(worker.journal), log).run(stop)
        except BaseException as error:  # noqa: BLE001 -- Told to the test.
            ended.append(error)

    thread = Thread(target=run)
    thread.start()
    try:
        yield ended
    finally:
        stop.set()
        thread.join()


def wrote(bench: Bench, notes: int) -> None:
    with closing(bench.open()) as parts:
        write(parts, [uuid4() for _ in range(notes)], counts=0)


def in_the_log(bench: Bench, log: Log) -> list[str]:
    """The positions that the log holds, as often as it holds them."""
    topic, everywhere = events_topic(bench.service.name), range(PARTITIONS)
    found = log.read(topic, dict.fromkeys(everywhere, 0), log.ends(topic, list(everywhere)))
    return sorted(str(one.position) for m in found if (one := record_of(bench.service.name, m)) is not None)


def in_the_journal(bench: Bench, worker: Parts) -> list[str]:
    return sorted(str(record.position) for p in range(PARTITIONS) for record in worker.journal.after(p, 0))


@pytest.mark.parametrize("known", [False, True], ids=["before the commit", "after the commit"])
def test_a_publisher_that_failed_loses_nothing_and_doubles_nothing(
    writing: Bench, worker: Parts, log: Log, monkeypatch: pytest.MonkeyPatch, *, known: bool
) -> None:
    """After the commit the relay cannot know whether it happened: it asks the log."""
    publish, failed = Publisher.publish, list[int]()

    def failing(
        self: Publisher, messages: Sequence[tuple[str, int, str, bytes]], meanwhile: Callable[[], object]
    ) -> None:
        if len(failed) < 3 and len(messages) > 1:
            if known:
                publish(self, messages, meanwhile)
            failed.append(len(messages))
            raise LogError("gone away")
        publish(self, messages, meanwhile)

    monkeypatch.setattr(Publisher, "publish", failing)
    writing.verify_journal()
    wrote(writing, 12)
    with relaying(worker, log) as ended:
        for _ in range(3):
            wrote(writing, 4)
            until(lambda: published(writing, log) >= 12, "publishing")
        until(lambda: published(writing, log) == 24, "publishing")
    assert (in_the_log(writing, log), ended) == (in_the_journal(writing, worker), [])
    assert failed


def test_a_backlog_of_many_batches_is_published_in_order(
    writing: Bench, worker: Parts, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "BATCH_MAX", 5)
    writing.verify_journal()
    wrote(writing, 43)
    with relaying(worker, log):
        until(lambda: published(writing, log) == 43, "publishing")
    assert in_the_log(writing, log) == in_the_journal(writing, worker)


def test_a_relay_waits_for_the_leader_and_takes_over_from_it(
    writing: Bench, worker: Parts, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "LEADER_SECONDS", 0.02)
    tried, taken = list[bool](), AdvisoryLock.taken

    def trying(lock: AdvisoryLock) -> bool:
        tried.append(taken(lock))
        return tried[-1]

    monkeypatch.setattr(AdvisoryLock, "taken", trying)
    with writing.superuser.connect() as leader:
        leader.execute(text("select pg_advisory_lock(:lock)"), {"lock": LOCK})
        with relaying(worker, log) as ended:
            until(lambda: len(tried) > 5, "some waiting")
        assert (set(tried), ended, verified(writing)) == ({False}, [], False), "told to stop while it waits, it stops"
        with relaying(worker, log):
            until(lambda: len(tried) > 10, "some waiting")
            leader.execute(text("select pg_advisory_unlock(:lock)"), {"lock": LOCK})
            until(lambda: verified(writing), "the takeover")
    assert tried.count(True) == 1


def test_a_relay_whose_lock_is_gone_ends_since_another_may_lead(
    writing: Bench, worker: Parts, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "LEADER_SECONDS", 0.02)
    with relaying(worker, log) as ended:
        until(lambda: verified(writing), "the relay's verification")
        with writing.superuser.begin() as connection:
            lock = "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and database ="
            connection.execute(text(f"{lock} (select oid from pg_database where datname = current_database())"))
        until(lambda: bool(ended), "the relay's end")
    assert [type(error) for error in ended] == [LeadershipLost]


def test_a_relay_whose_other_connections_were_cut_goes_on(writing: Bench, worker: Parts, log: Log) -> None:
    with relaying(worker, log) as ended:
        until(lambda: verified(writing), "the relay's verification")
        for _ in range(3):
            wrote(writing, 4)
            with writing.superuser.begin() as connection:
                name = {"name": f"{writing.service.name} worker"}
                cut = "select pg_terminate_backend(pid) from pg_stat_activity where application_name = :name"
                connection.execute(text(cut), name)
        until(lambda: published(writing, log) == 12, "publishing")
    assert (in_the_log(writing, log), ended) == (in_the_journal(writing, worker), [])


class Stuck:
    """A log, and a publisher, with a transaction that ends only when somebody ends it."""

    def __init__(self) -> None:
        self.stuck = [5, 7]
        self.ended: list[list[int]] = []

    def unsettled(self, _topic: str) -> list[int]:
        return self.stuck

    def abort_open(self, _topic: str, partitions: list[int]) -> None:
        self.ended.append(partitions)
        self.stuck = self.stuck[1:]


def test_a_transaction_that_nobody_ends_is_ended_after_a_while(worker: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "SETTLE_SECONDS", 0.05)
    stuck: Any = Stuck()
    Relay(PostgresOutbox(worker.journal), stuck).settle(Flag(), stuck)
    assert stuck.ended == [[5, 7], [7]]
