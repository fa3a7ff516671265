"""The command line `aftercare`: every sub-command is assembled here, none is written here."""

import sys

import typer
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError

from deploy import development_commands, log_commands, run_commands, up_commands
from deploy.local import commands as stack
from deploy.local.failure import StackFailed
from deploy.rebuilding import NoSuchGroup
from deploy.services import NoSuchService
from libs.events.clock import ClockRefused
from libs.events.kafka import LogError, LogRefused
from libs.events.rebuild import RebuildDiffers
from libs.events.tables import TablesStale
from libs.web.issuer import IssuerRefused

# What a user can cause or mend: one line and exit code 1, no traceback.
EXPECTED = (
    StackFailed,
    NoSuchService,
    NoSuchGroup,
    ClockRefused,
    IssuerRefused,
    LogError,
    LogRefused,
    RebuildDiffers,
    TablesStale,
    DBAPIError,
    OSError,
)

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)
app.add_typer(stack.app, name="stack")
app.add_typer(run_commands.app)
app.add_typer(log_commands.journal, name="journal")
app.add_typer(log_commands.projection, name="projection")
app.add_typer(development_commands.clock, name="clock")
app.command()(development_commands.token)
app.command()(up_commands.up)


@app.callback()
def aftercare() -> None:
    """Aftercare: run it, look into it, mend it."""


def main() -> None:
    """Run the command line; a failure that was to be expected is one line on stderr."""
    try:
        app()
    except ValidationError as missing:
        names = ", ".join(str(error["loc"][0]).upper() for error in missing.errors())
        typer.echo(f"aftercare: settings are missing or wrong: {names}; `source .local/env` sets them all", err=True)
        sys.exit(1)
    except EXPECTED as failure:
        typer.echo(f"aftercare: {str(failure).splitlines()[0]}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
