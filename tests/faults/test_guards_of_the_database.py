"""Each guard that PostgreSQL itself is, taken out, lets through what it is there to stop."""

import os
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from time import monotonic
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from libs.events import database
from libs.events.journal import PostgresTransaction, StreamMoved
from libs.events.record import Draft
from libs.events.service import Parts
from libs.events.verification import verify_journal
from tests.conftest import Bench, MakeBench
from tests.faults.conftest import FiguresOf
from tests.faults.guards import run, without_sql
from tests.libs.events.test_flow import write
from tests.libs.events.test_journal import append, draft
from tests.libs.events.waiting import until

BOUND_SECONDS, LOCK_SECONDS, UNBOUND_SECONDS = 1, 2, 50
SLEEP = "select pg_sleep(20)"
BACKWARDS = (
    "create or replace function journal_now() returns timestamptz language sql volatile as"
    " 'select clock_timestamp() - interval ''{}'''"
)


@pytest.fixture
def bench(make_bench: MakeBench) -> Bench:
    bench = make_bench()
    bench.verify_journal()
    return bench


@pytest.fixture
def parts(bench: Bench) -> Iterator[Parts]:
    with closing(bench.open()) as parts:
        yield parts


def refused(*attempts: Callable[[], object]) -> int:
    """How many of them are refused by a guard."""
    count = 0
    for attempt in attempts:
        try:
            attempt()
        except (DBAPIError, StreamMoved):
            count += 1
    return count


def doubts(bench: Bench) -> int:
    return len(verify_journal(bench.superuser, bench.service.name).doubts)


def test_without_unique_versions_two_decisions_on_one_state_are_both_taken(bench: Bench, parts: Parts) -> None:
    def decided(stream: str) -> Callable[[], object]:
        return lambda: append(parts.journal, draft(stream, 1, "person-1"))

    assert refused(decided("note-1"), decided("note-1")) == 1
    run(bench, "alter table journal drop constraint journal_stream_version")
    assert refused(decided("note-2"), decided("note-2")) == 0
    assert [record.version for record in parts.journal.streams(["note-2"])["note-2"]] == [1, 1]


@pytest.mark.parametrize("events", [1, 2])
def test_without_the_time_of_the_head_a_clock_set_back_runs_backwards_in_a_partition(
    bench: Bench, parts: Parts, events: int
) -> None:
    function, head = ("journal_append_one", "h") if events == 1 else ("journal_append_many", "head")

    def recorded(stream: str) -> bool:
        """Whether what is appended is later than what was there."""
        before = append(parts.journal, draft(f"{stream}-0", 1, "person-1"))[0]
        run(bench, BACKWARDS.format("1 hour"))
        after = append(parts.journal, *(draft(f"{stream}-{n}", 1, "person-1") for n in range(1, 1 + events)))
        run(bench, BACKWARDS.format("0"))
        return after[0].recorded_at > before.recorded_at

    guarded = recorded("note")
    without_sql(
        bench, function, f"greatest(journal_now(), {head}.recorded_at + interval '1 microsecond')", "journal_now()"
    )
    assert (guarded, recorded("other")) == (True, False)


def test_without_the_trigger_history_is_rewritten_and_only_the_chain_tells(bench: Bench, parts: Parts) -> None:
    write(parts, [uuid4()])
    changes = [
        "update journal set body = replace(body, '2025:26080', '2025:99999')",
        "delete from journal where sequence = 2",
    ]
    assert refused(*(lambda change=change: run(bench, change) for change in changes)) == 2
    assert doubts(bench) == 0
    run(bench, "alter table journal disable trigger journal_is_append_only")
    assert refused(*(lambda change=change: run(bench, change) for change in changes)) == 0
    assert doubts(bench) == 1


def test_without_the_revoked_grants_a_role_that_answers_requests_appends_what_no_chain_holds(
    bench: Bench, parts: Parts
) -> None:
    append(parts.journal, draft("note-1", 1, "person-1"))

    def append_around() -> None:
        with parts.engine.begin() as connection:
            connection.exec_driver_sql(
                "insert into journal select partition, 2, stream, 2, subject, command_id, 1, recorded_at, body, chain"
                " from journal"
            )

    assert (refused(append_around), doubts(bench)) == (1, 0)
    run(bench, f"grant insert on journal to {bench.service.name}_api")
    run(bench, "create policy anyone on journal for insert with check (true)")
    assert (refused(append_around), doubts(bench)) == (0, 1)


def test_without_the_check_of_keys_a_body_can_say_two_things(bench: Bench, parts: Parts) -> None:
    ambiguous = Draft("note-1", 1, "person-1", uuid4(), 0, b'{"unit":"here","unit":"there"}')
    assert refused(lambda: append(parts.journal, ambiguous)) == 1
    run(bench, "alter table journal drop constraint journal_body_check")
    assert refused(lambda: append(parts.journal, ambiguous)) == 0


def sleeping(bench: Bench) -> bool:
    with bench.superuser.connect() as connection:
        statement = text("select exists (select from pg_stat_activity where wait_event = 'PgSleep')")
        return bool(connection.execute(statement).scalar_one())


@contextmanager
def holding(bench: Bench, how: str, bound_seconds: int) -> Iterator[None]:
    """Somebody who appended, and holds the head lock: doing nothing, in a long statement, or cut off in one."""
    with closing(bench.open(transaction_seconds=bound_seconds)) as parts, ThreadPoolExecutor(1) as aside:
        connection = parts.engine.connect()
        PostgresTransaction(bench.service.name, connection).append([draft("note-1", 1, "person-1")])
        driver: Any = connection.connection.driver_connection
        if how != "frozen":
            aside.submit(driver.execute, SLEEP)
            until(lambda: sleeping(bench), "the long statement")
        if how == "cut off":
            with socket.socket(fileno=os.dup(driver.fileno())) as line:
                line.shutdown(socket.SHUT_RDWR)
        yield
        run(bench, f"select pg_terminate_backend({driver.info.backend_pid})")
        connection.invalidate()


@pytest.mark.row(46)
@pytest.mark.parametrize("guarded", [True, False])
@pytest.mark.parametrize(
    ("how", "bound"),
    [
        ("frozen", "idle_in_transaction_session_timeout"),
        ("busy", "transaction_timeout"),
        ("cut off", "client_connection_check_interval"),
    ],
)
def test_without_its_bound_one_session_under_the_head_lock_stops_every_writer(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, figures_of: FiguresOf, how: str, bound: str, *, guarded: bool
) -> None:
    bounds = {name: "0" for name in database._BOUNDS if name.endswith(("timeout", "interval"))}
    if guarded and bound in bounds:
        bounds[bound] = f"{BOUND_SECONDS}s"
    monkeypatch.setattr(database, "_BOUNDS", database._BOUNDS | bounds)
    monkeypatch.setattr(database, "LOCK_TIMEOUT_SECONDS", LOCK_SECONDS)
    bound_seconds = BOUND_SECONDS if guarded and bound == "transaction_timeout" else UNBOUND_SECONDS
    with holding(bench, how, bound_seconds), closing(bench.open(transaction_seconds=UNBOUND_SECONDS)) as parts:
        began = monotonic()
        blocked = refused(lambda: append(parts.journal, draft("note-2", 1, "person-1")))
        seconds = monotonic() - began
    assert blocked == (0 if guarded else 1), "writers that gave up waiting for the head"
    if guarded:
        figures_of(rounds=1, recovered=round(seconds, 1), refused=blocked, bound_seconds=BOUND_SECONDS)
