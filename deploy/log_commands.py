"""`aftercare journal | mark`: proof of the journal, and everything that was recorded known as complete."""

from contextlib import closing
from typing import Annotated

import typer

from deploy.marking import mark_now
from deploy.services import NAMES, service
from libs.events.service import Parts, open_parts
from libs.events.settings import service_settings
from libs.events.verification import verify_journal

journal = typer.Typer(no_args_is_help=True, help="The append-only truth of a service.")
Name = Annotated[str, typer.Argument(metavar="SERVICE", help=", ".join(NAMES))]


@journal.command("verify")
def verify_command(name: Name) -> None:
    """Recompute every chain; name each row that is not as it was appended, and exit 1 if there is one."""
    parts = _worker(name)
    found = verify_journal(parts.engine, name)
    for doubt in found.doubts:
        typer.echo(f"{doubt.position}: {doubt.what}")
    typer.echo(f"{name}: {found.rows} events verified, {len(found.doubts)} doubts")
    if found.doubts:
        raise typer.Exit(1)


def mark(names: Annotated[list[str] | None, typer.Argument(metavar="[SERVICE]...")] = None) -> None:
    """Have all that was recorded until now known as complete: what rests on it says so now, not seconds later."""
    for name in names or NAMES:
        with closing(_worker(name)) as parts:
            mark_now(parts)
        typer.echo(f"{name}: marked")


def _worker(name: str) -> Parts:
    return open_parts(service(name), service_settings(name), "worker", transaction_seconds=0)
