"""`aftercare projection`: tables folded from events, rebuilt, proved, swapped and rolled back."""

import re
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress
from sqlalchemy import text

from deploy.rebuilding import feed_of, members_of, rebuild_group, rebuild_of, share_of, stale_groups
from deploy.services import NAMES, service
from libs.events.checkpoints import Checkpoint, Place
from libs.events.digest import digest_of
from libs.events.rebuild import certificate_of, verify
from libs.events.service import Parts, open_parts
from libs.events.settings import service_settings
from libs.web.freshness import parse_positions

app = typer.Typer(no_args_is_help=True, help="Tables folded from events.")
Name = Annotated[str, typer.Argument(metavar="SERVICE", help=", ".join(NAMES))]
Group = Annotated[
    str | None,
    typer.Argument(metavar="[GROUP]", help="A projection or its group; without one, all that the code has outgrown."),
]
OneGroup = Annotated[str, typer.Argument(metavar="GROUP", help="A projection, or the group that it is rebuilt in.")]
Until = Annotated[
    str | None,
    typer.Option(help="Positions as `registry.events/7=42`, an instant, or `mark`: nothing is swapped then."),
]
Throttle = Annotated[float | None, typer.Option(help="At most so many events a second.")]


class NoShare(ValueError):
    """A share that is not like 0/2."""


@app.command("list")
def list_command(name: Name) -> None:
    """Every projection with its live table, rows and digest."""
    with closing(_worker(name)) as parts, parts.engine.connect() as connection:
        for one in parts.service.projections:
            table = one.live(connection)
            digest = digest_of(connection, one, table)
            typer.echo(f"{one.name} v{one.version} {table} {digest.rows} rows {digest.sum}")


@app.command()
def rebuild(
    name: Name,
    group: Group = None,
    *,
    swap: Annotated[bool, typer.Option(help="Swap the new version in.")] = True,
    workers: Annotated[int, typer.Option(min=1, max=24, help="Processes that fill it side by side.")] = 1,
    throttle: Throttle = None,
    until: Until = None,
) -> None:
    """Build groups beside the live version, compare, swap, and print a certificate of each.

    What was cut off goes on where it stood.
    """
    with closing(_worker(name)) as parts:
        for one in [group] if group else stale_groups(parts):
            if until is not None:
                typer.echo(_until(parts, one, until))
                continue
            made = rebuild_group(parts, one, swap=swap, workers=workers, events_per_second=throttle)
            typer.echo(made.to_json())


@app.command(hidden=True)
def fill(
    name: Name,
    group: OneGroup,
    *,
    share: Annotated[str, typer.Option(help="Which partitions, as 0/2 or 1/2.")],
    throttle: Throttle = None,
) -> None:
    """One process's part in a rebuild that another began."""
    found = re.fullmatch(r"(\d{1,2})/([1-9]\d?)", share)
    if found is None or int(found[1]) >= int(found[2]):
        raise NoShare(f"{share} is no share; one reads like 0/2")
    with closing(_worker(name)) as parts:
        rebuild_of(parts, group).fill(partitions=share_of(int(found[1]), int(found[2])), events_per_second=throttle)


@app.command()
def swap(name: Name, group: OneGroup) -> None:
    """Compare what a rebuild that was cut off has built, level it, and put it in use."""
    with closing(_worker(name)) as parts:
        made = rebuild_of(parts, group)
        made.fill()
        typer.echo(made.finish().to_json())


@app.command()
def rollback(name: Name, group: OneGroup) -> None:
    """Have readers use the version before the live one again, brought level with it first."""
    with closing(_worker(name)) as parts:
        rebuild_of(parts, group).roll_back()
        with parts.engine.connect() as connection:
            live = ", ".join(member.live(connection) for member in members_of(parts, group))
        typer.echo(f"{group}: readers use {live}")


@app.command()
def certificate(name: Name, group: OneGroup) -> None:
    """Digests of the live version where it stands now: kept, and printed."""
    with closing(_worker(name)) as parts:
        members = members_of(parts, group)
        with parts.store.begin(snapshot=True) as books:
            made = certificate_of(books, members, feed_of(parts, members))
            books.workshop.certify(made.to_json())
        typer.echo(made.to_json())


@app.command("verify")
def verify_command(name: Name, saved: Annotated[Path, typer.Argument(help="A saved certificate.")]) -> None:
    """Compare the live tables with a saved certificate; exit 1 and say what differs if they do not agree."""
    with closing(_worker(name)) as parts:
        spelled = saved.read_text("utf-8")
        members = [one for one in parts.service.projections if f'"{one.name}"' in spelled]
        with parts.store.begin(snapshot=True) as books:
            wrong = verify(books, members, feed_of(parts, members), spelled)
    for line in wrong:
        typer.echo(line)
    if wrong:
        raise typer.Exit(1)
    typer.echo("the live tables are as the certificate says")


@app.command()
def certificates(name: Name) -> None:
    """Every certificate of a service, oldest first, one JSON object a line."""
    with closing(_worker(name)) as parts, parts.engine.connect() as connection:
        for body in connection.execute(text("select body from projection_certificate order by id")).scalars():
            typer.echo(body)


def _until(parts: Parts, group: str, until: str) -> str:
    made = rebuild_of(parts, group)
    instant, goal = None, None
    if until == "mark":
        goal = _marked(parts)
    elif "=" in until:
        goal = {place: _at(sequence) for place, sequence in parse_positions(until).items()}
    else:
        instant = datetime.fromisoformat(until).astimezone()
    with Progress(transient=True) as bar:
        task = bar.add_task(f"rebuild {group} until {until}", total=None)
        certificate = made.until(goal, instant, lambda done, total: bar.update(task, completed=done, total=total))
    return certificate.to_json()


def _marked(parts: Parts) -> dict[Place, Checkpoint]:
    """What the newest applied mark of every source covers."""
    with parts.store.begin() as books:
        newest = [books.newest_mark(source) for source in parts.service.following.sources]
    return {
        Place(mark.source, partition): _at(sequence)
        for mark in newest
        if mark is not None
        for partition, sequence in enumerate(mark.sequences)
    }


def _at(sequence: int) -> Checkpoint:
    return Checkpoint(0, sequence, b"", sequence, 0)


def _worker(name: str) -> Parts:
    return open_parts(service(name), service_settings(name), "worker", transaction_seconds=0)
