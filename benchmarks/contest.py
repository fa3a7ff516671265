"""A contest: contestants take turns, A B C A B C, and every lap is checked before its time counts."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from statistics import median

from benchmarks.ground import Ground


@dataclass(frozen=True)
class Lap:
    """One run of one contestant: `counters` are what a check of its work found, `wrong` what must not be.

    `measures` are times in milliseconds that are no rates, by name.
    """

    events: int
    seconds: float
    counters: dict[str, int]
    wrong: tuple[str, ...] = ()
    measures: Mapping[str, float] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        """Events a second."""
        return self.events / self.seconds


Contestants = Mapping[str, Callable[[], Lap]]


@dataclass(frozen=True)
class Row:
    """A row of the design's table of figures (§14).

    `contest` makes the contestants for a number of events; ours comes first. `reach` is the least ratio of our
    rate to a peer's; a peer that is not named there is shown for scale. `limits` are what measures of ours must stay
    below, in milliseconds.
    """

    name: str
    title: str
    how: str
    size: int
    reach: Mapping[str, float]
    contest: Callable[[Ground, int], AbstractContextManager[Contestants]]
    limits: Mapping[str, float] = field(default_factory=dict)


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
    """How one contestant did: its rate, and ours divided by it round by round (None for ours); and its measures."""

    name: str
    rate: Spread
    ratio: Spread | None
    reach: float | None
    counters: dict[str, int]
    wrong: tuple[str, ...]
    measures: Mapping[str, Spread] = field(default_factory=dict)
    limits: Mapping[str, float] = field(default_factory=dict)

    @property
    def verdict(self) -> str:
        """Whether the figure was reached; correctness comes before speed."""
        if self.wrong:
            return "wrong"
        if self.limits:
            return "reached" if all(self.measures[of].median < most for of, most in self.limits.items()) else "missed"
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
                times = "".join(f" {of} {value:.1f} ms" for of, value in done.measures.items())
                tell(f"{row.name} {number}/{rounds} {name}: {done.rate:,.0f} events/s{times} {done.counters}{wrong}")
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
        measures={of: Spread.of([lap.measures[of] for lap in laps]) for of in laps[0].measures},
        limits=row.limits if laps is ours else {},
    )
