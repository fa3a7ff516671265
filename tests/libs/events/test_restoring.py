"""A journal is put back from its topic: every event as it was, what is inline with it, and nobody decides twice."""

from contextlib import closing
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from libs.events import feeds
from libs.events.database import connect
from libs.events.digest import digest_of
from libs.events.handling import Target
from libs.events.journal import JournalUnverified
from libs.events.kafka import Log
from libs.events.projector import InlineProjector
from libs.events.proving import BrokenLog
from libs.events.restoring import RestoreRefused, restore_journal
from libs.events.service import migrate_service
from libs.events.verification import verify_journal
from tests.conftest import Bench
from tests.libs.events.editing import edit
from tests.libs.events.sample import CountNote, meta, note_decider
from tests.libs.events.test_flow import published, working, write
from tests.libs.events.test_relay_refusals import trusted
from tests.libs.events.waiting import until


def emptied(bench: Bench) -> None:
    """The same database, lost and freshly migrated."""
    name = bench.service.name
    bench.superuser.dispose()
    url = bench.superuser.url.set(database="postgres")
    admin = connect(url.render_as_string(hide_password=False), "lost", transaction_seconds=0)
    with admin.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"drop database {name} with (force)"))
        connection.execute(text(f"create database {name} owner {name}_owner"))
    admin.dispose()
    migrate_service(bench.service, bench.settings)


def restore(bench: Bench, log: Log, **options: Any) -> int:
    owner = connect(bench.settings.owner_database_url.get_secret_value(), "restore", transaction_seconds=0)
    with closing(bench.open("worker", transaction_seconds=0)) as parts:
        try:
            return restore_journal(parts, owner, log, **options)
        finally:
            owner.dispose()


def rows_of(bench: Bench) -> list[Any]:
    """Everything in the journal and its heads, as it is stored; the time of a head may be that of a mark."""
    with bench.superuser.connect() as connection:
        journal = connection.execute(text("select * from journal order by partition, sequence")).all()
        heads = connection.execute(text("select partition, sequence, chain from journal_head order by partition")).all()
    return [tuple(row) for row in (*journal, *heads)]


def digests_of(bench: Bench) -> dict[str, Any]:
    with bench.superuser.connect() as connection:
        return {one.name: digest_of(connection, one, one.live(connection)) for one in bench.service.inlined}


def told(bench: Bench, log: Log, notes: int, counts: int = 2) -> list[UUID]:
    """Notes that were written and published."""
    ids = [uuid4() for _ in range(notes)]
    with closing(bench.open()) as parts, working(bench, log=log):
        until(lambda: trusted(bench), "the relay's verification")
        write(parts, ids, counts)
        with bench.superuser.connect() as connection:
            events = connection.execute(text("select count(*) from journal")).scalar_one()
        until(lambda: published(bench, log) == events, "publishing")
    return ids


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "POLL_RECORDS_MAX", 10)


def test_a_lost_database_comes_back_from_the_topic_byte_by_byte_and_may_be_written_to(
    writing: Bench, log: Log, small_batches: None
) -> None:
    (note, *_) = told(writing, log, 20)
    rows, digests, seen = rows_of(writing), digests_of(writing), list[tuple[int, int]]()
    emptied(writing)
    assert restore(writing, log, progress=lambda done, goal: seen.append((done, goal))) == 60
    assert (rows_of(writing), digests_of(writing)) == (rows, digests)
    assert verify_journal(writing.superuser, writing.service.name).doubts == ()
    assert (seen[-1], len(seen) > 3) == ((60, 60), True)
    with closing(writing.open()) as parts:
        parts.handler.handle(Target(note_decider, f"note-{note}", CountNote(), meta()))
    with working(writing, log=log):
        until(lambda: published(writing, log) == 61, "publishing what was appended after it")


def test_what_an_older_backup_lacks_is_put_back_behind_it(writing: Bench, log: Log, small_batches: None) -> None:
    told(writing, log, 10)
    backup = Backup.of(writing)
    told(writing, log, 10)
    rows, digests = rows_of(writing), digests_of(writing)
    backup.put_back(writing)
    with closing(writing.open()) as parts, pytest.raises(JournalUnverified):
        write(parts, [uuid4()], counts=0)
    assert restore(writing, log) == 30
    assert (rows_of(writing), digests_of(writing)) == (rows, digests)
    assert restore(writing, log) == 0, "said twice, done once"


@dataclass(frozen=True)
class Backup:
    """A copy of a service's database, as a template of another."""

    name: str

    @staticmethod
    def of(bench: Bench) -> "Backup":
        backup = Backup(f"{bench.service.name}_backup")
        backup._copy(bench, bench.service.name, backup.name)
        return backup

    def put_back(self, bench: Bench) -> None:
        """In place of the database that there is."""
        self._copy(bench, self.name, bench.service.name)

    def _copy(self, bench: Bench, source: str, target: str) -> None:
        bench.superuser.dispose()
        url = bench.superuser.url.set(database="postgres")
        admin = connect(url.render_as_string(hide_password=False), "backup", transaction_seconds=0)
        with admin.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(f"drop database if exists {target} with (force)"))
            connection.execute(text(f"create database {target} template {source} owner {bench.service.name}_owner"))
        admin.dispose()


def test_a_restore_that_was_killed_goes_on_where_it_was(
    writing: Bench, log: Log, small_batches: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(writing, log, 20)
    rows, digests = rows_of(writing), digests_of(writing)
    emptied(writing)
    apply, batches = InlineProjector.apply, list[int]()

    def dying(self: InlineProjector, *given: Any) -> None:
        apply(self, *given)
        batches.append(1)
        if len(batches) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(InlineProjector, "apply", dying)
    with pytest.raises(KeyboardInterrupt):
        restore(writing, log)
    assert 0 < len(rows_of(writing)) - 24 < 60
    assert not trusted(writing)
    assert len(rows_of(writing)) - 24 + restore(writing, log) == 60
    assert (rows_of(writing), digests_of(writing)) == (rows, digests)


def test_a_journal_ahead_of_its_topic_is_not_restored(writing: Bench, log: Log) -> None:
    told(writing, log, 2)
    writing.verify_journal()
    with closing(writing.open()) as parts:
        write(parts, [uuid4()], counts=0)
    before = rows_of(writing)
    with pytest.raises(RestoreRefused, match="is ahead of its topic"):
        restore(writing, log)
    assert rows_of(writing) == before


def test_a_journal_with_another_history_is_not_gone_on_with(writing: Bench, log: Log) -> None:
    told(writing, log, 1, counts=1)
    edit(writing, "delete from journal where sequence = 2")
    statement = "update journal_head h set (sequence, chain, recorded_at) = (1, {}, j.recorded_at) from journal j"
    edit(writing, f"{statement.format('sha256(j.chain)')} where h.partition = j.partition")
    with pytest.raises(BrokenLog, match="is chained otherwise than the one folded here"):
        restore(writing, log)
    assert not trusted(writing)
    edit(writing, f"{statement.format('j.chain')} where h.partition = j.partition")
    assert restore(writing, log) == 1


def test_the_database_itself_takes_back_nothing_that_does_not_go_on_from_its_head(writing: Bench, log: Log) -> None:
    told(writing, log, 1)
    rows = "select partition, sequence, stream, version, subject, command_id, command_index, recorded_at, body, chain"
    with writing.superuser.connect() as connection:
        found = connection.execute(text(f"{rows} from journal order by sequence"))
        first, second, third = (SimpleNamespace(**row) for row in found.mappings())
    emptied(writing)
    assert imported(writing, first, second, third)
    assert not imported(writing, second)
    assert not imported(writing, first, third)
    assert not imported(writing, first, other(second, sequence=4))
    assert not imported(writing, first, other(second, chain=first.chain))
    assert not imported(writing, first, other(second, recorded_at=first.recorded_at))
    assert not imported(writing, other(first, body=second.body))
    writing.verify_journal()
    assert not imported(writing, first), "nothing goes in beside commands"


def other(row: SimpleNamespace, **changes: object) -> SimpleNamespace:
    return SimpleNamespace(**(vars(row) | changes))


def imported(bench: Bench, *rows: Any) -> bool:
    """Whether the database would take these rows; it is left as it was."""
    types = ("bigint", "text", "integer", "text", "uuid", "smallint", "timestamptz", "text", "bytea")
    columns = [list(column) for column in list(zip(*(vars(row).values() for row in rows), strict=True))[1:]]
    statement = f"select journal_import(%s::smallint, {', '.join(f'%s::{one}[]' for one in types)})"
    with bench.superuser.connect() as connection:
        try:
            connection.exec_driver_sql(statement, (rows[0].partition, *columns))
        except DBAPIError:
            return False
        finally:
            connection.rollback()
    return True
