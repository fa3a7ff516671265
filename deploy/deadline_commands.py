"""`aftercare deadlines`: what is due, what has passed, and computing it anew after the law changed."""

from contextlib import closing
from getpass import getuser
from typing import Annotated
from uuid import uuid4

import typer
from sqlalchemy import text

from deploy.services import NAMES, service
from libs.events.operations import Operator, note_operation
from libs.events.record import Meta
from libs.events.redating import redate
from libs.events.service import Parts, open_parts
from libs.events.settings import service_settings

app = typer.Typer(no_args_is_help=True, help="What is due, and until when.")
Name = Annotated[str, typer.Argument(metavar="SERVICE", help=", ".join(NAMES))]
By = Annotated[str, typer.Option("--by", help="Who works; the action is recorded.", default_factory=getuser)]


@app.command("list")
def list_command(name: Name) -> None:
    """Every kind of deadline: how many are open, how many have passed, and when the next one does."""
    with closing(_worker(name)) as parts, parts.engine.begin() as connection:
        for one in parts.service.deadlines:
            counts = "count(*) filter (where not passed) open, count(*) filter (where passed) passed"
            table = one.rows.live(connection)
            following = "min(passes_at) filter (where not passed) following"
            row = connection.execute(text(f"select {counts}, {following} from {table}")).one()  # noqa: S608 -- Our own words.
            then = f", the next until {row.following:%Y-%m-%d %H:%M %Z}" if row.following else ""
            typer.echo(f"{one.rows.name}: {row.open} open, {row.passed} passed{then}")


@app.command("redate")
def redate_command(name: Name, by: By) -> None:
    """Compute every open deadline anew by the law and the calendar as they are now; each that moves is an event."""
    meta = Meta(uuid4(), f"operator:{by}", uuid4())
    with closing(_worker(name)) as parts:
        for one in parts.service.deadlines:
            seen, moved = redate(one, parts.handler, parts.engine, meta)
            with parts.engine.begin() as connection:
                note_operation(connection, Operator(by), "redate", f"{one.rows.name}: {moved} of {seen} moved")
            typer.echo(f"{one.rows.name}: {moved} of {seen} moved")


def _worker(name: str) -> Parts:
    return open_parts(service(name), service_settings(name), "worker")
