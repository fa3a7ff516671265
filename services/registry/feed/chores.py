"""What the worker does about lists: finish those that were begun, follow up rows, destroy files out of time."""

from contextlib import suppress
from datetime import timedelta
from uuid import uuid4

from libs.events.clock import now
from libs.events.record import Meta
from libs.events.service import Chore, Parts
from libs.sheets.applying import ImportRunning
from libs.vietnam.calendar import civil_date
from services.registry.feed.applying import resume_lists
from services.registry.feed.following import follow_all
from services.registry.feed.keeping import KEPT_DAYS, destroy_files_before

MINUTE, HOUR = 60, 3600


def _finish(parts: Parts) -> None:
    meta = Meta(command_id=uuid4(), actor="worker:registry.finish-lists", correlation_id=uuid4())
    with suppress(ImportRunning):
        resume_lists(parts, meta, civil_date(now(parts.engine)))


def _destroy(parts: Parts) -> None:
    # What a human resolved is written while it can still be read.
    follow_all(parts)
    destroy_files_before(parts, now(parts.engine) - timedelta(days=KEPT_DAYS))


finish_lists = Chore("finish-lists", MINUTE, _finish)
follow_rows = Chore("follow-rows", MINUTE, follow_all)
destroy_files = Chore("destroy-files", HOUR, _destroy)
