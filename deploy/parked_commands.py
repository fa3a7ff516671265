"""`aftercare parked`: events that a projection or reactor could not take, looked at, tried again, or dropped."""

from contextlib import closing
from dataclasses import asdict
from getpass import getuser
from typing import Annotated, Any
from uuid import uuid4

import orjson
import typer

from deploy.services import NAMES, service
from libs.events.operations import Operator, note_operation
from libs.events.parked import Line, Parked, lines, parked_of
from libs.events.reacting import Reacting
from libs.events.record import Meta, NotARecord, Position
from libs.events.redriving import Redriving, drop
from libs.events.service import Parts, open_parts
from libs.events.settings import service_settings

app = typer.Typer(no_args_is_help=True, help="Events that a projection or reactor could not take.")
Name = Annotated[str, typer.Argument(metavar="SERVICE", help=", ".join(NAMES))]
Taker = Annotated[str | None, typer.Argument(metavar="[TAKER]", help="A projection, a reactor, or `log`.")]
OneTaker = Annotated[str, typer.Argument(metavar="TAKER", help="A projection, a reactor, or `log`.")]
At = Annotated[str, typer.Argument(metavar="POSITION", help="As `list` says it: service/partition/sequence.")]
By = Annotated[str, typer.Option("--by", help="Who works; every action is recorded.", default_factory=getuser)]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]


class NotParked(LookupError):
    """Nothing is parked there."""


@app.command("list")
def list_command(name: Name, by: By, taker: Taker = None, *, as_json: AsJson = False) -> None:
    """Every parked event: for whom, where it lies, whose it is, why, and since when."""
    with closing(_worker(name)) as parts, parts.engine.begin() as connection:
        found = parked_of(connection, taker)
        note_operation(connection, Operator(by), "list", f"{len(found)} parked")
    for one in found:
        typer.echo(_as_json(one) if as_json else _as_line(one))
    if not as_json:
        typer.echo(f"{name}: {len(found)} parked")


@app.command()
def show(name: Name, taker: OneTaker, at: At, by: By) -> None:
    """One parked event as it was published; what identifies a person stays sealed."""
    with closing(_worker(name)) as parts, parts.engine.begin() as connection:
        one = _found(parts, taker, at)
        note_operation(connection, Operator(by), "show", "shown", one)
    typer.echo(_as_line(one))
    try:
        typer.echo(orjson.dumps(one.record.cloud, option=orjson.OPT_INDENT_2).decode())
    except NotARecord:
        typer.echo(one.value.hex())


@app.command()
def redrive(
    name: Name,
    by: By,
    taker: Taker = None,
    *,
    subject: Annotated[str | None, typer.Option(help="Of this subject only.")] = None,
) -> None:
    """Try parked lines again, each in its order; exit 1 and say why where one stays."""
    with closing(_worker(name)) as parts:
        chosen = _lines(parts, taker, subject)
        left = [line for line in chosen if not _redriven(parts, line, Operator(by))]
    typer.echo(f"{name}: {len(chosen) - len(left)} of {len(chosen)} lines taken")
    if left:
        raise typer.Exit(1)


@app.command("drop")
def drop_command(
    name: Name,
    taker: OneTaker,
    at: At,
    by: By,
    *,
    because: Annotated[str, typer.Option(help="Why nobody needs it there; kept sealed in the event.")],
) -> None:
    """Let go of one parked event for good; it is an event of its own, which every rebuild honours."""
    with closing(_worker(name)) as parts:
        one = _found(parts, taker, at)
        outcome = drop(parts.handler, one, because, Meta(uuid4(), f"operator:{by}", uuid4()))
        with parts.engine.begin() as connection:
            note_operation(connection, Operator(by), "drop", f"dropped by {outcome.position}", one)
    typer.echo(f"{taker} passes over {at}: {outcome.position}")


def _redriven(parts: Parts, line: Line, operator: Operator) -> bool:
    redriven = _redriving(parts).redrive(line)
    what = f"{redriven.taken} taken" + (f", then {redriven.left}" if redriven.left else "")
    with parts.engine.begin() as connection:
        note_operation(connection, operator, "redrive", f"{line.taker} {line.subject}: {what}")
    typer.echo(f"{line.taker} {line.source}/{line.partition} {line.subject}: {what}")
    return redriven.left is None


def _redriving(parts: Parts) -> Redriving:
    following, handler, store = parts.following, parts.handler, parts.store
    names = [projection.name for projection in following.projections]
    reacting = Reacting(parts.service.name, following.reactors, names, handler, store)
    return Redriving(following.projections, reacting, parts.codec, store)


def _lines(parts: Parts, taker: str | None, subject: str | None) -> list[Line]:
    """Projections before reactors, since these read them."""
    reactors = {reactor.name for reactor in parts.following.reactors}
    with parts.engine.connect() as connection:
        found = lines(connection)
    chosen = [line for line in found if taker in (None, line.taker) and subject in (None, line.subject)]
    return sorted(chosen, key=lambda line: line.taker in reactors)


def _found(parts: Parts, taker: str, at: str) -> Parked:
    try:
        where = Position.parse(at)
    except ValueError:
        raise NotParked(f"{at} is no position; one reads like registry/7/4211") from None
    with parts.engine.connect() as connection:
        for one in parked_of(connection, taker):
            if (one.source, one.partition, one.sequence) == (where.source, where.partition, where.sequence):
                return one
    raise NotParked(f"nothing is parked for {taker} at {at}")


def _as_line(one: Parked) -> str:
    at = Position(one.source, one.partition, one.sequence)
    since = f"{one.parked_at:%Y-%m-%d %H:%M:%S}" if one.parked_at else ""
    return f"{one.taker}  {at}  {one.subject or '-'}  {since}  {one.reason}"


def _as_json(one: Parked) -> str:
    told: dict[str, Any] = asdict(one)
    told["value"] = one.value.hex()
    return orjson.dumps(told).decode()


def _worker(name: str) -> Parts:
    return open_parts(service(name), service_settings(name), "worker")
