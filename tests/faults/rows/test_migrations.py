"""A migration that would wait behind a long read gives up, before what waits behind it is refused."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from time import monotonic

import psycopg
import pytest

from deploy.local.postgresql import plain
from libs.events import database, service
from libs.events.database import MIGRATION_LOCK_SECONDS, Away
from libs.events.kafka import Log
from libs.events.service import Service, migrate_service
from tests.conftest import Bench, MakeBench
from tests.faults.conftest import FiguresOf, MakeCounting
from tests.faults.test_crash_points import proved
from tests.libs.events.test_journal import append, draft
from tests.libs.events.waiting import until

ROUNDS = 3
LATER_SECONDS_MAX = 2.0
REVISION = """
from alembic import op

revision = "later_0001"
down_revision = None
depends_on = "journal_0001"


def upgrade():
    op.get_bind().exec_driver_sql("alter table journal add column later integer")
"""


@pytest.fixture
def later(tmp_path: Path) -> Path:
    """A migration that locks the journal."""
    folder = tmp_path / "later"
    folder.mkdir()
    (folder / "later_0001.py").write_text(REVISION, "utf-8")
    return folder


def with_later(older: Service, folder: Path) -> Service:
    return replace(older, migrations=[*older.migrations, folder])


@contextmanager
def long_read(bench: Bench) -> Iterator[None]:
    """Somebody reads the journal, and does not come to an end."""
    with psycopg.connect(plain(bench.superuser.url.render_as_string(hide_password=False))) as reading:
        reading.execute("select count(*) from journal")
        yield


def waiting(bench: Bench) -> bool:
    with bench.superuser.connect() as connection:
        statement = "select exists (select from pg_locks where mode = 'AccessExclusiveLock' and not granted)"
        return bool(connection.exec_driver_sql(statement).scalar_one())


@pytest.mark.parametrize("guarded", [True, False])
def test_without_a_bound_on_its_wait_a_migration_behind_a_long_read_stops_every_command(
    make_bench: MakeBench, monkeypatch: pytest.MonkeyPatch, later: Path, *, guarded: bool
) -> None:
    bench = make_bench()
    bench.verify_journal()
    monkeypatch.setattr(service, "MIGRATION_LOCK_SECONDS", 1 if guarded else 0)
    monkeypatch.setattr(database, "LOCK_TIMEOUT_SECONDS", 2)
    with closing(bench.open()) as parts, ThreadPoolExecutor(1) as aside:
        with long_read(bench):
            migrating = aside.submit(migrate_service, with_later(bench.service, later), bench.settings)
            until(lambda: waiting(bench), "the migration waiting")
            with nullcontext() if guarded else pytest.raises(Away):
                append(parts.journal, draft("note-1", 1, "person-1"))
        with pytest.raises(Away, match="lock timeout") if guarded else nullcontext():
            migrating.result()


@pytest.mark.faults
@pytest.mark.row(50)
def test_a_migration_behind_a_long_read_gives_up_and_commands_go_on(
    make_counting: MakeCounting, log: Log, later: Path, figures_of: FiguresOf
) -> None:
    counting = make_counting()
    counting.start()
    bench, newer = counting.writer, with_later(counting.writer.service, later)
    seconds: list[float] = []
    with counting.load.running():
        until(lambda: counting.folded() > 0, "the first events being followed")
        with long_read(bench):
            for _ in range(ROUNDS):
                began, before = monotonic(), counting.recorded()
                with pytest.raises(Away, match="lock timeout"):
                    migrate_service(newer, bench.settings)
                seconds.append(monotonic() - began)
                until(lambda before=before: counting.recorded() > before, "commands going on")  # type: ignore[misc]
        migrate_service(newer, bench.settings)
        before = counting.recorded()
        until(lambda: counting.recorded() > before, "commands going on")
    slowest = max(one.waited for one in counting.load.acknowledged)
    assert slowest < MIGRATION_LOCK_SECONDS + LATER_SECONDS_MAX
    assert not counting.load.refusals, "nobody was refused"
    found = proved(counting, log)
    figures_of(
        rounds=ROUNDS,
        lost=found.lost,
        doubled=found.doubled,
        gave_up=round(max(seconds), 1),
        slowest=round(slowest, 1),
        acknowledged=found.acknowledged,
    )
