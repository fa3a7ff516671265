"""`aftercare token | clock`: what exists in development only."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from deploy.services import NAMES
from libs.events.clock import now, set_development_clock
from libs.events.database import connect
from libs.events.settings import service_settings, settings
from libs.vietnam.calendar import LOCAL
from libs.web.issuer import Issuer
from libs.web.roles import Role

clock = typer.Typer(no_args_is_help=True, help="The time at which a development stack lives.")


@clock.command("set")
def set_clock(instant: Annotated[str, typer.Argument(help="An ISO instant; without an offset, in Viet Nam.")]) -> None:
    """Let every service live at an instant from now on; only forward once anything was recorded."""
    at = datetime.fromisoformat(instant)
    at = at if at.tzinfo else at.replace(tzinfo=LOCAL)
    for name in NAMES:
        owner = connect(service_settings(name).owner_database_url.get_secret_value(), "aftercare clock")
        set_development_clock(owner, settings().aftercare_mode, at)
        owner.dispose()
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
    typer.echo(issuer().mint(*role, units=unit or [], minutes=minutes))


def issuer() -> Issuer:
    """The development issuer, beside the JWKS that the services trust."""
    shared = settings()
    folder = Path(shared.token_jwks).parent
    return Issuer(folder, mode=shared.aftercare_mode, issuer=shared.token_issuer, audience=shared.token_audience)
