"""`aftercare up`: the whole product on this machine, staying up, with something in it to look at."""

from typing import Annotated

import typer
from sqlalchemy import text

from deploy.demo.load import load
from deploy.demo.people import WARDS
from deploy.local.files import write_private
from deploy.local.stack import Stack
from deploy.services import NAMES
from deploy.whole import bring_up, issuer, settings_of
from libs.events.database import connect
from libs.events.settings import Settings, service_settings
from libs.web.roles import Role

TOKEN_MINUTES = 1_440
PROVINCE = "2025:75"
UNFINISHED = "loading"
_ELSEWHERE: dict[Role, list[str]] = {
    Role.PROVINCE_OFFICER: [PROVINCE],
    Role.ANALYST: [],
    Role.PARTNER_SYSTEM: [],
    Role.OPERATOR: [],
}


def up(*, empty: Annotated[bool, typer.Option("--empty", help="Do not load the generated world.")] = False) -> None:
    """Start everything, load the generated world the first time, and say where it all is."""
    stack = Stack()
    bring_up(stack, typer.echo)
    with settings_of(stack) as shared:
        if not empty:
            _fill(stack, shared)
        _write_tokens(stack, shared)
        typer.echo("")
        for name in NAMES:
            typer.echo(f"{name:<10} {service_settings(name).url}/docs")
    typer.echo(f"\nsettings   source {stack.env_file}")
    typer.echo(f"tokens     {stack.root}/tokens/<role>, a day long, one for each of: {', '.join(Role)}")
    typer.echo("\nfor example, the management ledger of a ward:\n")
    typer.echo(f'  . {stack.env_file}\n  curl -H "Authorization: Bearer $(cat {stack.root}/tokens/commune_officer)" \\')
    typer.echo('       -H "Aftercare-Purpose: post-rehab-management" \\')
    typer.echo(f'       "$REGISTRY_URL/v1/management-ledger?unit={WARDS[0]}"')


def _fill(stack: Stack, shared: Settings) -> None:
    """Load the generated world into an empty stack, or the rest of it where that was interrupted."""
    unfinished = stack.root / UNFINISHED
    # A filling that was interrupted was one of these databases here, not of such as are elsewhere now.
    interrupted = unfinished.exists() and stack.postgresql.runs()
    if not interrupted and not _is_empty():
        return
    if interrupted:
        typer.echo("the loading that was interrupted goes on")
    write_private(unfinished, "`aftercare up` fills the stack, or was interrupted; the next one goes on\n")
    load(shared, typer.echo, stack.root / "police-list")
    unfinished.unlink()


def _is_empty() -> bool:
    engine = connect(service_settings("registry").api_database_url.get_secret_value(), "aftercare up", pool=1)
    with engine.connect() as connection:
        events = connection.execute(text("select coalesce(sum(sequence), 0) from journal_head")).scalar_one()
    engine.dispose()
    return bool(events == 0)


def _write_tokens(stack: Stack, shared: Settings) -> None:
    minting = issuer(shared)
    for role in Role:
        token = minting.mint(role, units=_ELSEWHERE.get(role, list(WARDS)), minutes=TOKEN_MINUTES)
        write_private(stack.root / "tokens" / role, token)
