"""Random lives of an aggregate: commands drawn one by one, each decided on the state that the others left."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Generic, TypeVar

from hypothesis import strategies as st

from libs.events.decider import Decider, Refused
from libs.events.event import Event
from libs.law.law import LAW, Law
from libs.law.policies import SWITCHES

C = TypeVar("C")
S = TypeVar("S")

STEPS_MAX = 20
# Before the first law, under it, up to the change, after it, and where the known calendar ends.
BEGINNINGS = (
    date(2021, 11, 20),
    date(2024, 3, 4),
    date(2025, 6, 2),
    date(2026, 6, 15),
    date(2026, 9, 1),
    date(2027, 11, 15),
)
DAYS_ON = (0, 0, 1, 2, 3, 30, 200, 400)
DAYS_BACK = (0, 0, 0, 0, 1, 2, 5, 30, 400, -1)


@dataclass(repr=False)
class Life(Generic[C, S]):
    """What happened: `steps` are the state before each command, the command, and its events or refusal."""

    decider: Decider[C, S]
    law: Law
    steps: list[tuple[S, C, list[Event] | Refused]] = field(default_factory=list)
    state: S = field(init=False)

    def __post_init__(self) -> None:
        self.state = self.decider.initial

    def __repr__(self) -> str:
        return "\n".join(f"{command} -> {result!r:.80}" for _, command, result in self.steps)

    def live(self, command: C) -> None:
        """Decide and fold; anything raised but a refusal fails the test."""
        result: list[Event] | Refused
        try:
            result = self.decider.decide(command, self.state, self.law)
        except Refused as refused:
            result = refused
        self.steps.append((self.state, command, result))
        if not isinstance(result, Refused):
            self.state = self.decider.fold(self.state, result)

    @property
    def events(self) -> list[Event]:
        """Everything that was emitted, in order."""
        return [event for _, _, result in self.steps if not isinstance(result, Refused) for event in result]

    @property
    def states(self) -> list[S]:
        """The state before each step, and the last."""
        return [*(state for state, _, _ in self.steps), self.state]


@st.composite
def some_law(draw: st.DrawFn) -> Law:
    """The law with any switches turned."""
    law = LAW
    for switch in SWITCHES:
        law = law.with_policy(switch.name, draw(st.sampled_from((switch.default, *switch.alternatives))))
    return law


@st.composite
def lives(draw: st.DrawFn, decider: Decider[C, S], commands: Callable[[st.DrawFn, S, date], C]) -> Life[C, S]:
    """A life of up to `STEPS_MAX` commands, with a today that mostly moves on by days or months."""
    life = Life(decider, draw(st.just(LAW) | some_law()))
    today = draw(st.sampled_from(BEGINNINGS)) + timedelta(days=draw(st.integers(0, 30)))
    for _ in range(draw(st.integers(1, STEPS_MAX))):
        today += timedelta(days=draw(st.sampled_from(DAYS_ON)))
        life.live(commands(draw, life.state, today))
    return life


def around(draw: st.DrawFn, today: date) -> date:
    """Mostly today or some days before; now and then tomorrow, or a year ago."""
    return today - timedelta(days=draw(st.sampled_from(DAYS_BACK)))
