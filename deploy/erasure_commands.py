"""`aftercare erase-subject`: the personal data of somebody become unreadable in every service."""

from contextlib import closing
from datetime import datetime, timedelta
from getpass import getuser
from time import monotonic, sleep
from typing import Annotated
from uuid import UUID, uuid4, uuid5

import typer

from deploy.services import service
from libs.events.contracts.registry.erasure import ErasureGround
from libs.events.handling import Target
from libs.events.operations import Operator, note_operation
from libs.events.record import Meta
from libs.events.service import Parts, open_parts
from libs.events.settings import service_settings
from services.registry.domain.erasure import EraseSubject, erasure_decider
from services.registry.projections.forgettings import SERVICES, ForgettingRow, forgettings
from services.registry.projections.persons import persons

# How long backups of a keyring are kept at most (design, personal data): until then one could bring a key back.
KEYRING_BACKUP_DAYS = 30
POLL_SECONDS = 0.2


class NobodyToErase(LookupError):
    """The registry knows nobody of that id."""


def erase_subject(
    person: Annotated[UUID, typer.Argument(metavar="PERSON", help="The person's id.")],
    by: Annotated[str, typer.Option("--by", help="Who works; the action is recorded.", default_factory=getuser)],
    *,
    ground: Annotated[ErasureGround, typer.Option(help="Why.")] = ErasureGround.REQUEST,
    wait: Annotated[float, typer.Option(help="How many seconds to wait for all services.")] = 30.0,
) -> None:
    """Destroy the keys of a person in every service; exit 1 while not all have. Counts stay as they are."""
    with closing(_worker()) as parts:
        subject = f"person-{person}"
        with parts.store.begin() as books:
            if not persons.read(books.connection, "person_id = :person", person=person):
                raise NobodyToErase(f"the registry knows no person {person}")
        erasure_id = uuid5(person, "erasure")
        command = EraseSubject(erasure_id, (subject,), ground)
        meta = Meta(uuid4(), f"operator:{by}", uuid4())
        parts.handler.handle(Target(erasure_decider, f"erasure-{erasure_id}", command, meta, subject))
        with parts.engine.begin() as connection:
            note_operation(connection, Operator(by), "erase-subject", f"{subject}: {ground}")
        missing = _wait(parts, subject, wait)
    if missing:
        typer.echo(f"{subject}: not yet forgotten by {', '.join(missing)}; run this again to see")
        raise typer.Exit(1)


def _wait(parts: Parts, subject: str, seconds: float) -> list[str]:
    """The services that have not forgotten yet when the time is over; says when all have."""
    deadline = monotonic() + seconds
    while True:
        with parts.store.begin() as books:
            found = {row.service: row for row in forgettings.read(books.connection, "subject = :s", s=subject)}
        missing = [name for name in SERVICES if name not in found]
        if not missing:
            typer.echo(_complete(subject, list(found.values())))
            return []
        if monotonic() > deadline:
            return missing
        sleep(POLL_SECONDS)


def _complete(subject: str, rows: list[ForgettingRow]) -> str:
    last: datetime = max(row.destroyed_at for row in rows)
    final = last + timedelta(days=KEYRING_BACKUP_DAYS)
    return (
        f"{subject}: complete {last:%Y-%m-%d %H:%M %Z}, final {final:%Y-%m-%d} when the last keyring backup has expired"
    )


def _worker() -> Parts:
    return open_parts(service("registry"), service_settings("registry"), "worker")
