"""Aalen-Johansen: the share that has had one kind of event by a day, when other kinds forestall it."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.reporting.statistics.curves import CONFIDENCE, Curve, Step, drawn, log_log_interval
from services.reporting.statistics.risk import Observed, RiskRow, risk_table


def cumulative_incidence(observations: Sequence[Observed], *, of: str, confidence: float = CONFIDENCE) -> Curve:
    """The cumulative incidence of the cause `of`; every other cause competes, and no cause censors.

    Estimator: Aalen and Johansen, Scand. J. Statist. 5 (1978) 141-150, over the risk sets of `Observed`, so late entry
    and interruptions are allowed. Variance: the delta method of Dinse and Larson, Biometrika 73 (1986) 379-386, eq. 6,
    which is Greenwood's where nothing competes. No observations give a curve that knows nothing.
    """
    sums = _Sums()
    steps: list[Step] = []
    for row in risk_table(observations):
        sums.add(row, of)
        if events := row.events[of]:
            variance = sums.variance()
            interval = log_log_interval(sums.incidence, variance, confidence)
            steps.append(Step(row.day, row.at_risk, events, sums.incidence, variance, interval))
    return drawn(0.0, steps, observations, exhausted=sums.survival == 0)


@dataclass(slots=True)
class _Sums:
    """The estimate so far, and the sums into which the three terms of the variance fall apart.

    With I the incidence, S the survival just before day i, n at risk, d events and k of them of the cause, they are
    sum((I - I_i)^2 d / n(n - d)) + sum(S^2 k(n - k) / n^3) - 2 sum((I - I_i) S k / n^2). Squared out, a day costs one
    step instead of one for each day before it.
    """

    survival: float = 1.0
    incidence: float = 0.0
    own: float = 0.0
    leaving: float = 0.0
    leaving_at: float = 0.0
    leaving_at_squared: float = 0.0
    crossed: float = 0.0
    crossed_at: float = 0.0

    def add(self, row: RiskRow, cause: str) -> None:
        at_risk, events, own = row.at_risk, row.events.total(), row.events[cause]
        self.incidence += self.survival * own / at_risk
        self.own += self.survival**2 * own * (at_risk - own) / at_risk**3
        weight = self.survival * own / at_risk**2
        self.crossed += weight
        self.crossed_at += weight * self.incidence
        # Nobody is left after a day on which all have an event, so its weight meets only differences of 0.
        weight = events / (at_risk * (at_risk - events)) if events < at_risk else 0.0
        self.leaving += weight
        self.leaving_at += weight * self.incidence
        self.leaving_at_squared += weight * self.incidence**2
        self.survival *= (at_risk - events) / at_risk

    def variance(self) -> float:
        leaving = self.incidence**2 * self.leaving - 2 * self.incidence * self.leaving_at + self.leaving_at_squared
        crossed = self.incidence * self.crossed - self.crossed_at
        return max(leaving + self.own - 2 * crossed, 0.0)
