"""The aggregate as two pure functions and a state, and the tree of business refusals.

Refused                 409  the state of the world forbids the command
├── WrongStage          409  the aggregate is in another stage
├── NotAllowedByLaw     422  a rule of law forbids the command, and is named
├── Invalid             422  the command itself is wrong, whatever the state
└── Unknown             404  there is no such thing
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from libs.events.event import Event

C = TypeVar("C")
S = TypeVar("S")


class Refused(Exception):
    """A business "no": `problem` is its stable name, `params` what its message needs, `rules` the law behind it."""

    status: ClassVar[int] = 409
    problem: ClassVar[str] = "refused"

    def __init__(self, reason: str, *, rules: Sequence[str] = (), **params: object) -> None:
        super().__init__(reason)
        self.reason = reason
        self.rules = tuple(rules)
        self.params = params


class WrongStage(Refused):
    """The aggregate is in a stage in which the command makes no sense."""

    problem = "wrong-stage"


class NotAllowedByLaw(Refused):
    """A rule of law forbids the command; `rules` names it."""

    status = 422
    problem = "not-allowed-by-law"


class Invalid(Refused):
    """The command contradicts itself or the calendar, whatever the state."""

    status = 422
    problem = "invalid"


class Unknown(Refused):
    """There is no such thing, or the caller may not know of it."""

    status = 404
    problem = "not-found"


@dataclass(frozen=True)
class Decider(Generic[C, S]):
    """An aggregate: `category` names its streams (`case` gives `case-<uuid>`), the rest is pure.

    `decide` sees the law, `evolve` never does; `evolve` must accept every event ever published in the stream.
    """

    category: str
    initial: S
    decide: Callable[[C, S, Any], list[Event]]
    evolve: Callable[[S, Event], S]

    def fold(self, state: S, events: Sequence[Event]) -> S:
        """The state after some more events."""
        for event in events:
            state = self.evolve(state, event)
        return state
