"""What the library keeps of its own events: the drops that rebuilds honour."""

from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from libs.events.contracts.upkeep import EventDropped, upkeep
from libs.events.decider import Decider
from libs.events.event import Event
from libs.events.projection import Projection


@dataclass(frozen=True)
class DropRow:
    """An event that a projection or reactor passes over, also when it is rebuilt."""

    drop_id: UUID
    taker: str
    of_source: str
    of_partition: int
    of_sequence: int


@cache
def drops(service: str) -> Projection[DropRow]:
    """The drops of a service."""
    projection = Projection(f"{service}.drops", 1, DropRow)

    @projection.on(upkeep(service).dropped, key=lambda event: event.drop_id)
    def dropped(event: EventDropped, _row: DropRow | None) -> DropRow:
        return DropRow(event.drop_id, event.taker, event.of_source, event.of_partition, event.of_sequence)

    return projection


def _once(event: Event, done: bool, _law: Any) -> list[Event]:  # noqa: FBT001 -- The shape of a decider.
    return [] if done else [event]


# A stream of one event, which is its own command.
once: Decider[Event, bool] = Decider("upkeep", False, _once, lambda _done, _event: True)
