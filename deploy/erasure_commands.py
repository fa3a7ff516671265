"""`aftercare erase-subject`: the personal data of somebody become unreadable in every service."""

from collections.abc import Sequence
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
from services.registry.feed.erasing import FileOf, files_of
from services.registry.feed.files import seeing_all
from services.registry.feed.vault import subject_of
from services.registry.projections.forgettings import SERVICES, ForgettingRow, forgettings
from services.registry.projections.persons import persons as known

# How long backups of a keyring are kept at most (design, personal data): until then one could bring a key back.
KEYRING_BACKUP_DAYS = 30
POLL_SECONDS = 0.2


class NobodyToErase(LookupError):
    """The registry knows nobody of that id."""


def erase_subject(
    persons: Annotated[list[UUID], typer.Argument(metavar="PERSON...", help="All ids that are the person's.")],
    by: Annotated[str, typer.Option("--by", help="Who works; the action is recorded.", default_factory=getuser)],
    *,
    ground: Annotated[ErasureGround, typer.Option(help="Why.")] = ErasureGround.REQUEST,
    wait: Annotated[float, typer.Option(help="How many seconds to wait for all services.")] = 30.0,
) -> None:
    """Destroy the keys of a person in every service, and those of list files that name them; counts stay as they are.

    Exit 1 while not all is destroyed: run it again then, and it goes on.
    """
    with closing(_worker()) as parts:
        files = _files(parts, persons)
        ended = [one for one in files if not one.unfinished]
        subjects = (*(f"person-{one}" for one in persons), *(subject_of(one.list_id) for one in ended))
        erasure_id = uuid5(persons[0], "erasure")
        command = EraseSubject(erasure_id, subjects, ground)
        meta = Meta(uuid4(), f"operator:{by}", uuid4())
        parts.handler.handle(Target(erasure_decider, f"erasure-{erasure_id}", command, meta, subjects[0]))
        with parts.engine.begin() as connection:
            note_operation(connection, Operator(by), "erase-subject", f"{' '.join(subjects)}: {ground}")
        missing = _wait(parts, subjects, wait)
    for subject, services in missing.items():
        typer.echo(f"{subject}: not yet forgotten by {', '.join(services)}; run this again to see")
    if waiting := sum(one.waiting for one in ended):
        typer.echo(
            f"{waiting} rows that wait came in files that are destroyed: their senders' next lists bring them again"
        )
    if unfinished := len(files) - len(ended):
        typer.echo(f"{unfinished} list files are still being worked at; run this again to destroy them")
    if missing or unfinished:
        raise typer.Exit(1)


def _files(parts: Parts, persons: Sequence[UUID]) -> list[FileOf]:
    """The list files that name somebody; `NobodyToErase` where the registry knows none of that id."""
    with seeing_all(parts.engine) as connection:
        for person in persons:
            if not known.read(connection, "person_id = :person", person=person):
                raise NobodyToErase(f"the registry knows no person {person}")
        return files_of(connection, persons)


def _wait(parts: Parts, subjects: Sequence[str], seconds: float) -> dict[str, list[str]]:
    """By subject the services that have not forgotten it when the time is over; says of which all have."""
    deadline = monotonic() + seconds
    while True:
        with parts.store.begin() as books:
            rows = forgettings.read(books.connection, "subject = any(:subjects)", subjects=list(subjects))
        done = {subject: [row for row in rows if row.subject == subject] for subject in subjects}
        missing = {subject: lacking for subject, found in done.items() if (lacking := _lacking(found))}
        if not missing or monotonic() > deadline:
            for subject, found in done.items():
                if subject not in missing:
                    typer.echo(_complete(subject, found))
            return missing
        sleep(POLL_SECONDS)


def _lacking(rows: Sequence[ForgettingRow]) -> list[str]:
    return [name for name in SERVICES if name not in {row.service for row in rows}]


def _complete(subject: str, rows: Sequence[ForgettingRow]) -> str:
    last: datetime = max(row.destroyed_at for row in rows)
    final = last + timedelta(days=KEYRING_BACKUP_DAYS)
    return (
        f"{subject}: complete {last:%Y-%m-%d %H:%M %Z}, final {final:%Y-%m-%d} when the last keyring backup has expired"
    )


def _worker() -> Parts:
    return open_parts(service("registry"), service_settings("registry"), "worker")
