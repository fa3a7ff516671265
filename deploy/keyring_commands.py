"""`aftercare keyring`: keys wrapped anew, and a keyring that was restored brought level with its service."""

from contextlib import closing
from getpass import getuser
from typing import Annotated

import typer

from deploy.services import NAMES, service
from libs.events.keyrings.ledger import DatabaseLedger
from libs.events.keyrings.mending import reapply, rotate, verify
from libs.events.keyrings.wrapping import Wrapper
from libs.events.operations import Operator, note_operation
from libs.events.service import Parts, open_parts
from libs.events.settings import service_settings

app = typer.Typer(no_args_is_help=True, help="The keys under which personal data are encrypted.")
Name = Annotated[str, typer.Argument(metavar="SERVICE", help=", ".join(NAMES))]
By = Annotated[str, typer.Option("--by", help="Who works; every action is recorded.", default_factory=getuser)]


@app.command("rotate")
def rotate_command(by: By, names: Annotated[list[str] | None, typer.Argument(metavar="[SERVICE]...")] = None) -> None:
    """Wrap every key under the current key-encryption key; begun again after a kill, it goes on where it was."""
    for name in names or NAMES:
        with closing(_worker(name)) as parts:
            done = rotate(parts.keys, _wrapper(name))
            _say(parts, by, "keyring rotate", f"{done} keys wrapped anew, none under another key-encryption key")


@app.command("verify")
def verify_command(name: Name, by: By) -> None:
    """Bring a keyring level with its service after a restore: erasures as `reapply`, and lost keys marked lost."""
    with closing(_worker(name)) as parts:
        found = verify(parts.keys, _wrapper(name), DatabaseLedger(parts.engine), parts.engine, name)
        told = f"{found.subjects} subjects, {found.reapplied} destroyed again, {found.lost} keys lost"
        _say(parts, by, "keyring verify", told)
    if found.search_made_anew:
        typer.echo(f"{name}: the search key was lost: rebuild all projections, or nobody is found by name")


@app.command("reapply")
def reapply_command(name: Name, by: By) -> None:
    """Destroy again the key of every subject that was forgotten, where a restored keyring has it back."""
    with closing(_worker(name)) as parts:
        _say(parts, by, "keyring reapply", f"{reapply(parts.keys, DatabaseLedger(parts.engine))} destroyed again")


def _say(parts: Parts, by: str, action: str, outcome: str) -> None:
    with parts.engine.begin() as connection:
        note_operation(connection, Operator(by), action, outcome)
    typer.echo(f"{parts.service.name}: {outcome}")


def _wrapper(name: str) -> Wrapper:
    current, *former = service_settings(name).key_encryption_keys
    return Wrapper(current, former)


def _worker(name: str) -> Parts:
    return open_parts(service(name), service_settings(name), "worker", transaction_seconds=0)
