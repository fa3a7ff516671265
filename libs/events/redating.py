"""Redating: after the law or its calendar changed, open deadlines are computed anew, by an explicit command."""

from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import Engine

from libs.events.deadlines import DeadlineRow, Deadlines
from libs.events.decider import Refused
from libs.events.handling import Handler, Target
from libs.events.record import Meta

PAGE_ROWS = 200


def redate(deadlines: Deadlines, handler: Handler, engine: Engine, meta: Meta) -> tuple[int, int]:
    """Have every open deadline of a kind computed anew: how many there were, and how many are another by now.

    A run with the same command id that was cut off is finished by another one: what it moved is not moved twice.
    """
    if deadlines.redate is None:
        return 0, 0
    seen, moved, after = 0, 0, UUID(int=0)
    while rows := _page(deadlines, engine, after):
        results = handler.handle_many([_target(deadlines, row, meta) for row in rows])
        seen += len(rows)
        moved += sum(1 for result in results if not isinstance(result, Refused) and result.records)
        after = rows[-1].of
    return seen, moved


def _page(deadlines: Deadlines, engine: Engine, after: UUID) -> list[DeadlineRow]:
    with engine.begin() as connection:
        open_ones = "of > :after and not passed"
        return deadlines.rows.read(connection, open_ones, tail=f"order by of limit {PAGE_ROWS}", after=after)


def _target(deadlines: Deadlines, row: DeadlineRow, meta: Meta) -> Target[Any, Any]:
    assert deadlines.redate is not None  # noqa: S101 -- Asked before.
    one = deadlines.redate(row)
    command_id = uuid5(meta.command_id, one.stream)
    return Target(one.decider, one.stream, one.command, Meta(command_id, meta.actor, meta.correlation_id), one.subject)
