"""`aftercare journal | projection | mark`: proof of the journal, and what was made from it, rebuilt and up to date."""

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import text

from deploy.marking import mark_now
from deploy.rebuilding import feed_of, rebuild_group, stale_groups
from deploy.services import NAMES, service
from libs.events.digest import digest_of
from libs.events.rebuild import verify
from libs.events.service import Parts, open_parts
from libs.events.settings import service_settings
from libs.events.verification import verify_journal

journal = typer.Typer(no_args_is_help=True, help="The append-only truth of a service.")
projection = typer.Typer(no_args_is_help=True, help="Tables folded from events.")
Name = Annotated[str, typer.Argument(metavar="SERVICE", help=", ".join(NAMES))]
Group = Annotated[
    str | None,
    typer.Argument(metavar="[GROUP]", help="A projection or its group; without one, all that the code has outgrown."),
]


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


@projection.command("list")
def list_command(name: Name) -> None:
    """Every projection with its live table, rows and digest."""
    parts = _worker(name)
    with parts.engine.connect() as connection:
        for one in parts.service.projections:
            table = one.live(connection)
            digest = digest_of(connection, one, table)
            typer.echo(f"{one.name} v{one.version} {table} {digest.rows} rows {digest.sum}")


@projection.command()
def rebuild(
    name: Name,
    group: Group = None,
    *,
    swap: Annotated[bool, typer.Option(help="Swap the new version in.")] = True,
) -> None:
    """Build groups beside the live version, compare, swap, and print a certificate of each."""
    parts = _worker(name)
    for one in [group] if group else stale_groups(parts):
        typer.echo(rebuild_group(parts, one, swap=swap).to_json())


@projection.command("verify")
def verify_projection(name: Name, certificate: Annotated[Path, typer.Argument(help="A saved certificate.")]) -> None:
    """Compare the live tables with a saved certificate; exit 1 and say what differs if they do not agree."""
    parts = _worker(name)
    saved = certificate.read_text("utf-8")
    members = [one for one in parts.service.projections if f'"{one.name}"' in saved]
    with parts.engine.connect() as connection:
        wrong = verify(connection, members, feed_of(parts, members), saved)
    for line in wrong:
        typer.echo(line)
    if wrong:
        raise typer.Exit(1)
    typer.echo("the live tables are as the certificate says")


@projection.command()
def certificates(name: Name) -> None:
    """Every certificate of a service, oldest first, one JSON object a line."""
    with _worker(name).engine.connect() as connection:
        for body in connection.execute(text("select body from projection_certificate order by id")).scalars():
            typer.echo(body)


def mark(names: Annotated[list[str] | None, typer.Argument(metavar="[SERVICE]...")] = None) -> None:
    """Have all that was recorded until now known as complete: what rests on it says so now, not seconds later."""
    for name in names or NAMES:
        with closing(_worker(name)) as parts:
            mark_now(parts)
        typer.echo(f"{name}: marked")


def _worker(name: str) -> Parts:
    return open_parts(service(name), service_settings(name), "worker", transaction_seconds=0)
