"""A command that PostgreSQL ends for the sake of another transaction is tried again, and its caller told nothing."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager, nullcontext
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from deploy.local.postgresql import plain
from deploy.local.stack import Stack
from libs.events import journal
from libs.events.database import Away
from libs.events.handling import Target
from libs.events.kafka import Log
from libs.events.partitions import partition_of
from tests.conftest import Bench, MakeBench
from tests.faults.clients import Answer, Caller
from tests.faults.conftest import FiguresOf, MakeCounting
from tests.faults.guards import run
from tests.faults.rows.conftest import a_note, acknowledged, count
from tests.faults.test_crash_points import proved
from tests.libs.events.sample import CountNote, meta, note_decider, note_projection
from tests.libs.events.test_flow import notes_of, write
from tests.libs.events.waiting import until

ROUNDS = 5
Session = psycopg.Connection[tuple[object, ...]]
Command = Callable[[], Future[Any]]


@contextmanager
def session(bench: Bench) -> Iterator[Session]:
    """A session of somebody else, whom no deadlock is ended for."""
    with psycopg.connect(plain(bench.superuser.url.render_as_string(hide_password=False))) as connection:
        connection.execute("set deadlock_timeout = '1min'")
        connection.commit()
        yield connection


def blocked(bench: Bench, by: Session) -> bool:
    with bench.superuser.connect() as connection:
        statement = "select exists (select from pg_stat_activity where %s = any(pg_blocking_pids(pid)))"
        return bool(connection.exec_driver_sql(statement, (by.info.backend_pid,)).scalar_one())


def deadlocked(bench: Bench, other: Session, note: str, command: Command) -> Future[Any]:
    """The other holds the row and wants the head; the command holds the head and wants the row."""
    other.execute("select from notes_v1 where note_id = %s for update", (note,))
    future = command()
    until(lambda: blocked(bench, other), "the command waiting for the row")
    other.execute("select from journal_head where partition = %s for update", (partition_of(f"person-{note}"),))
    other.rollback()
    return future


def outdated(bench: Bench, other: Session, note: str, command: Command) -> Future[Any]:
    """The other changes the head that the command waits for, whose snapshot is from before."""
    head = partition_of(f"person-{note}")
    other.execute("update journal_head set sequence = sequence where partition = %s", (head,))
    future = command()
    until(lambda: blocked(bench, other), "the command waiting for the head")
    other.commit()
    return future


CLASHES: Mapping[str, tuple[Callable[[Bench, Session, str, Command], Future[Any]], str]] = {
    "deadlock": (deadlocked, "deadlock detected"),
    "serialisation": (outdated, "could not serialize access"),
}


def clashing(bench: Bench, how: str) -> None:
    """Have the service's API work as it must for such a clash; nothing but a setting makes a serialisation fail."""
    if how == "serialisation":
        run(bench, f"alter role {bench.service.name}_api set default_transaction_isolation = 'repeatable read'")


@pytest.mark.parametrize("guarded", [True, False])
@pytest.mark.parametrize("how", CLASHES)
def test_without_trying_again_a_command_is_refused_for_the_sake_of_another(
    make_bench: MakeBench, monkeypatch: pytest.MonkeyPatch, how: str, *, guarded: bool
) -> None:
    rows = note_projection()
    bench, note = make_bench(inline=[rows]), uuid4()
    bench.verify_journal()
    clashing(bench, how)
    if not guarded:
        monkeypatch.setattr(journal, "_CLASHES", ())
    with closing(bench.open()) as parts, session(bench) as other, ThreadPoolExecutor(1) as aside:
        write(parts, [note], counts=0)
        target = Target(note_decider, f"note-{note}", CountNote(), meta())
        future = CLASHES[how][0](bench, other, str(note), lambda: aside.submit(parts.handler.handle, target))
        with nullcontext() if guarded else pytest.raises(Away):
            future.result()
    assert [row.count for row in notes_of(bench, rows)] == [1 if guarded else 0]


def ended_with(stack: Stack, bench: Bench, why: str) -> int:
    """How many transactions of a service's API the server ended so."""
    lines = (stack.root / "logs" / "postgresql.log").read_text("utf-8", "replace").splitlines()
    return sum(f"{bench.service.name}_api@" in line and why in line for line in lines)


@pytest.mark.faults
@pytest.mark.row(43)
@pytest.mark.parametrize("how", CLASHES)
def test_a_command_that_the_server_ends_for_the_sake_of_another_is_tried_again_and_its_caller_told_nothing(
    make_counting: MakeCounting, stack: Stack, log: Log, figures_of: FiguresOf, how: str
) -> None:
    clash, why = CLASHES[how]
    counting = make_counting(clients=2, pace=0.1)
    bench = counting.writer
    clashing(bench, how)
    counting.start()
    caller = Caller(counting.load.base_url, counting.load.tokens[0])
    answers: list[tuple[str, Answer]] = []
    with session(bench) as other, counting.load.running(), ThreadPoolExecutor(1) as aside:
        for _ in range(ROUNDS):
            note = a_note(counting)
            answers.append((note, clash(bench, other, note, lambda n=note: aside.submit(count, caller, n)).result()))  # type: ignore[misc]
    caller.close()
    ended = ended_with(stack, bench, why)
    assert {answer.status for _, answer in answers} == {200}
    assert not counting.load.refusals, "nobody was refused"
    assert ended >= ROUNDS
    counting.load.acknowledged.extend(acknowledged(note, answer) for note, answer in answers)
    found = proved(counting, log)
    figures_of(
        rounds=ROUNDS,
        lost=found.lost,
        doubled=found.doubled,
        ended=ended,
        refused=counting.load.refusals.total(),
        acknowledged=found.acknowledged,
    )
