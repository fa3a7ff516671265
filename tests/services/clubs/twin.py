"""A twin on real databases: its app with callers, and a way to hear the registry's news without Kafka."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import text

from libs.events.books import PostgresBooks
from libs.events.follower import Following
from libs.events.projector import Projector
from libs.events.record import Record
from libs.events.service import Parts, Service
from libs.events.settings import Mode
from libs.web.access import ExpandUnits
from libs.web.app import make_app
from libs.web.issuer import Issuer
from libs.web.roles import Role
from tests.conftest import Bench
from tests.libs.web.client import TestClient
from tests.libs.web.conftest import AUDIENCE, ISSUER, QUICK, Desk, settings_of
from tests.libs.web.sample import HOME, expand


@dataclass(frozen=True)
class Twin:
    """A twin's databases, its parts under the `api` role, its app, and who mints its tokens."""

    bench: Bench
    parts: Parts
    client: TestClient
    issuer: Issuer

    def desk(self, *roles: Role, purpose: str, units: Sequence[str] = (HOME,), **claims: Any) -> Desk:
        """A client of an office."""
        token = self.issuer.mint(*roles, units=units, **claims)
        return Desk(self.client, token, {"Aftercare-Purpose": purpose})

    def hear(self, records: Sequence[Record]) -> None:
        """Fold the registry's records into what the twin follows."""
        codec = self.parts.codec
        events = [(record, event) for record in records if (event := codec.decode(record)) is not None]
        with self.bench.superuser.begin() as connection:
            for projection in self.bench.service.following.projections:
                Projector(projection).apply(PostgresBooks(connection, codec), projection.live(connection), events)

    def told(self, stream: str) -> list[str]:
        """The wire names of a stream's events, in order."""
        with self.bench.superuser.connect() as connection:
            rows = connection.execute(
                text("select body::json ->> 'type' from journal where stream = :stream order by version"),
                {"stream": stream},
            )
            return list(rows.scalars())


def beside(service: Service, name: str, source: str) -> Service:
    """The service under another name, following a registry that is called otherwise."""
    following = Following([source], service.following.projections, service.following.reactors)
    return replace(service, name=name, following=following)


@contextmanager
def opened(bench: Bench, folder: Path, messages: Path, expand_units: ExpandUnits = expand) -> Iterator[Twin]:
    """The twin with its app open; the issuer's keys lie in `folder`, the service's own words in `messages`."""
    issuer = Issuer(folder, mode=Mode.DEVELOPMENT, issuer=ISSUER, audience=AUDIENCE)
    parts = bench.open()
    app = make_app(
        parts, settings=settings_of(issuer.jwks), expand_units=expand_units, messages=[messages], limits=QUICK
    )
    with TestClient(app) as client:
        yield Twin(bench, parts, client, issuer)
    parts.close()
