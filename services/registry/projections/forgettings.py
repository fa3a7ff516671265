"""Which services have forgotten whom: an erasure is complete when all of them have."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from libs.events.contracts.upkeep import upkeep
from libs.events.projection import Projection

SERVICES = ("registry", "clubs", "support", "reporting")


@dataclass(frozen=True)
class ForgettingRow:
    """A subject whose key a service has destroyed."""

    forgetting: str
    service: str
    subject: str
    erasure_id: UUID
    destroyed_at: datetime


forgettings = Projection("registry.forgettings", 1, ForgettingRow, indexes=["(subject)"])


def _forgotten_by(service: str) -> None:
    def forgotten(event: Any, row: ForgettingRow | None) -> ForgettingRow:
        """The first time counts."""
        fresh = ForgettingRow(key(event), service, event.forgotten, event.erasure_id, event.destroyed_at)
        return row or fresh

    def key(event: Any) -> str:
        return f"{service}/{event.forgotten}"

    forgettings.on(upkeep(service).forgotten, key=key)(forgotten)


for one in SERVICES:
    _forgotten_by(one)
