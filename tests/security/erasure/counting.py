"""What is counted of people: the figures, the ledger, the rows of all projections and their digests."""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from typing import Any

from deploy.rebuilding import rebuild_of
from deploy.services import NAMES, service
from libs.events.digest import Digest, digest_of
from libs.events.projection import groups
from libs.events.rebuild import Certificate
from libs.events.service import Parts, open_parts
from libs.events.settings import service_settings
from services.registry.projections.forgettings import forgettings
from services.reporting.indicators import INDICATORS
from tests.security.rest import Caller
from tests.security.story import PROVINCE, WARD, Offices

PERIOD = "first=2025-01-01&last=2025-08-31"
# What an answer says of itself, and not of people.
OF_THE_ANSWER = {"as_known_on", "positions"}


def figures(reporting: Caller) -> Mapping[str, Any]:
    """Every indicator for the ward and for the province, by what was asked."""
    asking = replace(reporting, purpose="statutory-reporting")
    asked = [f"{name}?unit={unit}" for name in INDICATORS for unit in (WARD, PROVINCE)]
    answers = {question: asking.read(f"/v1/indicators/{question}&{PERIOD}").body for question in asked}
    return {question: {k: v for k, v in body.items() if k not in OF_THE_ANSWER} for question, body in answers.items()}


def known_on(reporting: Caller) -> datetime:
    """The instant of which the figures are."""
    asking = replace(reporting, purpose="statutory-reporting")
    return datetime.fromisoformat(asking.read(f"/v1/indicators/I-01?unit={WARD}&{PERIOD}").body["as_known_on"])


def ledger(offices: Offices) -> list[dict[str, Any]]:
    """The management ledger of the ward without the names."""
    lines = offices.registry.read(f"/v1/management-ledger?unit={WARD}").body["items"]
    return [{name: value for name, value in line.items() if name != "full_name"} for line in lines]


def digests() -> Mapping[str, Digest]:
    """How many rows each projection has, and which, but for the one that tells of erasures; hashes are left out."""
    found: dict[str, Digest] = {}
    for name in NAMES:
        with closing(worker(name)) as parts, parts.engine.connect() as connection:
            for one in parts.service.projections:
                found[one.name] = digest_of(connection, one, one.live(connection))
    return {name: digest for name, digest in found.items() if name != forgettings.name}


def rebuilt() -> Mapping[str, Certificate]:
    """Every group of every service built again beside the live one and compared with it; nothing is swapped."""
    made: dict[str, Certificate] = {}
    for name in NAMES:
        with closing(worker(name)) as parts:
            for group in groups(parts.service.projections):
                rebuild = rebuild_of(parts, group)
                made[f"{name} {group}"] = rebuild.run(swap=False)
    return made


def worker(name: str) -> Parts:
    """A service as an operator's command has it."""
    return open_parts(service(name), service_settings(name), "worker", transaction_seconds=0)
