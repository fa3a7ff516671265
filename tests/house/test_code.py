"""What may be written where: pure rooms stay pure, contracts stay thin, a service is only assembled."""

from collections.abc import Sequence

import pytest

from tests.house.code_rules import SERVICE_LINES_MAX, beyond_assembling, impurities, stray_imports
from tests.house.sources import Source, sources

LANGUAGE = ("libs.events.event", "libs.events.decision", "libs.events.contracts")
# room: the pattern that finds it, and what it may import beside itself and the pure part of the standard library.
ROOMS: dict[str, tuple[Sequence[str], Sequence[str]]] = {
    "domain": (("services/*/domain/**/*.py",), (*LANGUAGE, "libs.events.decider", "libs.law", "libs.vietnam")),
    "contracts": (
        ("libs/events/contracts/**/*.py",),
        ("libs.events.event", "libs.events.decision", "libs.events.contracts.values", "pydantic"),
    ),
    "law": (("libs/law/**/*.py",), ("libs.law", "libs.events.contracts.values", "libs.vietnam")),
    "pure files of libs/events": (
        tuple(f"libs/events/{name}.py" for name in ("event", "decision", "decider", "upcasting", "partitions")),
        ("libs.events.event", "pydantic", "pydantic_core"),
    ),
    "facts": (
        ("services/reporting/facts/*.py",),
        (*LANGUAGE, "libs.events.projection", "libs.events.record", "libs.events.columns", "services.reporting.facts"),
    ),
}
# What must give the same answer on every replay.
REPLAYED = (
    "services/*/domain/**/*.py",
    "services/*/projections/*.py",
    "services/*/reactors.py",
    "services/reporting/facts/*.py",
    "services/reporting/statistics/*.py",
    "libs/events/contracts/**/*.py",
    "libs/events/upcasting.py",
    "libs/law/*.py",
    "libs/people/*.py",
)


def _own(module: str) -> str:
    parts = module.split(".")
    return ".".join(parts[:3]) if parts[0] == "services" else module


@pytest.mark.parametrize("room", ROOMS)
def test_a_pure_room_imports_only_its_neighbours(room: str) -> None:
    patterns, allowed = ROOMS[room]
    for source in sources(*patterns):
        assert stray_imports(source, (*allowed, _own(source.module))) == [], source.module


@pytest.mark.parametrize(
    ("room", "module", "line"),
    [
        *(
            ("domain", "services.registry.domain.planted", line)
            for line in (
                "import sqlalchemy",
                "from fastapi import Query",
                "import kafka",
                "from opentelemetry import trace",
                "import os",
                "from os import environ",
                "import random",
                "import time",
                "from secrets import token_hex",
                "from pathlib import Path",
                "import logging",
                "from uuid import UUID, uuid4",
                "from libs.events.projection import Projection",
                "from libs.web.edge import Edge",
                "from services.registry.projections.cases import cases",
                "from services.clubs.domain.membership import Membership",
                "from ..projections import cases",
                "def late():\n    import sqlalchemy",
            )
        ),
        *(
            ("contracts", "libs.events.contracts.registry.planted", line)
            for line in (
                "from libs.events.decider import Refused",
                "from libs.law.law import LAW",
                "from libs.vietnam.units import known",
                "from libs.events.contracts.registry.case import CaseEnded",
                "from services.registry.domain.person import Person",
                "import orjson",
                "import os",
            )
        ),
        ("law", "libs.law.planted", "from libs.events.event import Event"),
        ("law", "libs.law.planted", "import time"),
        ("pure files of libs/events", "libs.events.decider", "import sqlalchemy"),
        ("pure files of libs/events", "libs.events.event", "from libs.events.record import Record"),
        ("facts", "services.reporting.facts.planted", "from libs.law.law import LAW"),
        ("facts", "services.reporting.facts.planted", "from services.reporting.statistics.rates import rate"),
    ],
)
def test_a_planted_import_is_caught(room: str, module: str, line: str) -> None:
    assert stray_imports(Source(module, line), (*ROOMS[room][1], _own(module)))


def test_every_pure_room_was_seen_to_bite() -> None:
    marks = [mark for mark in test_a_planted_import_is_caught.pytestmark if mark.name == "parametrize"]  # type: ignore[attr-defined]
    assert {room for mark in marks for room, _, _ in mark.args[1]} == ROOMS.keys()


def test_what_is_replayed_asks_no_clock_no_chance_and_no_machine() -> None:
    for source in sources(*REPLAYED):
        assert impurities(source) == [], source.module


@pytest.mark.parametrize(
    "text",
    [
        "from datetime import datetime\nNOW = datetime.now()",
        "import datetime\nNOW = datetime.datetime.now(datetime.UTC)",
        "from datetime import datetime\nNOW = datetime.utcnow()",
        "from datetime import date\ndef today():\n    return date.today()",
        "from datetime import datetime\nNOW = datetime.today",
        "from datetime import date\n@dataclass\nclass A:\n    on: date = field(default_factory=date.today)",
        "from uuid import uuid4",
        "from uuid import uuid1 as fresh",
        "import uuid\nID = uuid.uuid4()",
        "import time",
        "from time import monotonic",
        "import os",
        "import os.path",
        "from random import choice",
        "import secrets",
        "from threading import Lock",
        "DATA = open('file')",
        "print('Nguyễn Văn An')",
        "__import__('os')",
    ],
)
def test_a_planted_clock_chance_or_machine_is_caught(text: str) -> None:
    assert impurities(Source("services.registry.domain.planted", text))


@pytest.mark.parametrize("text", ["from datetime import date\nD = date(2026, 7, 1)", "from uuid import UUID, uuid5"])
def test_what_is_pure_is_let_through(text: str) -> None:
    assert impurities(Source("services.registry.domain.planted", text)) == []


def test_a_service_is_only_assembled() -> None:
    for source in sources("services/*/service.py"):
        assert beyond_assembling(source) == [], source.module


@pytest.mark.parametrize(
    "text",
    [
        "def make():\n    return 1",
        "class Service:\n    pass",
        "service = lambda: 1",
        "service = [one for one in (1, 2)]",
        "service = 1 if __debug__ else 2",
        "service = None or 1",
        "if True:\n    service = 1",
        "for one in (1, 2):\n    service = one",
        "print('started')",
        "try:\n    import fast\nexcept ImportError:\n    fast = None",
        "with open('x') as file:\n    service = file",
        "'One.'\n'Two.'",
        "service = 1\n" * (SERVICE_LINES_MAX + 1),
    ],
)
def test_a_planted_deed_in_a_service_is_caught(text: str) -> None:
    assert beyond_assembling(Source("services.planted.service", text))
