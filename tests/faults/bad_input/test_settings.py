"""Settings that are missing, wrong or unsafe: no process of the product starts with them, and each says why in a line."""

import base64
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pydantic import ValidationError
from sqlalchemy import create_engine

from deploy.local.stack import Stack
from deploy.services import NAMES, service
from libs.events.clock import set_development_clock
from libs.events.kafka import Log
from libs.events.service import migrate_service, open_parts
from libs.events.settings import Mode, ServiceSettings
from libs.web.issuer import Issuer
from tests.faults.conftest import FiguresOf
from tests.libs.web.conftest import AUDIENCE, ISSUER

NAME = "clubs"
SECONDS_MAX = 60
ROOT = Path(__file__).parents[3]
Environment = dict[str, str]
Change = Callable[[Environment, Path], object]
SHARED = ("KAFKA_BOOTSTRAP_SERVERS", "TOKEN_ISSUER", "TOKEN_JWKS")
OWN = (
    "URL",
    "OWNER_DATABASE_URL",
    "API_DATABASE_URL",
    "WORKER_DATABASE_URL",
    "KEYRING_DATABASE_URL",
    "KEY_ENCRYPTION_KEY",
)


def key(size: int) -> str:
    return base64.b64encode(bytes(size)).decode()


def setting(name: str, value: str) -> Change:
    return lambda environment, _: environment.update({name: value})


def missing(name: str) -> Change:
    return lambda environment, _: environment.pop(name)


def both_databases(value: Callable[[str], str]) -> Change:
    """Of the api and of the worker."""
    names = (f"{NAME}_{role}_DATABASE_URL".upper() for role in ("api", "worker"))
    changed = tuple(names)
    return lambda environment, _: environment.update({name: value(environment[name]) for name in changed})


def jwks(content: str) -> Change:
    def change(environment: Environment, folder: Path) -> None:
        (folder / "keys.json").write_text(content, "utf-8")
        environment["TOKEN_JWKS"] = str(folder / "keys.json")

    return change


BOTH: Mapping[str, Change] = {
    **{f"{name} missing": missing(name) for name in SHARED},
    **{f"{name} missing": missing(f"{NAME}_{name}".upper()) for name in OWN},
    "a mode that is none": setting("AFTERCARE_MODE", "prod"),
    "a key that is no base64": setting("CLUBS_KEY_ENCRYPTION_KEY", "not base64!"),
    "a key that is too short": setting("CLUBS_KEY_ENCRYPTION_KEY", key(5)),
    "an empty key": setting("CLUBS_KEY_ENCRYPTION_KEY", ""),
    "another key than the keyring's": setting("CLUBS_KEY_ENCRYPTION_KEY", key(32)),
    "a former key that is none": setting("CLUBS_FORMER_KEY_ENCRYPTION_KEYS", "%"),
    "a database that is no URL": both_databases(lambda _: "nonsense"),
    "another kind of database": both_databases(lambda _: "oracle://somewhere/clubs"),
    "a wrong password": both_databases(lambda url: url.replace("@", "-no@")),
    "a database that is not there": both_databases(lambda url: url + "_elsewhere"),
    "a database without tables": both_databases(lambda url: url.rpartition("/")[0] + "/postgres"),
    "a development clock in production": setting("AFTERCARE_MODE", "production"),
}
API: Mapping[str, Change] = {
    "keys over http": setting("TOKEN_JWKS", "http://127.0.0.1:1/jwks"),
    "keys that are not there": setting("TOKEN_JWKS", "/nowhere/jwks.json"),
    "keys that are no JSON": jwks("<html>"),
    "keys that are none": jwks('{"keys":[]}'),
    "a base URL that is none": setting("CLUBS_URL", "clubs:8080"),
}
WORKER: Mapping[str, Change] = {
    "brokers that are no address": setting("KAFKA_BOOTSTRAP_SERVERS", "a:b:c"),
    "no brokers": setting("KAFKA_BOOTSTRAP_SERVERS", ""),
    "a signing key that is none": lambda e, folder: e.update(
        CLUBS_SIGNING_KEY="short", HEAD_SIGNATURES=str(folder / "signatures")
    ),
}
MATRIX = {
    **{("api", name): change for name, change in {**BOTH, **API}.items()},
    **{("worker", name): change for name, change in {**BOTH, **WORKER}.items()},
}


@pytest.fixture
def environment(stack: Stack, log: Log, tmp_path: Path) -> Environment:
    """Everything that the processes of a service of the product need; its database has had its clock moved."""
    issuer = Issuer(tmp_path / "issuer", mode=Mode.DEVELOPMENT, issuer=ISSUER, audience=AUDIENCE)
    own = {"TOKEN_ISSUER": ISSUER, "TOKEN_AUDIENCE": AUDIENCE, "TOKEN_JWKS": str(issuer.jwks)}
    given = {**os.environ, **stack.environment(), **own, "AFTERCARE_MODE": "development"}
    made = service(NAME)
    of_service: dict[str, Any] = {name.lower(): given[f"{NAME}_{name}".upper()] for name in OWN}
    settings = ServiceSettings(**of_service)
    migrate_service(made, settings)
    for name in NAMES:
        log.ensure_topics(name, 1)
    with closing(open_parts(made, settings, "api")) as parts:
        parts.codec.keyring.ensure([f"person-{uuid4()}"])
    owner = create_engine(settings.owner_database_url.get_secret_value())
    set_development_clock(owner, Mode.DEVELOPMENT, datetime.now(UTC) + timedelta(days=1))
    owner.dispose()
    return given


def started(kind: str, environment: Environment) -> subprocess.CompletedProcess[str] | None:
    """How the start of a process ended; None when it did not end."""
    line = (sys.executable, "-m", "deploy.cli", kind, NAME)
    try:
        return subprocess.run(  # noqa: S603 -- Our own command line.
            line, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=SECONDS_MAX, check=False
        )
    except subprocess.TimeoutExpired:
        return None


def refused(kind: str, environment: Environment) -> str | None:
    """What is wrong with how a process refuses to start; None when it is one clear line."""
    ended = started(kind, environment)
    if ended is None:
        return "it started"
    *_, last = ended.stderr.splitlines() or [""]
    if ended.returncode != 1 or "Traceback" in ended.stderr or not last.startswith("aftercare: "):
        return f"it ended with {ended.returncode}: {last}"
    return None


@pytest.mark.faults
@pytest.mark.row(61)
def test_with_bad_settings_no_process_starts_and_each_says_why_in_one_line(
    environment: Environment, tmp_path: Path, figures_of: FiguresOf
) -> None:
    wrong: dict[str, str] = {}
    for (kind, name), change in MATRIX.items():
        bad = dict(environment)
        change(bad, tmp_path)
        if (why := refused(kind, bad)) is not None:
            wrong[f"{kind} with {name}"] = why
    assert not wrong, "\n".join(f"{name}: {why}" for name, why in wrong.items())
    figures_of(rounds=len(MATRIX), refused=len(MATRIX) - len(wrong), started=len(wrong))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KEY_ENCRYPTION_KEY", "not base64!"),
        ("KEY_ENCRYPTION_KEY", key(5)),
        ("KEY_ENCRYPTION_KEY", ""),
        ("SIGNING_KEY", key(31)),
        ("FORMER_KEY_ENCRYPTION_KEYS", f"{key(32)},{key(5)}"),
        ("API_DATABASE_URL", "nonsense"),
        ("API_DATABASE_URL", "postgresql://api@127.0.0.1/clubs"),
        ("URL", "clubs:8080"),
        ("URL", "http://"),
    ],
)
def test_a_setting_that_cannot_be_right_is_refused_by_name_and_not_repeated(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    databases = {one: "postgresql+psycopg://role@127.0.0.1:1/clubs" for one in OWN if one.endswith("_DATABASE_URL")}
    given = {**databases, "URL": "http://127.0.0.1:1", "KEY_ENCRYPTION_KEY": key(32), name: value}
    for one, said in given.items():
        monkeypatch.setenv(f"CLUBS_{one}", said)
    with pytest.raises(ValidationError) as refused:
        ServiceSettings(_env_prefix="CLUBS_")
    assert [str(error["loc"][0]) for error in refused.value.errors()] == [name.lower()]
    assert not value or value not in str(refused.value)
