"""The sample service on real databases, its app, and callers with tokens."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx import Response
from sqlalchemy import text

from deploy.local.stack import Stack
from libs.events.service import Parts, Service
from libs.events.settings import Mode, Settings
from libs.web.app import make_app as assemble
from libs.web.issuer import Issuer
from libs.web.limits import Limits
from libs.web.purposes import Purpose, allowed
from libs.web.roles import Role
from tests.conftest import Bench, bench_of
from tests.libs.web import sample
from tests.libs.web.client import TestClient

ISSUER = "https://issuer.test"
AUDIENCE = "aftercare"
QUICK = Limits(wait_seconds_max=0.1, wait_poll_seconds=0.005, requests_per_second=10_000, requests_burst=10_000)


@pytest.fixture(scope="session")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Issuer:
    folder = tmp_path_factory.mktemp("issuer")
    return Issuer(folder, mode=Mode.DEVELOPMENT, issuer=ISSUER, audience=AUDIENCE)


@pytest.fixture(scope="session")
def settings(issuer: Issuer) -> Settings:
    return settings_of(issuer.jwks)


def settings_of(jwks: Path) -> Settings:
    return Settings(
        aftercare_mode=Mode.DEVELOPMENT,
        kafka_bootstrap_servers="127.0.0.1:1",
        token_issuer=ISSUER,
        token_audience=AUDIENCE,
        token_jwks=str(jwks),
    )


@pytest.fixture(scope="session")
def bench(stack: Stack) -> Iterator[Bench]:
    """The sample's databases; the only fixture that knows where they come from."""
    made = bench_of(stack, Service(law=None, **sample.PARTS))
    made.verify_journal()
    yield made
    made.superuser.dispose()


@pytest.fixture(scope="session")
def parts(bench: Bench) -> Iterator[Parts]:
    opened = bench.open()
    yield opened
    opened.close()


@dataclass
class Desk:
    """A client of the sample's app under one office; every request says why and carries a fresh key."""

    client: TestClient
    token: str
    headers: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **headers: str | None) -> Response:
        answer: Response = self.client.get(path, headers=self._headers(headers))
        return answer

    def post(self, path: str, json: Any = None, *, key: str | None = None, **headers: str | None) -> Response:
        given = self._headers({"Idempotency_Key": key or str(uuid4())} | headers)
        answer: Response = self.client.post(path, headers=given, json=json)
        return answer

    def open_folder(self, **changes: Any) -> UUID:
        body = {"person_id": str(uuid4()), "unit": sample.HOME, "name": sample.SECRET} | changes
        answer = self.post("/v1/folders", body)
        assert answer.status_code == 201, answer.text
        return UUID(answer.json()["id"])

    def on(self, client: TestClient) -> "Desk":
        """The same office before another app."""
        return replace(self, client=client)

    def _headers(self, given: Mapping[str, str | None]) -> dict[str, str]:
        base = {"Authorization": f"Bearer {self.token}"} | self.headers
        changed = {name.replace("_", "-"): value for name, value in given.items()}
        return {name: value for name, value in (base | changed).items() if value is not None}


MakeDesk = Callable[..., Desk]
MakeApp = Callable[..., TestClient]


@pytest.fixture
def make_app(parts: Parts, settings: Settings) -> Iterator[MakeApp]:
    """Makes a client of an app with other routers, parts or limits."""
    with ExitStack() as stack:

        def make(routers: Sequence[Any] = (sample.router,), limits: Limits = QUICK, **changed: Any) -> TestClient:
            with_routers = replace(parts, service=replace(parts.service, routers=routers), **changed)
            app = assemble(
                with_routers, settings=settings, expand_units=sample.expand, messages=[sample.MESSAGES], limits=limits
            )
            return stack.enter_context(TestClient(app))

        yield make


@pytest.fixture(scope="session")
def client(parts: Parts, settings: Settings) -> Iterator[TestClient]:
    app = assemble(parts, settings=settings, expand_units=sample.expand, messages=[sample.MESSAGES], limits=QUICK)
    with TestClient(app) as opened:
        yield opened


@pytest.fixture(scope="session")
def desk(client: TestClient, issuer: Issuer) -> MakeDesk:
    """`desk(Role.COMMUNE_OFFICER)` is a client of that office at home; `units=` and claims say otherwise."""

    def make(*roles: Role, units: Any = (sample.HOME,), **claims: Any) -> Desk:
        purposes = [purpose.value for purpose in Purpose if allowed(purpose, frozenset(roles))]
        headers = {"Aftercare-Purpose": purposes[0]} if purposes else {}
        return Desk(client, issuer.mint(*roles, units=units, **claims), headers)

    return make


@pytest.fixture(scope="session")
def officer(desk: MakeDesk) -> Desk:
    return desk(Role.COMMUNE_OFFICER)


@pytest.fixture(scope="session")
def chairman(desk: MakeDesk) -> Desk:
    return desk(Role.COMMUNE_CHAIRMAN)


@pytest.fixture
def rows(bench: Bench) -> Callable[..., list[Any]]:
    """Ask the database as its superuser."""

    def ask(statement: str, **values: Any) -> list[Any]:
        with bench.superuser.begin() as connection:
            result = connection.execute(text(statement), values)
            return list(result) if result.returns_rows else []

    return ask
