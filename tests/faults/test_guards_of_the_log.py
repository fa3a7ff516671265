"""Each guard between journal and log, taken out, loses events, repeats them, or calls known what is not."""

from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from threading import Event as Flag
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from libs.events import database, marks, relay
from libs.events.kafka import Log, LogError, Unsettled, events_topic
from libs.events.marks import known_until, store_mark, take_mark
from libs.events.outbox import AdvisoryLock, LeadershipLost, PostgresOutbox
from libs.events.relay import LogDiffers, Relay
from libs.events.service import Parts
from tests.conftest import Bench, MakeBench
from tests.faults.guards import run, without
from tests.faults.proofs import log_of
from tests.faults.test_guards_of_the_journal import accepted, one_in_each, restored
from tests.faults.test_guards_of_the_relay import leading, publish, wrote
from tests.libs.events.test_journal import append, draft
from tests.libs.events.waiting import until

NOTES = 12
MISSING = """        if not ours:
            raise LogDiffers(
                f"{tail.position} is in the log and not in the journal: import the missing tail, see"
                " `aftercare journal restore`"
            )
"""
CHAINED = "ours[0].chain != tail.chain"
EMPTY = "not tails and any(hints.values())"
LOST = 'raise LeadershipLost("the connection that held the lock is gone") from error'


@pytest.fixture
def bench(make_bench: MakeBench) -> Bench:
    bench = make_bench(topics=True)
    bench.verify_journal()
    return bench


@pytest.fixture
def worker(bench: Bench) -> Iterator[Parts]:
    with closing(bench.open("worker")) as parts:
        yield parts


@contextmanager
def running(worker: Parts, log: Log) -> Iterator[list[LeadershipLost]]:
    """A relay at work, while the block runs; the list tells whether it ended by itself."""
    stop, ended = Flag(), list[LeadershipLost]()

    def lead() -> None:
        try:
            Relay(PostgresOutbox(worker.journal), log).run(stop)
        except LeadershipLost as lost:
            ended.append(lost)

    thread = Thread(target=lead)
    thread.start()
    try:
        yield ended
    finally:
        stop.set()
        thread.join()


def name_of(bench: Bench) -> str:
    return f"relay.{bench.service.name}"


@pytest.mark.faults
@pytest.mark.parametrize("guarded", [True, False])
def test_without_reading_the_tails_again_what_failed_after_its_commit_is_published_twice(
    bench: Bench, worker: Parts, log: Log, monkeypatch: pytest.MonkeyPatch, *, guarded: bool
) -> None:
    failing, read_tails = Flag(), Relay.verify

    def fail(point: str) -> None:
        if point == "relay.after-commit" and not failing.is_set():
            failing.set()
            raise LogError

    monkeypatch.setattr(relay, "crash_point", fail)
    if not guarded:
        monkeypatch.setattr(Relay, "verify", lambda made: None if failing.is_set() else read_tails(made))
    wrote(bench, NOTES)
    with running(worker, log):
        until(failing.is_set, "the failure after the commit")
        wrote(bench, 1)
        until(lambda: log_of(log, bench.service.name)[0] > NOTES, "the relay going on")
    events, broken = log_of(log, bench.service.name)
    assert (events, broken > 0) == ((1 + NOTES, False) if guarded else (1 + 2 * NOTES, True))


@pytest.mark.faults
@pytest.mark.parametrize("guarded", [True, False])
def test_without_waiting_for_open_transactions_their_events_are_published_twice(
    bench: Bench, worker: Parts, log: Log, monkeypatch: pytest.MonkeyPatch, *, guarded: bool
) -> None:
    """Another relay's batch is written and not yet committed; its end is a moment away."""
    wrote(bench, 1)
    with leading(worker, log, f"{name_of(bench)}.other") as (other, publisher):
        publish((other, publisher))
        wrote(bench, NOTES)
        committing = publisher._producer.commit_transaction
        publisher._producer.commit_transaction = lambda: None
        publish((other, publisher))
        if not guarded:
            monkeypatch.setattr(Log, "unsettled", lambda *_: [])
        made = Relay(PostgresOutbox(worker.journal), log)
        with pytest.raises(Unsettled) if guarded else nullcontext():
            made.verify()
        committing()
    monkeypatch.undo()
    if guarded:
        until(lambda: log.unsettled(events_topic(bench.service.name)) == [], "the end of the transaction")
        made.verify()
    with closing(log.publisher(name_of(bench))) as own:
        publish((made, own))
    events, broken = log_of(log, bench.service.name)
    assert (events, broken > 0) == ((1 + NOTES, False) if guarded else (1 + 2 * NOTES, True))


@pytest.mark.parametrize("guarded", [True, False])
def test_without_refusing_a_log_ahead_of_it_a_restored_journal_acknowledges_what_nobody_will_ever_read(
    bench: Bench, worker: Parts, log: Log, monkeypatch: pytest.MonkeyPatch, *, guarded: bool
) -> None:
    wrote(bench, NOTES)
    with leading(worker, log, name_of(bench)) as leader:
        publish(leader)
    restored(bench)
    if not guarded:
        without(monkeypatch, Relay, "_compare", (MISSING, "        if not ours:\n                continue\n"))
    made = Relay(PostgresOutbox(worker.journal), log)
    with pytest.raises(LogDiffers, match="import the missing tail") if guarded else nullcontext():
        made.verify()
    with closing(bench.open()) as parts:
        done = accepted(parts, one_in_each())
    behind = 0 if guarded else len(PostgresOutbox(worker.journal).behind(made.published))
    assert (done, done - behind) == ((0, 0) if guarded else (24, 1)), "acknowledged, and never published of that"


@pytest.mark.parametrize("guarded", [True, False])
def test_without_comparing_chains_a_journal_with_another_history_is_published_behind_this_one(
    bench: Bench, worker: Parts, log: Log, monkeypatch: pytest.MonkeyPatch, *, guarded: bool
) -> None:
    wrote(bench, NOTES)
    with leading(worker, log, name_of(bench)) as leader:
        publish(leader)
    run(bench, "alter table journal disable trigger all")
    run(bench, "update journal set chain = sha256(chain)")
    if not guarded:
        without(monkeypatch, Relay, "_compare", (CHAINED, "False"))
    with pytest.raises(LogDiffers, match="chained otherwise") if guarded else nullcontext():
        Relay(PostgresOutbox(worker.journal), log).verify()


@pytest.mark.parametrize("guarded", [True, False])
def test_without_the_hint_an_emptied_topic_is_taken_for_a_new_one(
    bench: Bench, worker: Parts, log: Log, monkeypatch: pytest.MonkeyPatch, *, guarded: bool
) -> None:
    run(bench, "insert into published (partition, sequence) values (3, 17)")
    if not guarded:
        without(monkeypatch, Relay, "_compare", (EMPTY, "False"))
    made = Relay(PostgresOutbox(worker.journal), log)
    with pytest.raises(LogDiffers, match="is empty") if guarded else nullcontext():
        made.verify()
    assert made.published == ({} if guarded else dict.fromkeys(range(24), 0))


@pytest.mark.parametrize("guarded", [True, False])
def test_without_asking_for_its_lock_a_relay_that_lost_it_goes_on(
    bench: Bench, worker: Parts, log: Log, monkeypatch: pytest.MonkeyPatch, *, guarded: bool
) -> None:
    if not guarded:
        without(monkeypatch, AdvisoryLock, "check", (LOST, "return"))
    monkeypatch.setattr(relay, "LEADER_SECONDS", 0.2)
    with running(worker, log) as ended:
        until(lambda: locked(bench), "the relay leading")
        run(bench, "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory'")
        until(lambda: not locked(bench), "the loss of the lock")
        wrote(bench, NOTES)
        until(lambda: bool(ended) or log_of(log, bench.service.name)[0] == NOTES, "the relay ending, or publishing")
        if not guarded:
            Flag().wait(5 * relay.LEADER_SECONDS)
    assert bool(ended) is guarded


def locked(bench: Bench) -> bool:
    with bench.superuser.connect() as connection:
        statement = text("select exists (select from pg_locks where locktype = 'advisory' and granted)")
        return bool(connection.execute(statement).scalar_one())


@pytest.mark.parametrize("guarded", [True, False])
def test_without_locking_the_heads_a_mark_claims_what_is_still_under_way(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, *, guarded: bool
) -> None:
    monkeypatch.setattr(database, "LOCK_TIMEOUT_SECONDS", 1)
    if not guarded:
        without(monkeypatch, marks, "take_mark", ("read_heads(connection, lock=True)", "read_heads(connection)"))
    taken: list[Any] = []
    with (
        closing(bench.open()) as parts,
        closing(bench.open("worker")) as worker,
        parts.journal.transaction() as open_one,
    ):
        (record,) = open_one.append([draft("note-1", 1, "person-1")])
        append(parts.journal, draft("note-2", 1, "person-2"))
        with pytest.raises(DBAPIError) if guarded else nullcontext():
            taken.append(marks.take_mark(worker.engine, bench.service.name))
    false = [m for m in taken if m.known_until >= record.recorded_at and m.sequences[record.partition] == 0]
    assert len(false) == (0 if guarded else 1), "marks that an event recorded before them is not in"


def test_without_waiting_for_its_sequences_a_mark_counts_before_they_are_applied(
    bench: Bench, worker: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(bench.open()) as parts:
        append(parts.journal, draft("note-1", 1, "person-1"))
    mark = take_mark(worker.engine, bench.service.name)
    with worker.engine.begin() as connection:
        store_mark(connection, mark)
        assert known_until(connection, [bench.service.name]) is None, "the event is not folded here yet"
        monkeypatch.setattr(marks, "_APPLIED", text(str(marks._APPLIED).replace(marks._COUNTS, "true")))
        assert known_until(connection, [bench.service.name]) == mark.known_until
