"""Kaplan-Meier: the share that has not yet had an event, when some are not observed to the end."""

from collections.abc import Sequence

from services.reporting.statistics.curves import CONFIDENCE, Curve, Step, drawn, log_log_interval
from services.reporting.statistics.risk import Observed, risk_table


def kaplan_meier(observations: Sequence[Observed], *, of: str, confidence: float = CONFIDENCE) -> Curve:
    """The survival curve for the cause `of`; every other cause censors, as if it said nothing about the risk.

    Product-limit estimator: Kaplan and Meier, JASA 53 (1958) 457-481; with late entry and interruptions the risk set
    of `Observed` takes its place (Andersen et al., Statistical Models Based on Counting Processes, 1993, IV.3).
    Variance: Greenwood (1926), 0 once the estimate is 0. No observations give a curve that knows nothing.
    """
    survival, hazards = 1.0, 0.0
    steps: list[Step] = []
    for row in risk_table(observations):
        if not (events := row.events[of]):
            continue
        survival *= (row.at_risk - events) / row.at_risk
        hazards += events / (row.at_risk * (row.at_risk - events)) if survival else 0.0
        variance = survival**2 * hazards
        interval = log_log_interval(survival, variance, confidence)
        steps.append(Step(row.day, row.at_risk, events, survival, variance, interval))
    return drawn(1.0, steps, observations, exhausted=survival == 0)
