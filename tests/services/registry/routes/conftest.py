"""The registry on real databases with its app, living on a day when terms of 2025 are served."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import pytest

from deploy.local.stack import Stack
from deploy.run_commands import responsible_for
from deploy.services import message_folders
from libs.events.clock import set_development_clock
from libs.events.settings import Mode
from libs.vietnam.calendar import LOCAL
from libs.web.app import make_app
from libs.web.issuer import Issuer
from libs.web.roles import Role
from services.registry.service import service
from tests.conftest import bench_of
from tests.libs.web.client import TestClient
from tests.libs.web.conftest import AUDIENCE, ISSUER, QUICK, Desk, settings_of
from tests.services.registry.routes.office import Office
from tests.services.registry.routes.sending import LISTING

NOW = datetime(2027, 6, 15, 9, tzinfo=LOCAL)


@pytest.fixture(scope="session")
def office(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """The registry's app; nothing is followed but what a test lets it react to."""
    bench = bench_of(stack, replace(service, name="registrydesk"))
    set_development_clock(bench.superuser, Mode.DEVELOPMENT, NOW)
    bench.verify_journal()
    issuer = Issuer(tmp_path_factory.mktemp("issuer"), mode=Mode.DEVELOPMENT, issuer=ISSUER, audience=AUDIENCE)
    parts = bench.open()
    settings, messages = settings_of(issuer.jwks), message_folders("registry")
    app = make_app(parts, settings=settings, expand_units=responsible_for, messages=messages, limits=QUICK)
    with TestClient(app) as client:
        yield Office(bench, parts, client, issuer)
    parts.close()
    bench.superuser.dispose()


@pytest.fixture
def officer(office: Office) -> Desk:
    """The officer of the commune at home."""
    return office.officer()


@pytest.fixture
def police(office: Office) -> Desk:
    """The police of the commune at home."""
    return office.police()


@pytest.fixture
def chairman(office: Office) -> Desk:
    """The chairman of the commune at home."""
    return office.chairman()


@pytest.fixture
def analyst(office: Office) -> Desk:
    """Somebody with a good token who may do nothing here."""
    return office.desk(Role.ANALYST)


@pytest.fixture
def lister(office: Office) -> Desk:
    """The police of the commune, about lists."""
    return office.police(purpose=LISTING)
