"""What the library itself records, under the name of each service: drops, refused reactions, passed deadlines."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Annotated
from uuid import UUID

from pydantic import StringConstraints

from libs.events.event import Event, Health

# What code calls its own parts: projections, reactors, commands, problems.
Named = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9._-]{0,79}$")]
Stream = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z-]{0,30}-[0-9a-f-]{36}$")]

Due = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:.]{8,15}[+-][0-9]{2}:[0-9]{2})?$")]


class EventDropped(Event):
    """An operator decided that a parked event is never taken by a projection or reactor."""

    drop_id: UUID
    taker: Named
    of_source: Named
    of_partition: int
    of_sequence: int
    because: Health[str]


class ReactionRefused(Event):
    """What an event asked for was refused, and is not asked for again; the event is this one's causation."""

    reactor: Named
    stream: Stream
    command: Named | None
    problem: Named
    rules: tuple[str, ...] = ()


class DeadlinePassed(Event):
    """What was due was not done in time; told once for every day or hour that it was due.

    `due` is a civil date, which has passed when its day has, or an instant.
    """

    of: UUID
    deadline: Named
    due: Due


class SubjectForgotten(Event):
    """The key of a subject was destroyed here: whatever is sealed under it stays so for ever."""

    erasure_id: UUID
    forgotten: Stream
    destroyed_at: datetime


@dataclass(frozen=True)
class Upkeep:
    """The library's event classes under the name of one service."""

    dropped: type[EventDropped]
    refused: type[ReactionRefused]
    passed: type[DeadlinePassed]
    forgotten: type[SubjectForgotten]


@cache
def upkeep(service: str) -> Upkeep:
    """The library's events as a service publishes them: `<service>.event-dropped` and so on."""

    class Dropped(EventDropped, type=f"{service}.event-dropped"):
        __doc__ = EventDropped.__doc__

    class RefusedReaction(ReactionRefused, type=f"{service}.reaction-refused"):
        __doc__ = ReactionRefused.__doc__

    class PassedDeadline(DeadlinePassed, type=f"{service}.deadline-passed"):
        __doc__ = DeadlinePassed.__doc__

    class ForgottenSubject(SubjectForgotten, type=f"{service}.subject-forgotten"):
        __doc__ = SubjectForgotten.__doc__

    return Upkeep(Dropped, RefusedReaction, PassedDeadline, ForgottenSubject)


# The language of the four services is complete once this is imported.
UPKEEP = [upkeep(service) for service in ("registry", "clubs", "support", "reporting")]
