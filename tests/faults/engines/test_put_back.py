"""A database put back under running processes takes nothing until its missing end is imported; then all goes on."""

from contextlib import ExitStack, closing, suppress

import pytest

from deploy.local.stack import Stack
from libs.events.checkpoints import LIVE, positions
from libs.events.database import Away
from libs.events.kafka import Log
from libs.events.reconciling import reconcile
from libs.events.verification import verify_journal
from tests.conftest import Bench, MakeBench
from tests.faults.conftest import FiguresOf
from tests.faults.engines.backups import WAYS, Backup
from tests.faults.guards import run
from tests.faults.proofs import difference
from tests.faults.test_guards_of_the_journal import accepted, one_in_each
from tests.libs.events.sample import note_projection
from tests.libs.events.test_flow import following, level, notes_of
from tests.libs.events.test_refilling import Writer, kept
from tests.libs.events.test_relay_refusals import trusted
from tests.libs.events.test_restoring import restore
from tests.libs.events.waiting import until

BEFORE, AFTER = 12, 10
REFUSALS_MIN = 20


def all_told(writing: Bench, reader: Bench) -> bool:
    """Whether everything that was written is published, and folded there."""
    with suppress(*Away):
        return level(writing, reader)
    return False


@pytest.mark.faults
@pytest.mark.row(49)
@pytest.mark.parametrize("way", WAYS)
def test_an_older_database_under_running_processes_forks_no_history_and_goes_on_after_a_restore(
    make_bench: MakeBench, mortal: Stack, log: Log, figures_of: FiguresOf, way: str
) -> None:
    writing = make_bench(topics=True, inline=[note_projection()])
    rows = note_projection("followed")
    reader = following(make_bench, writing, rows)
    backup: Backup = WAYS[way](mortal, writing)
    with closing(writing.open()) as parts, ExitStack() as at_work:
        writer = Writer(parts)
        at_work.enter_context(kept(writing, log))
        at_work.enter_context(kept(reader, log))
        for count in (BEFORE, AFTER):
            for _ in range(count):
                writer.write()
            until(lambda: all_told(writing, reader), "everything being told")
            backup.take() if count == BEFORE else backup.put_back()
            forget_connections(writing, reader)
        refused, done = writer.refused, len(writer.done)
        with writer.running():
            until(lambda: writer.refused > refused + REFUSALS_MIN, "commands being refused")
            assert len(writer.done) == done, "not one was taken"
            events = restore(writing, log)
            until(lambda: len(writer.done) > done + AFTER, "commands being taken")
        until(lambda: all_told(writing, reader), "everything being told")
        with reader.superuser.connect() as connection:
            found = reconcile(parts.journal, log, {"reader": positions(connection, LIVE)})
    assert events >= 2 * AFTER
    assert (found.differences, verify_journal(writing.superuser, writing.service.name).doubts) == ([], ())
    (inline,) = writing.service.inline
    expected = {str(note): 1 for note in writer.done}
    apart = [
        difference(expected, {str(row.note_id): row.count for row in notes_of(bench, one)})
        for bench, one in ((reader, rows), (writing, inline))
    ]
    assert apart == [(0, 0)] * 2
    figures_of(
        rounds=1,
        lost=sum(lost for lost, _ in apart),
        doubled=sum(doubled for _, doubled in apart),
        put_back=events,
        refused=writer.refused,
        acknowledged=len(writer.done),
    )


def forget_connections(*benches: Bench) -> None:
    for bench in benches:
        bench.superuser.dispose()


WITHOUT_START = """
create or replace function journal_identity_now() returns text language sql volatile security definer as $$
    select concat_ws('/', (select system_identifier from pg_control_system()),
                     left(pg_walfile_name(pg_current_wal_lsn()), 8),
                     (select oid from pg_database where datname = current_database())) $$"""
WITHOUT_TIMELINE = """
create or replace function journal_identity_now() returns text language sql volatile security definer as $$
    select concat_ws('/', (select system_identifier from pg_control_system()),
                     (select oid from pg_database where datname = current_database())) $$"""
WITHOUT_WRITER = "create or replace view journal_verified as select i.identity from journal_identity i"


@pytest.mark.faults
@pytest.mark.parametrize(
    ("way", "guards"),
    [
        ("files of an older day", [WITHOUT_START]),
        # Either of the two tells a replica: it was started, and it is on another timeline.
        ("a replica that lagged", [WITHOUT_TIMELINE]),
        ("a dump read back", [WITHOUT_WRITER]),
    ],
)
@pytest.mark.parametrize("guarded", [True, False])
def test_without_the_guard_of_its_identity_an_older_database_takes_commands_again(
    make_bench: MakeBench, mortal: Stack, log: Log, way: str, guards: list[str], *, guarded: bool
) -> None:
    bench = make_bench()
    backup: Backup = WAYS[way](mortal, bench)
    for guard in [] if guarded else guards:
        run(bench, guard)
    bench.verify_journal()
    forget_connections(bench)
    backup.take()
    backup.put_back()
    forget_connections(bench)
    with closing(bench.open()) as parts:
        taken = accepted(parts, one_in_each())
    assert taken == (0 if guarded else 24), "commands that nobody compared with the log"
    assert trusted(bench) is not guarded
