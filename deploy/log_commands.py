"""`aftercare journal | mark`: proof of the journal, and everything that was recorded known as complete."""

from contextlib import closing
from typing import Annotated

import typer

from deploy.local.failure import StackFailed
from deploy.marking import mark_now
from deploy.services import NAMES, service
from deploy.signing import signer_of
from libs.events.service import Parts, open_parts
from libs.events.settings import service_settings
from libs.events.signing import Signatures
from libs.events.verification import verify_journal

journal = typer.Typer(no_args_is_help=True, help="The append-only truth of a service.")
Name = Annotated[str, typer.Argument(metavar="SERVICE", help=", ".join(NAMES))]


@journal.command("verify")
def verify_command(name: Name) -> None:
    """Recompute every chain, and check the signed heads; name what is not as it was, and exit 1 if anything is."""
    with closing(_worker(name)) as parts:
        found = verify_journal(parts.engine, name)
        signer = signer_of(name)
        signatures = signer.verify(parts.engine) if signer else Signatures()
    doubts = [*(f"{doubt.position}: {doubt.what}" for doubt in found.doubts), *signatures.doubts]
    for doubt in doubts:
        typer.echo(doubt)
    signed = f"{signatures.days} days of signed heads" if signer else "heads are not signed here"
    typer.echo(f"{name}: {found.rows} events verified, {signed}, {len(doubts)} doubts")
    if doubts:
        raise typer.Exit(1)


@journal.command()
def sign(name: Name) -> None:
    """Sign the heads of today, where no worker did."""
    signer = signer_of(name)
    if signer is None:
        raise StackFailed(f"HEAD_SIGNATURES and {name.upper()}_SIGNING_KEY are needed to sign")
    with closing(_worker(name)) as parts:
        path = signer.sign(parts.engine)
    typer.echo(f"{name}: {path or 'the heads of today are signed already'}")


def mark(names: Annotated[list[str] | None, typer.Argument(metavar="[SERVICE]...")] = None) -> None:
    """Have all that was recorded until now known as complete: what rests on it says so now, not seconds later."""
    for name in names or NAMES:
        with closing(_worker(name)) as parts:
            mark_now(parts)
        typer.echo(f"{name}: marked")


def _worker(name: str) -> Parts:
    return open_parts(service(name), service_settings(name), "worker", transaction_seconds=0)
