"""`aftercare token | clock`: what exists in development only."""

from datetime import datetime
from typing import Annotated

import typer

from deploy.services import NAMES
from deploy.whole import Clock, issuer
from libs.events.clock import now
from libs.events.database import connect
from libs.events.settings import service_settings, settings
from libs.vietnam.calendar import LOCAL
from libs.web.roles import Role

clock = typer.Typer(no_args_is_help=True, help="The time at which a development stack lives.")


@clock.command("set")
def set_command(
    instant: Annotated[str, typer.Argument(help="An ISO instant; without offset, in Viet Nam.")],
) -> None:
    """Let every service live at an instant from now on; only forward once anything was recorded."""
    at = datetime.fromisoformat(instant)
    at = at if at.tzinfo else at.replace(tzinfo=LOCAL)
    moved = Clock(settings())
    moved.set(at)
    moved.close()
    typer.echo(f"it is {at.isoformat()}")


@clock.command()
def show() -> None:
    """What time it is for each service."""
    for name in NAMES:
        engine = connect(service_settings(name).api_database_url.get_secret_value(), "aftercare clock")
        typer.echo(f"{name}: {now(engine).astimezone(LOCAL).isoformat()}")
        engine.dispose()


def token(
    role: Annotated[list[Role], typer.Option(help="An office; may be given several times.")],
    unit: Annotated[list[str] | None, typer.Option(help="A unit, as 2025:26080; may be given several times.")] = None,
    minutes: Annotated[int, typer.Option(help="How long it counts.")] = 60,
) -> None:
    """Print an access token for an office; in development only."""
    typer.echo(issuer(settings()).mint(*role, units=unit or [], minutes=minutes))
