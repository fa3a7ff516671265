"""Forgetting: whom the registry erased is forgotten by every service, each of which destroys its own key."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, text

from libs.events.contracts.registry.erasure import SubjectErased
from libs.events.contracts.upkeep import upkeep
from libs.events.keyring import Keyring
from libs.events.projection import Projection
from libs.events.reactor import Reaction, Reactor
from libs.events.upkeep import once


def forgetting(
    service: str,
    projections: Sequence[Projection[Any]],
    keyring: Keyring,
    also: Callable[[Connection, str], None] | None = None,
) -> Reactor:
    """The reactor that destroys the key, empties what could still be searched by, and then says so.

    It can be done any number of times; what is said is said once. `also` empties what else the service keeps.
    """
    reactor = Reactor(f"{service}.forgetting", independent=True)

    @reactor.on(SubjectErased)
    def erased(event: SubjectErased, connection: Connection) -> Iterator[Reaction]:
        for subject in event.subjects:
            keyring.forget(subject)
            empty(connection, service, projections, subject, also)
            destroyed_at = connection.execute(text("select journal_now()")).scalar_one()
            told = upkeep(service).forgotten(erasure_id=event.erasure_id, forgotten=subject, destroyed_at=destroyed_at)
            yield Reaction(once, f"forgotten-{subject}", subject, told)

    return reactor


def empty(
    connection: Connection,
    service: str,
    projections: Sequence[Projection[Any]],
    subject: str,
    also: Callable[[Connection, str], None] | None = None,
) -> None:
    """Empty what a forgotten subject could still be searched by, and what else the service keeps of it."""
    for projection in projections:
        _forget_hashes(connection, projection, service, subject)
    if also is not None:
        also(connection, subject)


def _forget_hashes(connection: Connection, projection: Projection[Any], service: str, subject: str) -> None:
    """A keyed hash finds whom it was made of; a rebuild would find nothing to make it of."""
    if not projection.hashed:
        return
    emptied = ", ".join(f"{column.name} = null" for column in projection.hashed)
    tables = connection.execute(
        text("select table_name from projection_version where name = :n"), {"n": projection.name}
    )
    for table in tables.scalars():
        statement = f"update {table} set {emptied} where row_source = :service and row_subject = :subject"  # noqa: S608 -- Our own words.
        connection.execute(text(statement), {"service": service, "subject": subject})


_TABLES = text("select table_name from projection_version where name = :name")
