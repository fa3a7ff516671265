"""A service as its parts, and the same parts opened on real databases for one process."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from sqlalchemy import Connection, Engine, make_url

from libs.events.books import PostgresStore
from libs.events.codec import Codec
from libs.events.database import MIGRATION_LOCK_SECONDS, connect
from libs.events.deadlines import Deadlines
from libs.events.follower import Following
from libs.events.forgetting import forgetting
from libs.events.handling import Handler
from libs.events.journal import PostgresJournal
from libs.events.keyring import DatabaseKeyring
from libs.events.keyrings.ledger import DatabaseLedger
from libs.events.migrate import JOURNAL, KEYRING, migrate
from libs.events.projection import Projection
from libs.events.projector import InlineProjector
from libs.events.settings import ServiceSettings
from libs.events.tables import ensure_live
from libs.events.upkeep import drops


@dataclass(frozen=True)
class Chore:
    """Work that nobody asks for, done by the worker at its start and every so many seconds after.

    Two workers may do it at once, and either may die in the middle: it must bear both.
    """

    name: str
    every_seconds: float
    do: Callable[["Parts"], object]


@dataclass(frozen=True)
class Service:
    """What a service is made of; everything else is the library's.

    `inline` projections are written with the command, as are those of `deadlines`; `following` names what is read
    from Kafka; `routers` are FastAPI's; `migrations` are folders beside the library's own; `chores` are done by the
    worker; `forget` empties what a service keeps of a subject beside its projections, when that is erased.
    """

    name: str
    law: Any
    inline: Sequence[Projection[Any]] = ()
    deadlines: Sequence[Deadlines] = ()
    following: Following = field(default_factory=lambda: Following((), ()))
    routers: Sequence[Any] = ()
    migrations: Sequence[Path] = ()
    chores: Sequence[Chore] = ()
    forget: Callable[[Connection, str], None] | None = None

    @property
    def inlined(self) -> list[Projection[Any]]:
        """Its inline projections, and the library's own."""
        return [*self.inline, *(one.rows for one in self.deadlines), drops(self.name)]

    @property
    def projections(self) -> list[Projection[Any]]:
        """All of them, inline and followed."""
        return [*self.inlined, *self.following.projections]


@dataclass(frozen=True)
class Parts:
    """A service's parts opened for one process, under one database role."""

    service: Service
    engine: Engine
    keys: Engine
    ledger: Engine
    journal: PostgresJournal
    codec: Codec
    handler: Handler
    store: PostgresStore

    @property
    def following(self) -> Following:
        """What the service follows, and the library's own part in it: to forget whom the registry erased."""
        own, projections = self.service.following, self.service.projections
        forget = forgetting(self.service.name, projections, self.codec.keyring, self.service.forget)
        return replace(own, reactors=[*own.reactors, forget])

    def close(self) -> None:
        """Give every connection back."""
        self.engine.dispose()
        self.keys.dispose()
        self.ledger.dispose()


def open_parts(service: Service, settings: ServiceSettings, role: str, *, transaction_seconds: int = 30) -> Parts:
    """The parts under the `api` or `worker` role; nothing is reached before it is used."""
    url = settings.api_database_url if role == "api" else settings.worker_database_url
    engine = connect(url.get_secret_value(), f"{service.name} {role}", transaction_seconds=transaction_seconds)
    keys = connect(settings.keyring_database_url.get_secret_value(), f"{service.name} {role} keyring", pool=5)
    current, *former = settings.key_encryption_keys
    # Apart from the journal's: it is asked within transactions.
    ledger = connect(url.get_secret_value(), f"{service.name} {role} ledger", pool=2)
    keyring = DatabaseKeyring(keys, current, former, DatabaseLedger(ledger))
    codec = Codec(service.name, keyring)
    journal = PostgresJournal(service.name, engine)
    handler = Handler(journal, codec, service.law, [InlineProjector(service.inlined)])
    return Parts(service, engine, keys, ledger, journal, codec, handler, PostgresStore(engine, codec))


def migrate_service(service: Service, settings: ServiceSettings) -> None:
    """Bring the service's database and keyring to the newest schema, and make tables for new projections.

    Where somebody's long read stands in the way it gives up after a moment (`Away`): commands would wait behind it.
    """
    api, worker = (_role(url.get_secret_value()) for url in (settings.api_database_url, settings.worker_database_url))
    names = {"service": service.name, "api": api, "worker": worker}
    with _migrating(service, settings.owner_database_url) as owner:
        migrate(owner, [JOURNAL, *service.migrations], names)
    with _migrating(service, settings.keyring_database_url) as keys:
        migrate(keys, [KEYRING], {})
    with _migrating(service, settings.worker_database_url) as tables, tables.begin() as connection:
        ensure_live(connection, service.projections, api)


@contextmanager
def _migrating(service: Service, url: SecretStr) -> Iterator[Engine]:
    """Connections that may work as long as they need, and hardly wait."""
    engine = connect(
        url.get_secret_value(),
        f"{service.name} migrate",
        transaction_seconds=0,
        lock_seconds=MIGRATION_LOCK_SECONDS,
    )
    try:
        yield engine
    finally:
        engine.dispose()


def _role(url: str) -> str:
    name = make_url(url).username
    if not name:
        raise ValueError("a database URL must name its role")
    return name
