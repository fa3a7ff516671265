"""A contest: contestants take turns, A B C A B C, and every lap is checked before its time counts."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from statistics import median

from benchmarks.ground import Ground


@dataclass(frozen=True)
class Lap:
    """One run of one contestant: `counters` are what a check of its work found, `wrong` what must not be."""

    events: int
    seconds: float
    counters: dict[str, int]
    wrong: tuple[str, ...] = ()

    @property
    def rate(self) -> float:
        """Events a second."""
        return self.events / self.seconds


Contestants = Mapping[str, Callable[[], Lap]]


@dataclass(frozen=True)
class Row:
    """A row of the design's table of figures (§14).

    `contest` makes the contestants for a number of events; ours comes first. `reach` is the least ratio of our
    rate to a peer's; a peer that is not named there is shown for scale.
    """

    name: str
    title: str
    how: str
    size: int
    reach: Mapping[str, float]
    contest: Callable[[Ground, int], AbstractContextManager[Contestants]]


@dataclass(frozen=True)
class Spread:
    """A median of several rounds, with the least and the most."""

    median: float
    least: float
    most: float

    @staticmethod
    def of(values: list[float]) -> "Spread":
        """The spread of some values, one a round."""
        return Spread(median(values), min(values), max(values))


@dataclass(frozen=True)
class Standing:
    """How one contestant did: its rate, and ours divided by it round by round (None for ours)."""

    name: str
    rate: Spread
    ratio: Spread | None
    reach: float | None
    counters: dict[str, int]
    wrong: tuple[str, ...]

    @property
    def verdict(self) -> str:
        """Whether the figure was reached; correctness comes before speed."""
        if self.wrong:
            return "wrong"
        if self.reach is None or self.ratio is None:
            return "for scale" if self.ratio else "ours"
        return "reached" if self.ratio.median >= self.reach else "missed"


def run(
    row: Row, ground: Ground, rounds: int, size: int, tell: Callable[[str], None] = lambda _line: None
) -> list[Standing]:
    """Every contestant once a round, in the same order; ours first."""
    laps: dict[str, list[Lap]] = {}
    with row.contest(ground, size) as contestants:
        for number in range(1, rounds + 1):
            for name, lap in contestants.items():
                done = lap()
                laps.setdefault(name, []).append(done)
                wrong = f" WRONG: {'; '.join(done.wrong)}" if done.wrong else ""
                tell(f"{row.name} {number}/{rounds} {name}: {done.rate:,.0f} events/s {done.counters}{wrong}")
    ours = next(iter(laps.values()))
    return [_standing(row, name, ours, mine) for name, mine in laps.items()]


def _standing(row: Row, name: str, ours: list[Lap], laps: list[Lap]) -> Standing:
    ratio = None
    if laps is not ours:
        ratio = Spread.of([our.rate / lap.rate for our, lap in zip(ours, laps, strict=True)])
    return Standing(
        name=name,
        rate=Spread.of([lap.rate for lap in laps]),
        ratio=ratio,
        reach=row.reach.get(name),
        counters={key: sum(lap.counters[key] for lap in laps) for key in laps[0].counters},
        wrong=tuple(dict.fromkeys(text for lap in laps for text in lap.wrong)),
    )
