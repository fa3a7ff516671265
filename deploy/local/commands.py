"""`aftercare stack`: the local stack from the command line."""

import json
from contextlib import suppress
from dataclasses import asdict
from typing import Annotated

import typer

from deploy.local.failure import StackFailed
from deploy.local.files import locked
from deploy.local.part import Condition
from deploy.local.stack import DEMONSTRATION, Stack

app = typer.Typer(no_args_is_help=True, help="PostgreSQL and Kafka on this machine, data kept under .local/.")


@app.command()
def up() -> None:
    """Start what does not run and write .local/env, a file to source."""
    stack = Stack()
    names = stack.up()
    for name in names:
        typer.echo(f"{name} started")
    if not names:
        typer.echo("all of it runs already")
    _show(stack)
    typer.echo(f"settings: source {stack.env_file}")


@app.command()
def down() -> None:
    """Stop what runs; the data stay."""
    stack = Stack()
    names = [*_abandoned(stack), *stack.down()]
    for name in names:
        typer.echo(f"{name} stopped")
    if not names:
        typer.echo("nothing was running")


@app.command()
def status(*, as_json: Annotated[bool, typer.Option("--json", help="Print one JSON array.")] = False) -> None:
    """Say how each part is; exit code 1 unless all of them answer."""
    stack = Stack()
    parts = stack.status()
    if as_json:
        typer.echo(json.dumps([asdict(part) for part in parts], indent=2))
    else:
        _show(stack)
    if any(part.condition not in (Condition.RUNNING, Condition.ELSEWHERE) for part in parts):
        raise typer.Exit(1)


def _abandoned(stack: Stack) -> list[str]:
    """What a demonstration left that was killed; one that goes on is left alone."""
    demonstration = stack.beneath(DEMONSTRATION)
    if not demonstration.root.exists():
        return []
    with suppress(StackFailed), locked(demonstration.in_use, 0):
        return [f"{name} of the demonstration" for name in demonstration.down()]
    return []


def _show(stack: Stack) -> None:
    for part in stack.status():
        pid = f"pid {part.pid}" if part.pid else f"see {part.log}" if part.condition is Condition.ENDED else ""
        typer.echo(f"{part.name:<18} {part.condition:<10} {part.address:<22} {pid}".rstrip())
