"""Asking a service's relay for a mark now, so that what follows the service can say how far it is complete."""

from sqlalchemy import text

from deploy.local.deadline import holds_within
from deploy.local.failure import StackFailed
from libs.events.marks import request_mark
from libs.events.service import Parts

TAKEN_SECONDS_MAX = 10.0


def mark_now(parts: Parts) -> None:
    """Return when the relay has taken a mark of all that was recorded before; StackFailed when none does."""
    with parts.engine.begin() as connection:
        request_mark(connection)
    if not holds_within(TAKEN_SECONDS_MAX, lambda: not _waits(parts)):
        name = parts.service.name
        raise StackFailed(f"nobody marks {name}: its worker does not run, or does not reach PostgreSQL or Kafka")


def _waits(parts: Parts) -> bool:
    with parts.engine.connect() as connection:
        return bool(connection.execute(text("select exists (select from mark_request)")).scalar_one())
