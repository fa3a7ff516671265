"""The ground that contests run on: a PostgreSQL and a Kafka of their own, in a folder that is gone afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
from psycopg.sql import SQL, Identifier
from sqlalchemy import URL, make_url

from deploy.local.stack import Stack
from libs.events.kafka import Log
from libs.events.service import Parts, Service, migrate_service, open_parts
from libs.events.settings import ServiceSettings


@dataclass(frozen=True)
class Ground:
    """The servers, as settings that another process can be given."""

    settings: dict[str, str]

    @property
    def bootstrap(self) -> str:
        """The Kafka brokers."""
        return self.settings["KAFKA_BOOTSTRAP_SERVERS"]

    @property
    def log(self) -> Log:
        """The Kafka of this ground."""
        return Log(self.bootstrap)

    def superuser(self, database: str) -> URL:
        """How a peer, which has no roles of its own, reaches a database."""
        return make_url(self.settings["SUPERUSER_DATABASE_URL"]).set(database=database)

    def connect(self, database: str) -> psycopg.Connection:
        """A bare connection of the superuser, without transactions of its own."""
        return psycopg.connect(plain(self.superuser(database)), autocommit=True)

    def make_database(self, name: str) -> None:
        """A new database for a peer."""
        with self.connect("postgres") as connection:
            connection.execute(SQL("create database {}").format(Identifier(name)))

    def make_service(self, service: Service) -> None:
        """The databases of one of our services, its topics, and the word of a relay that the journal is verified."""
        migrate_service(service, self._service_settings(service.name))
        self.log.ensure_topics(service.name, 1)
        with self.connect(service.name) as connection:
            connection.execute("insert into journal_identity (identity) values (journal_identity_now())")

    def open(self, service: Service, role: str, *, transaction_seconds: int = 30) -> Parts:
        """The parts of a service as a process of that role has them."""
        settings = self._service_settings(service.name)
        return open_parts(service, settings, role, transaction_seconds=transaction_seconds)

    def _service_settings(self, name: str) -> ServiceSettings:
        prefix = f"{name.upper()}_"
        return ServiceSettings.model_validate(
            {key.removeprefix(prefix).lower(): value for key, value in self.settings.items() if key.startswith(prefix)}
        )


@contextmanager
def engines() -> Iterator[Ground]:
    """Both engines, started for the block and stopped after it."""
    with TemporaryDirectory(prefix="aftercare-bench-") as folder:
        stack = Stack(Path(folder), given={})
        stack.up()
        try:
            yield Ground(stack.environment())
        finally:
            stack.down()


def plain(url: URL) -> str:
    """A URL as psycopg itself reads it."""
    return url.set(drivername="postgresql").render_as_string(hide_password=False)
