"""given / when / then: a rule of the domain as one sentence, compared exactly."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import pytest

from libs.events.decider import Decider, Refused
from libs.events.event import Event

C = TypeVar("C")
S = TypeVar("S")


@dataclass(frozen=True)
class Specification(Generic[C, S]):
    """Starts a sentence about one aggregate under one state of the law."""

    decider: Decider[C, S]
    law: Any = None

    def given(self, *events: Event) -> "Given[C, S]":
        """What happened before, in order."""
        return Given(self, events)


@dataclass(frozen=True)
class Given(Generic[C, S]):
    """The history."""

    specification: Specification[C, S]
    events: Sequence[Event]

    def when(self, command: C) -> "When[C, S]":
        """The command in question."""
        return When(self, command)


@dataclass(frozen=True)
class When(Generic[C, S]):
    """The command, not yet decided."""

    given: Given[C, S]
    command: C

    def then(self, *events: Event) -> None:
        """Exactly these events follow, in this order; none, when nothing changes."""
        assert self._decide() == list(events)  # noqa: S101 -- This is an assertion for tests.

    def then_refused(self, refusal: type[Refused], *, rules: Sequence[str] | None = None) -> None:
        """The command is refused with exactly this class, and these rules where they are given."""
        with pytest.raises(refusal) as caught:
            self._decide()
        assert type(caught.value) is refusal  # noqa: S101 -- As above.
        if rules is not None:
            assert caught.value.rules == tuple(rules)  # noqa: S101 -- As above.

    def _decide(self) -> list[Event]:
        decider, law = self.given.specification.decider, self.given.specification.law
        state = decider.fold(decider.initial, self.given.events)
        return decider.decide(self.command, state, law)
