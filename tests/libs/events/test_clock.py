"""A development database can live at another time; no other can, and nothing recorded is ever overtaken."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from libs.events.clock import ClockRefused, now, refuse_moved_clock, set_development_clock
from libs.events.settings import Mode
from tests.conftest import MakeBench
from tests.libs.events.test_flow import write

THEN = datetime(2025, 7, 1, 1, tzinfo=UTC)


def test_a_development_database_lives_and_records_at_its_own_time(make_bench: MakeBench) -> None:
    bench = make_bench()
    bench.verify_journal()
    parts = bench.open()
    set_development_clock(bench.superuser, Mode.DEVELOPMENT, THEN)
    write(parts, [note := uuid4()], counts=0)
    (record,) = parts.journal.streams([f"note-{note}"])[f"note-{note}"]
    assert THEN <= record.recorded_at <= now(parts.engine) < THEN + timedelta(minutes=5)
    parts.close()


def test_the_clock_never_goes_behind_what_was_recorded(make_bench: MakeBench) -> None:
    bench = make_bench()
    bench.verify_journal()
    parts = bench.open()
    set_development_clock(bench.superuser, Mode.DEVELOPMENT, THEN)
    set_development_clock(bench.superuser, Mode.DEVELOPMENT, THEN - timedelta(days=9))
    write(parts, [uuid4()], counts=0)
    with pytest.raises(ClockRefused, match="forward"):
        set_development_clock(bench.superuser, Mode.DEVELOPMENT, THEN - timedelta(days=10))
    parts.close()


def test_a_mark_of_an_empty_journal_keeps_nobody_from_setting_the_clock_back(make_bench: MakeBench) -> None:
    bench = make_bench()
    bench.verify_journal()
    parts = bench.open("worker")
    with parts.engine.begin() as connection:
        connection.execute(text("select from journal_hold()"))
    parts.close()
    set_development_clock(bench.superuser, Mode.DEVELOPMENT, THEN)
    parts = bench.open()
    write(parts, [note := uuid4()], counts=0)
    (record,) = parts.journal.streams([f"note-{note}"])[f"note-{note}"]
    assert record.recorded_at < THEN + timedelta(minutes=5)
    parts.close()


def test_the_clock_moves_in_development_only(make_bench: MakeBench) -> None:
    bench = make_bench()
    with pytest.raises(ClockRefused, match="development only"):
        set_development_clock(bench.superuser, Mode.PRODUCTION, THEN)
    refuse_moved_clock(bench.superuser, Mode.PRODUCTION)
    set_development_clock(bench.superuser, Mode.DEVELOPMENT, THEN)
    refuse_moved_clock(bench.superuser, Mode.DEVELOPMENT)
    with pytest.raises(ClockRefused, match="must not serve"):
        refuse_moved_clock(bench.superuser, Mode.PRODUCTION)


def test_the_services_roles_cannot_move_the_clock(make_bench: MakeBench) -> None:
    bench = make_bench()
    for role in ("api", "worker"):
        parts = bench.open(role)
        with pytest.raises(Exception, match="permission denied"), parts.engine.begin() as connection:
            connection.execute(text("insert into development_clock values ('1 day')"))
        parts.close()
