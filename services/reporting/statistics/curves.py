"""An estimated curve over days, its confidence intervals, and what it says of a day."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import exp, log, sqrt
from statistics import NormalDist

from services.reporting.statistics.risk import Observed, numbers_at_risk

CONFIDENCE = 0.95

# Sums of many shares miss 1 by some rounding; no population is so large that a true estimate comes so near.
EDGE = 1e-12


@dataclass(frozen=True, slots=True)
class Interval:
    """A two-sided confidence interval."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Step:
    """The estimate from `day` on; `interval` is None where it is not defined, at estimates of 0 and 1."""

    day: int
    at_risk: int
    events: int
    estimate: float
    variance: float
    interval: Interval | None


@dataclass(frozen=True, slots=True)
class Curve:
    """A step function from day 0, or no steps at all where nobody was observed.

    It is known until the last day that anybody was observed, `known_until`; None says for ever, because an event had
    come to everybody by then.
    """

    steps: tuple[Step, ...]
    known_until: int | None

    def at(self, day: int) -> Step | None:
        """The step that holds on the day; None where nobody was observed so long, so that no number is made up."""
        index = bisect_right(self.steps, day, key=lambda step: step.day) - 1
        if index < 0 or (self.known_until is not None and day > self.known_until):
            return None
        return self.steps[index]


def drawn(start: float, steps: Iterable[Step], observations: Sequence[Observed], *, exhausted: bool) -> Curve:
    """The curve that begins at `start` on day 0; `exhausted` says that an event has come to everybody."""
    if not observations:
        return Curve((), None)
    (at_risk,) = numbers_at_risk(observations, [0])
    origin = Step(0, at_risk, 0, start, 0.0, None)
    return Curve((origin, *steps), None if exhausted else max(seen.exit for seen in observations))


def normal_quantile(confidence: float) -> float:
    """The two-sided standard normal quantile, 1.96 for 0.95; raises ValueError unless 0 < confidence < 1."""
    if not 0 < confidence < 1:
        raise ValueError(f"a confidence lies between 0 and 1, {confidence} does not")
    return NormalDist().inv_cdf((1 + confidence) / 2)


def log_log_interval(estimate: float, variance: float, confidence: float) -> Interval | None:
    """The interval of a probability on the log(-log) scale, which never leaves 0..1; None at 0 and 1.

    Kalbfleisch and Prentice, The Statistical Analysis of Failure Time Data (2002), section 1.4.
    """
    if not EDGE < estimate < 1 - EDGE:
        return None
    spread = normal_quantile(confidence) * sqrt(variance) / (estimate * -log(estimate))
    return Interval(estimate ** exp(spread), estimate ** exp(-spread))
