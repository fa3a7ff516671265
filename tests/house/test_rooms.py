"""The rooms of style.md: `.importlinter` holds on the real tree, and each contract bites on a planted breach."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from configparser import ConfigParser
from pathlib import Path

import pytest

from tests.house.sources import ROOT

SERVICES = "A service never imports another"
LIBS = "The libraries know no service"
FLOORS = "Within a service arrows point down"
FIGURES = "In reporting arrows point down from the question to the facts"
DOMAIN = "A domain touches nothing outside"
PROJECTIONS = "A projection is read and folded, nothing else"
ROWS = "A projection never reads another"
ROUTES = "A route reaches no engine and evaluates no law"
FEED = "The feed answers nobody and publishes nothing"
KAFKA = "Kafka is imported in one folder"
TELEMETRY = "OpenTelemetry is imported in two files"

BREACHES = [
    (SERVICES, "services/clubs/planted.py", "from services.registry.projections.cases import cases"),
    (SERVICES, "services/reporting/facts/planted.py", "import services.support.service"),
    (SERVICES, "services/support/routes/planted.py", "def late():\n    from services.clubs import reactors"),
    (LIBS, "libs/people/planted.py", "from services.registry.domain.person import Person"),
    (LIBS, "libs/events/planted.py", "import deploy.cli"),
    (FLOORS, "services/registry/domain/planted.py", "from services.registry.projections.cases import CaseRow"),
    (FLOORS, "services/clubs/projections/planted.py", "from services.clubs.routes import memberships"),
    (FLOORS, "services/support/routes/planted.py", "from services.support.service import service"),
    (FLOORS, "services/registry/feed/planted.py", "from services.registry.reactors import case_follow_up"),
    (FIGURES, "services/reporting/facts/planted.py", "from services.reporting.indicators.periods import Period"),
    (FIGURES, "services/reporting/indicators/planted.py", "from services.reporting.answers import Answer"),
    (FIGURES, "services/reporting/statistics/planted.py", "from services.reporting.indicators.lives import Life"),
    (FIGURES, "services/reporting/indicators/planted.py", "import services.reporting.routes.indicators"),
    *(
        (DOMAIN, "services/clubs/domain/planted.py", f"import {name}")
        for name in (
            "sqlalchemy",
            "psycopg",
            "alembic",
            "fastapi",
            "starlette.requests",
            "kafka",
            "opentelemetry.trace",
        )
    ),
    (DOMAIN, "services/registry/domain/case/planted.py", "from libs.events.journal import Journal"),  # It has SQL.
    *(
        (PROJECTIONS, "services/support/projections/planted.py", f"import {name}")
        for name in ("fastapi", "starlette", "kafka", "libs.web.edge", "libs.events.relay", "services.support.domain")
    ),
    (PROJECTIONS, "services/reporting/facts/planted.py", "from kafka import KafkaConsumer"),
    (ROWS, "services/registry/projections/planted.py", "from services.registry.projections.persons import persons"),
    (ROWS, "services/reporting/facts/planted.py", "from services.reporting.facts.cases import cases"),
    *(
        (ROUTES, "services/registry/routes/planted.py", f"import {name}")
        for name in ("sqlalchemy", "psycopg", "kafka", "libs.events.kafka", "libs.law.terms")
    ),
    *(
        (FEED, "services/registry/feed/planted.py", f"import {name}")
        for name in ("services.registry.routes.cases", "fastapi", "starlette", "kafka")
    ),
    (KAFKA, "libs/events/planted.py", "from kafka.errors import KafkaError"),
    (KAFKA, "services/registry/planted.py", "import kafka"),
    (KAFKA, "deploy/planted.py", "def late():\n    import kafka"),
    (TELEMETRY, "libs/web/planted.py", "from opentelemetry import trace"),
    (TELEMETRY, "services/reporting/planted.py", "import opentelemetry.sdk"),
]


def broken(folder: Path) -> list[str]:
    """The contracts that import-linter finds broken in a tree with our `.importlinter`."""
    program = "import sys; from importlinter.cli import lint_imports_command; lint_imports_command()"
    line = [sys.executable, "-c", program, "--no-cache", "--config", str(ROOT / ".importlinter")]
    ran = subprocess.run(line, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603 -- Ours.
    found = re.findall(r"^(.+) (KEPT|BROKEN)(?: \(.*\))?$", ran.stdout, re.MULTILINE)
    assert len(found) == len(contracts()), ran.stdout + ran.stderr
    return [name for name, verdict in found if verdict == "BROKEN"]


def contracts() -> list[str]:
    """The names of all contracts."""
    config = ConfigParser()
    config.read(ROOT / ".importlinter", "utf-8")
    return [config[section]["name"] for section in config.sections() if section.startswith("importlinter:contract:")]


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tree, to plant in."""
    folder = tmp_path_factory.mktemp("house")
    only_code = shutil.ignore_patterns("__pycache__", "*.tsv", "*.csv", "*.sql", "*.json")
    for package in ("services", "libs", "deploy"):
        shutil.copytree(ROOT / package, folder / package, ignore=only_code)
    return folder


@pytest.fixture
def planted(copied: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """The tree with one breach in it."""
    path, text = request.param
    breach = copied / path
    breach.parent.mkdir(parents=True, exist_ok=True)
    breach.write_text(text, "utf-8")
    yield copied
    breach.unlink()


def test_every_room_keeps_its_door() -> None:
    assert broken(ROOT) == []


def test_the_copy_to_plant_in_keeps_them_too(copied: Path) -> None:
    assert broken(copied) == []


@pytest.mark.parametrize(
    ("contract", "planted"),
    [(contract, (path, text)) for contract, path, text in BREACHES],
    ids=[f"{contract}: {text}" for contract, _, text in BREACHES],
    indirect=["planted"],
)
def test_a_planted_breach_is_caught_by_its_contract(contract: str, planted: Path) -> None:
    assert contract in broken(planted)


def test_every_contract_was_seen_to_bite() -> None:
    assert {contract for contract, _, _ in BREACHES} == set(contracts())
