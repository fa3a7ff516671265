"""The command line `aftercare`: every sub-command is assembled here, none is written here."""

import sys

import typer

from deploy.local import commands as stack
from deploy.local.failure import StackFailed

# What a user can cause or mend: one line and exit code 1, no traceback.
EXPECTED = (StackFailed, OSError)

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)
app.add_typer(stack.app, name="stack")


@app.callback()
def aftercare() -> None:
    """Aftercare: run it, look into it, mend it."""


def main() -> None:
    """Run the command line; a failure that was to be expected is one line on stderr."""
    try:
        app()
    except EXPECTED as failure:
        typer.echo(f"aftercare: {failure}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
