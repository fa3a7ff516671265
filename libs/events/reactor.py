"""Reactors: an event of one's own or another service becomes a command in one's own."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID, uuid5

from sqlalchemy import Connection

from libs.events.decider import Decider, Refused
from libs.events.event import ContractError, Event
from libs.events.handling import Target
from libs.events.record import Meta, Record

E = TypeVar("E", bound=Event)


class NotKnownYet(Exception):
    """A reaction needs what another service publishes and what is not here yet: it waits for that source's news."""

    def __init__(self, source: str) -> None:
        super().__init__(f"waits for {source}")
        self.source = source


class NotKnownHere(Refused):
    """Everything of that time is here, and what the reaction needs was not among it."""

    problem = "not-known-here"


@dataclass(frozen=True)
class Reaction:
    """A command that an event asks for, on one stream."""

    decider: Decider[Any, Any]
    stream: str
    subject: str
    command: Any


React = Callable[[Any, Connection], Iterable[Reaction]]


@dataclass(eq=False)
class Reactor:
    """Turns events into commands; `name` is for ever, since the ids of its commands come from it.

    A reaction reads, in `connection`, the projections of its own follower: they have the event already. It raises
    `NotKnownYet` where it needs something of another source that may still be on its way. An `independent` one reads
    none of them, and does not wait where one of them has parked an event.
    """

    name: str
    independent: bool = False
    reactions: dict[type[Event], React] = field(default_factory=dict)

    def on(self, event_class: type[E]) -> Callable[[Callable[[E, Connection], Iterable[Reaction]]], React]:
        """Mark the function that says what an event asks for."""

        def register(react: Callable[[E, Connection], Iterable[Reaction]]) -> React:
            if event_class in self.reactions:
                raise ContractError(f"{self.name} reacts to {event_class.__name__} twice")
            self.reactions[event_class] = react
            return react

        return register

    @property
    def handled(self) -> frozenset[str]:
        """The wire names of the events that it reacts to."""
        return frozenset(event_class.contract.wire for event_class in self.reactions)

    def targets(self, record: Record, event: Event, connection: Connection) -> list[Target[Any, Any]]:
        """The commands that an event asks for; the same event always gives the same command ids."""
        react = self.reactions.get(type(event))
        if react is None:
            return []
        cause, seen = UUID(record.id), Counter[str]()
        targets = []
        for one in react(event, connection):
            # From the stream, not from the place in the list: a second reading may find fewer.
            command_id = uuid5(cause, f"{self.name}/{one.stream}/{seen[one.stream]}")
            seen[one.stream] += 1
            meta = self.meta(record, command_id)
            targets.append(Target(one.decider, one.stream, one.command, meta, one.subject))
        return targets

    def meta(self, record: Record, command_id: UUID) -> Meta:
        """What comes with a command that an event of another stream asks for."""
        return Meta(
            command_id=command_id,
            actor=f"reactor:{self.name}",
            correlation_id=UUID(record.cloud["correlationid"]),
            causation=record.position,
            traceparent=record.cloud.get("traceparent"),
        )
