"""The command line `aftercare`: every sub-command is assembled here, none is written here."""

import typer

from deploy import (
    deadline_commands,
    development_commands,
    erasure_commands,
    keyring_commands,
    log_commands,
    parked_commands,
    projection_commands,
    restore_commands,
    run_commands,
    schema_commands,
    up_commands,
)
from deploy.local import commands as stack
from deploy.told import told

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)
app.add_typer(stack.app, name="stack")
app.add_typer(run_commands.app)
app.add_typer(log_commands.journal, name="journal")
app.add_typer(restore_commands.log, name="log")
app.add_typer(projection_commands.app, name="projection")
app.add_typer(parked_commands.app, name="parked")
app.add_typer(deadline_commands.app, name="deadlines")
app.add_typer(keyring_commands.app, name="keyring")
app.add_typer(schema_commands.schemas, name="schemas")
app.add_typer(development_commands.clock, name="clock")
app.command()(log_commands.mark)
app.command()(erasure_commands.erase_subject)
app.command()(development_commands.token)
app.command()(up_commands.up)


@app.callback()
def aftercare() -> None:
    """Aftercare: run it, look into it, mend it."""


def main() -> None:
    """Run the command line."""
    told(app)


if __name__ == "__main__":
    main()
