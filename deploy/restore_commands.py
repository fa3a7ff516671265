"""`aftercare journal restore`, `aftercare log`: a service put back from its topic, and a topic from its service."""

from contextlib import closing
from getpass import getuser
from typing import Annotated

import typer
from rich.progress import Progress
from sqlalchemy.exc import DBAPIError

from deploy.log_commands import journal
from deploy.services import NAMES, service
from libs.events.checkpoints import LIVE, Checkpoint, Place, positions
from libs.events.database import connect
from libs.events.kafka import Log
from libs.events.operations import Operator, note_operation
from libs.events.reconciling import Reconciled, reconcile
from libs.events.refilling import refill_log
from libs.events.restoring import restore_journal
from libs.events.service import Parts, open_parts
from libs.events.settings import service_settings, settings

log = typer.Typer(no_args_is_help=True, help="The topic that a service publishes its events to.")
Name = Annotated[str, typer.Argument(metavar="SERVICE", help=", ".join(NAMES))]
By = Annotated[str, typer.Option("--by", help="Who works; every action is recorded.", default_factory=getuser)]
# What lies in a service's database and is in no event: tables by what their loss means. A test finds one not named.
LOST = {
    "command_log": "answers kept for an Idempotency-Key: the key still finds its command, and no more whether it came"
    " with another request",
    "read_record": "who read what about whom",
    "operation": "what operators did by hand",
    "projection_certificate": "certificates of rebuilds",
    "list_file": "the police lists' files and how each of them ended",
    "list_row": "rows of lists that waited to be applied or decided",
    "list_link": "which row of which sender meant whom: the next list matches anew",
    "subject_key": "which keys the keyring had: `aftercare keyring verify` has to look",
    "development_clock": "how far a development clock was ahead",
}
# What comes back: from the topic, from the topics that are followed, or by itself.
BACK = {
    "alembic_version",
    "journal",
    "journal_head",
    "journal_identity",
    "published",
    "mark_request",
    "checkpoint",
    "mark",
    "ignored_event",
    "parked_event",
    "projection_version",
    "projection_pointer",
}


@journal.command("restore")
def restore_command(
    name: Name,
    by: By,
    *,
    unmarked: Annotated[bool, typer.Option("--unmarked", help="Also where no mark tells what was reacted to.")] = False,
) -> None:
    """Put back from its topic what the journal lacks, and what is inline with it; then commands are taken again.

    After a kill, say it again. The keyring comes from its own backup, followed projections by following.
    """
    own = service_settings(name)
    owner = connect(own.owner_database_url.get_secret_value(), f"{name} restore", transaction_seconds=0)
    with closing(_worker(name)) as parts, Progress(transient=True) as bar:
        task = bar.add_task(f"restore {name}", total=None)
        events = restore_journal(
            parts, owner, _log(), lambda done, goal: bar.update(task, completed=done, total=goal), unmarked=unmarked
        )
        _note(parts, by, "journal restore", f"{events} events put back")
    owner.dispose()
    typer.echo(f"{name}: {events} events put back from the topic, each with its inline rows; commands are taken again")
    typer.echo(
        "By following, from the start where the tables are empty: followed projections. Nothing is decided twice."
    )
    typer.echo("What is in no event does not come back, but from a backup of the database:")
    for table in _tables(name) & LOST.keys():
        typer.echo(f"  {table}: {LOST[table]}")
    typer.echo(f"The keyring is apart: `aftercare keyring verify {name}`.")


@log.command("verify")
def verify_command(name: Name) -> None:
    """Compare topic, journal and followers; name the first difference of each partition, and exit 1 if there is one."""
    with closing(_worker(name)) as parts:
        topic = _log()
        topic.check_topics(name)
        followers = {one: held for one in NAMES if (held := _checkpoints(one, name)) is not None}
        _tell(name, reconcile(parts.journal, topic, followers))


@log.command("restore")
def refill_command(
    name: Name,
    by: By,
    *,
    recreate: Annotated[bool, typer.Option("--recreate", help="Delete the topic first, whatever it holds.")] = False,
    replication: Annotated[int, typer.Option(help="Copies of each partition, where no topic is left to tell.")] = 1,
) -> None:
    """Publish the journal again to a topic that was deleted, emptied or cut; commands are taken meanwhile."""
    with closing(_worker(name)) as parts:
        with Progress(transient=True) as bar:
            task = bar.add_task(f"publish {name}", total=None)
            found = refill_log(
                parts,
                _log(),
                lambda done, goal: bar.update(task, completed=done, total=goal),
                recreate=recreate,
                replication=replication,
            )
        _note(parts, by, "log restore", f"{found.agree} events agree, {len(found.differences)} differences")
        _tell(name, found)


def _tell(name: str, found: Reconciled) -> None:
    for one in found.differences:
        typer.echo(str(one))
    if found.first is not None:
        typer.echo(f"first of all: {found.first}")
    typer.echo(
        f"{name}: {found.agree} events agree, {found.followers} checkpoints of followers looked at,"
        f" {found.strays} strays, {len(found.differences)} differences"
    )
    if found.differences:
        raise typer.Exit(1)


def _checkpoints(follower: str, source: str) -> dict[Place, Checkpoint] | None:
    """Where a service that follows the source stands; None where it follows others, or cannot be asked."""
    if source not in service(follower).following.sources:
        return None
    try:
        with closing(_worker(follower)) as parts, parts.engine.connect() as connection:
            return positions(connection, LIVE)
    except DBAPIError:
        typer.echo(f"{follower} could not be asked", err=True)
        return None


def _tables(name: str) -> set[str]:
    with closing(_worker(name)) as parts, parts.engine.connect() as connection:
        return set(connection.exec_driver_sql("select tablename from pg_tables where schemaname = 'public'").scalars())


def _note(parts: Parts, by: str, action: str, outcome: str) -> None:
    with parts.engine.begin() as connection:
        note_operation(connection, Operator(by), action, outcome)


def _log() -> Log:
    return Log(settings().kafka_bootstrap_servers)


def _worker(name: str) -> Parts:
    return open_parts(service(name), service_settings(name), "worker", transaction_seconds=0)
