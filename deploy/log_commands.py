"""`aftercare journal | projection`: proof of the journal, and rebuilding what was made from it."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import Progress
from sqlalchemy import text

from deploy.services import NAMES, service
from libs.events.digest import digest_of
from libs.events.feeds import Feed, JournalFeed, TopicFeed
from libs.events.kafka import Log
from libs.events.projection import Projection, groups
from libs.events.rebuild import Certificate, Rebuild, verify
from libs.events.service import Parts, open_parts
from libs.events.settings import service_settings, settings
from libs.events.verification import verify_journal

journal = typer.Typer(no_args_is_help=True, help="The append-only truth of a service.")
projection = typer.Typer(no_args_is_help=True, help="Tables folded from events.")
Name = Annotated[str, typer.Argument(metavar="SERVICE", help=", ".join(NAMES))]
Group = Annotated[str, typer.Argument(metavar="GROUP", help="A projection, or the group it belongs to.")]


class NoSuchGroup(LookupError):
    """The service has no projection or group of that name."""


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
    name: Name, group: Group, *, swap: Annotated[bool, typer.Option(help="Swap the new version in.")] = True
) -> None:
    """Build a group beside the live version, compare, swap, and print the certificate."""
    parts = _worker(name)
    members = _members(parts, group)
    made = Rebuild(members, parts.codec, _feed(parts, members), parts.engine, f"{name}_api")
    typer.echo(rebuild_with_bar(made, f"rebuild {group}", swap=swap).to_json())


@projection.command("verify")
def verify_projection(name: Name, certificate: Annotated[Path, typer.Argument(help="A saved certificate.")]) -> None:
    """Compare the live tables with a saved certificate; exit 1 and say what differs if they do not agree."""
    parts = _worker(name)
    saved = certificate.read_text("utf-8")
    members = [one for one in parts.service.projections if f'"{one.name}"' in saved]
    with parts.engine.connect() as connection:
        wrong = verify(connection, members, _feed(parts, members), saved)
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


def rebuild_with_bar(made: Rebuild, title: str, *, swap: bool = True) -> Certificate:
    """Run a rebuild under a progress bar on stderr."""
    with Progress(transient=True) as bar:
        task = bar.add_task(title, total=None)
        return made.run(lambda done, goal: bar.update(task, completed=done, total=goal), swap=swap)


def _worker(name: str) -> Parts:
    return open_parts(service(name), service_settings(name), "worker", transaction_seconds=0)


def _members(parts: Parts, group: str) -> list[Projection[Any]]:
    grouped = groups(parts.service.projections)
    wanted = group if group in grouped else f"{parts.service.name}.{group}"
    if wanted not in grouped:
        raise NoSuchGroup(f"{parts.service.name} has no {group}; there are {', '.join(grouped)}")
    return grouped[wanted]


def _feed(parts: Parts, members: Iterable[Projection[Any]]) -> Feed:
    if all(member in parts.service.inline for member in members):
        return JournalFeed(parts.journal)
    return TopicFeed(parts.service.following.sources, Log(settings().kafka_bootstrap_servers))
