"""A person: registered once, then known by dated facts that add up and never overwrite each other."""

from typing import Any, assert_never

from libs.events.decider import Decider, Unknown
from libs.events.event import Event
from services.registry.domain.person.commands import (
    ConfirmDeath,
    FollowTransfer,
    PersonCommand,
    RecordName,
    RecordNumber,
    RecordResidence,
    RegisterPerson,
    WeighDeath,
)
from services.registry.domain.person.refusals import AlreadyRegistered, InTheFuture
from services.registry.domain.person.state import Person, evolve
from services.registry.domain.person.telling import (
    confirm_death,
    follow_transfer,
    record_name,
    record_number,
    record_residence,
    register,
    weigh_death,
)

__all__ = [
    "AlreadyRegistered",
    "ConfirmDeath",
    "FollowTransfer",
    "InTheFuture",
    "Person",
    "PersonCommand",
    "RecordName",
    "RecordNumber",
    "RecordResidence",
    "RegisterPerson",
    "WeighDeath",
    "person_decider",
]


def decide(command: PersonCommand, person: Person, law: Any) -> list[Event]:  # noqa: PLR0911 -- One line a command.
    """What follows from a command; nothing when it says what is known already."""
    if isinstance(command, RegisterPerson):
        return register(command, person)
    if person.id is None:
        raise Unknown("nobody is registered under this id")
    match command:
        case RecordName():
            return record_name(command, person, person.id)
        case RecordNumber():
            return record_number(command, person, person.id)
        case RecordResidence():
            return record_residence(command, person, person.id)
        case FollowTransfer():
            return follow_transfer(command, person, person.id)
        case ConfirmDeath():
            return confirm_death(command, person, person.id)
        case WeighDeath():
            return weigh_death(command, person, person.id)
        case _:
            assert_never(command)


person_decider: Decider[PersonCommand, Person] = Decider("person", Person(), decide, evolve)
