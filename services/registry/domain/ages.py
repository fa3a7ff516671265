"""A check on ages that an episode and its case share."""

from libs.events.decider import Invalid
from libs.law.categories import Ages


def ages_fit(at_decision: int | None, at_completion: int | None) -> None:
    """Nobody is younger at completion than at the decision before it; else `Invalid`."""
    try:
        Ages(at_decision, at_completion)
    except ValueError as contradiction:
        raise Invalid("younger at completion than at the decision before it") from contradiction
