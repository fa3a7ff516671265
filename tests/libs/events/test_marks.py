"""Marks cut cleanly: whatever is appended after one is taken was recorded after it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from uuid import uuid4

import pytest
from sqlalchemy import Connection, text

from libs.events.handling import Target
from libs.events.journal import JournalUnverified, read_heads
from libs.events.marks import take_mark
from libs.events.outbox import PostgresOutbox
from libs.events.partitions import PARTITIONS
from tests.conftest import Bench
from tests.libs.events.sample import OpenNote, meta, note_decider
from tests.libs.events.waiting import until


def lock_only(connection: Connection) -> None:
    """What holds the heads, and lets those who wait keep the time they took."""
    connection.execute(text("select from journal_head order by partition for update"))


@pytest.mark.parametrize(
    ("hold", "later"), [(lambda connection: read_heads(connection, lock=True), True), (lock_only, False)]
)
def test_who_waits_for_a_mark_to_be_taken_is_recorded_after_it(
    writing: Bench, hold: Callable[[Connection], object], *, later: bool
) -> None:
    writing.verify_journal()
    note = uuid4()
    opening = Target(note_decider, f"note-{note}", OpenNote(note), meta(), subject=f"person-{note}")
    with closing(writing.open()) as parts, ThreadPoolExecutor(1) as beside:
        with writing.superuser.begin() as connection:
            hold(connection)
            waiting = beside.submit(parts.handler.handle, opening)
            until(lambda: waits(writing), "the append waiting for its head")
            at = connection.execute(text("select journal_now()")).scalar_one()
        assert (waiting.result().records[0].recorded_at > at) is later


def test_what_is_appended_after_a_mark_is_later_also_where_the_clock_has_gone_back(writing: Bench) -> None:
    """The mark says that everything recorded until then is in it: nothing may be recorded so early after it."""
    writing.verify_journal()
    clock = text("insert into development_clock (ahead) values (interval '1 hour')")
    with writing.superuser.begin() as connection:
        connection.execute(clock)
    with closing(writing.open("worker")) as worker:
        mark = take_mark(worker.engine, writing.service.name)
        with writing.superuser.begin() as connection:
            connection.execute(text("delete from development_clock"))
        again = take_mark(worker.engine, writing.service.name)
    notes = [uuid4() for _ in range(PARTITIONS)]
    with closing(writing.open()) as parts:
        targets = [Target(note_decider, f"note-{n}", OpenNote(n), meta(), subject=f"person-{n}") for n in notes]
        recorded = [record.recorded_at for target in targets for record in parts.handler.handle(target).records]
    assert again.known_until == mark.known_until
    assert min(recorded) > mark.known_until


def test_no_mark_is_taken_of_a_database_that_was_not_compared_with_its_log(writing: Bench) -> None:
    """An older copy lacks what was published: a mark of it would say that the rest was never recorded."""
    writing.verify_journal()
    with closing(writing.open("worker")) as worker:
        assert len(take_mark(worker.engine, writing.service.name).sequences) == PARTITIONS
        PostgresOutbox(worker.journal).distrust()
        with pytest.raises(JournalUnverified):
            take_mark(worker.engine, writing.service.name)


def waits(bench: Bench) -> bool:
    """Whether somebody waits for a lock in the service's database."""
    waiting = "select exists (select from pg_stat_activity where wait_event_type = 'Lock' and datname = :name)"
    with bench.superuser.connect() as connection:
        return bool(connection.execute(text(waiting), {"name": bench.superuser.url.database}).scalar_one())
