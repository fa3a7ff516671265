"""Marks cut cleanly: whatever is appended after one is taken was recorded after it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from uuid import uuid4

import pytest
from sqlalchemy import Connection, text

from libs.events.handling import Target
from libs.events.journal import read_heads
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


def waits(bench: Bench) -> bool:
    """Whether somebody waits for a lock in the service's database."""
    waiting = "select exists (select from pg_stat_activity where wait_event_type = 'Lock' and datname = :name)"
    with bench.superuser.connect() as connection:
        return bool(connection.execute(text(waiting), {"name": bench.superuser.url.database}).scalar_one())
