"""`aftercare schemas`: what every event promises on the wire, released once and never changed."""

from typing import Annotated

import typer

from deploy.asyncapi import document
from deploy.catalogue import catalogue_page
from deploy.published import RELEASED, published
from deploy.releasing import SchemasRefused, check, release

schemas = typer.Typer(no_args_is_help=True, help="The published language: schemas and golden payloads of all events.")


@schemas.command("check")
def check_command() -> None:
    """Compare the events of the code with what was released; say what breaks a promise, and exit 1 if anything does."""
    try:
        released = check(published(), RELEASED)
    except SchemasRefused as refused:
        raise _told(refused) from None
    versions = sum(len(one) for one in released.values())
    typer.echo(f"{len(released)} events, {versions} released versions: the code keeps what they promise")


@schemas.command("release")
def release_command() -> None:
    """Write schema and golden payload of every version that is new; released ones are never written again."""
    try:
        fresh = release(published(), RELEASED)
    except SchemasRefused as refused:
        raise _told(refused) from None
    for one in fresh:
        typer.echo(f"{one.wire} version {one.version}")
    typer.echo(f"{len(fresh)} versions released")


@schemas.command()
def catalogue(*, asyncapi: Annotated[bool, typer.Option(help="As an AsyncAPI 3 document.")] = False) -> None:
    """Print the catalogue of events, as `make docs` writes it to docs/reference."""
    typer.echo(document() if asyncapi else catalogue_page(), nl=False)


def _told(refused: SchemasRefused) -> typer.Exit:
    for reason in refused.reasons:
        typer.echo(reason, err=True)
    return typer.Exit(1)
