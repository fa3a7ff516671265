"""What follows from a resolved row: its facts for the person found, built anew from what is kept, so that they heal."""

import logging
from uuid import UUID

from libs.events.contracts.registry.police_list import RowResolved
from libs.events.decider import Refused
from libs.events.record import Meta, Record
from libs.events.service import Parts
from services.registry.feed.facts import targets
from services.registry.feed.files import seeing_all
from services.registry.feed.kept_rows import NO_ROW, row_followed, rows_to_follow
from services.registry.feed.links import link
from services.registry.feed.resolving import facts, open_row

FOLLOWED_ROWS_BATCH_MAX = 200
_log = logging.getLogger(__name__)


def follow(parts: Parts, row_id: UUID) -> None:
    """Write the facts of a resolved row, and remember whom its words mean; nothing where that is done or not due.

    The commands and their circumstances come from the resolution as the journal has it, whoever follows it and when.
    """
    resolved = _resolved(parts, row_id)
    if resolved is None:
        return
    record, event = resolved
    if event.person_id is None:
        return
    corrections = event.corrections if isinstance(event.corrections, dict) else {}
    row = open_row(parts, row_id, corrections)
    if row.kept.followed:
        return
    commands = facts(parts, row, event.outcome, event.person_id)
    for result in parts.handler.handle_many(targets(event.person_id, row_id, commands, _meta(record))):
        if isinstance(result, Refused):
            raise result
    with seeing_all(parts.engine) as connection:
        link(connection, row.kept.sender, row.sender.as_of, [(event.person_id, row.kept.fingerprint)])
        row_followed(connection, row_id)


def follow_all(parts: Parts) -> int:
    """Follow every resolved row that was not followed; how many. What is refused keeps no other waiting."""
    followed, after = 0, NO_ROW
    while True:
        with seeing_all(parts.engine) as connection:
            batch = rows_to_follow(connection, FOLLOWED_ROWS_BATCH_MAX, after)
        for after in batch:
            try:
                follow(parts, after)
            except Refused as refused:
                _log.warning("what follows from row %s was refused: %s", after, refused.problem)
            else:
                followed += 1
        if len(batch) < FOLLOWED_ROWS_BATCH_MAX:
            return followed


def _resolved(parts: Parts, row_id: UUID) -> tuple[Record, RowResolved] | None:
    stream = f"row-{row_id}"
    records = parts.journal.streams([stream])[stream]
    said = zip(records, parts.codec.open(records), strict=True)
    return next(((record, event) for record, event in said if isinstance(event, RowResolved)), None)


def _meta(record: Record) -> Meta:
    return Meta(
        command_id=record.command_id,
        actor=record.cloud["actor"],
        correlation_id=UUID(record.cloud["correlationid"]),
        purpose=record.cloud.get("purpose"),
        causation=record.position,
        traceparent=record.cloud.get("traceparent"),
    )
