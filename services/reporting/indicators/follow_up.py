"""One completer followed for t months: the event, what ended the observation, and the time at risk."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from services.reporting.facts.completions import Completion
from services.reporting.indicators.lives import Life
from services.reporting.indicators.question import Frame
from services.reporting.indicators.spells import Spell, without
from services.reporting.indicators.stops import COMPETING, Stop, Stopped, in_order, losses, prison_spells
from services.reporting.statistics.months import last_day_within
from services.reporting.statistics.risk import Observed


@dataclass(frozen=True)
class FollowUp:
    """A completer within the window, as known.

    `event_on` is the event within the window whatever else befell the person, `stop` what ended the observation
    first. `fully_observed` is who had the event or was observed through the whole window (design §8).
    """

    completion: Completion
    window_ends_on: date
    event_on: date | None
    stop: Stop
    stopped_on: date
    fully_observed: bool
    at_risk: Sequence[Spell]

    @property
    def observed(self) -> Observed:
        """What incidence is estimated from: up to the first stop, a competing one being a cause of its own."""
        cause = self.stop if self.stop in COMPETING | {Stop.EVENT} else None
        since = self.completion.completed_on
        return Observed.between(since, since, self.stopped_on, cause)

    @property
    def dates(self) -> Mapping[str, date]:
        """The dates that decided, by name."""
        decided = {
            "completed_on": self.completion.completed_on,
            "window_ends_on": self.window_ends_on,
            "stopped_on": self.stopped_on,
        }
        return decided if self.event_on is None else decided | {"event_on": self.event_on}


def follow(life: Life, completion: Completion, event_on: date | None, frame: Frame) -> FollowUp:
    """Follow a completer from the completion; `event_on` is the first event after it, whenever that was."""
    since = completion.completed_on
    window_ends_on = last_day_within(since, frame.months)
    horizon = min(window_ends_on, frame.until)
    event_on = event_on if event_on is not None and event_on <= horizon else None
    lost = [stop for stop in losses(life, completion, frame) if stop[0] <= horizon]
    end = Stop.WINDOW_OVER if horizon == window_ends_on else Stop.STILL_OBSERVED
    ends: list[Stopped] = [(horizon, end)] if event_on is None else [(event_on, Stop.EVENT)]
    stopped_on, stop = in_order([*lost, *ends])[0]
    # Prison alone is not for ever: who is released is at risk again (design §8).
    last = min(on for on, why in (*lost, *ends) if why is not Stop.PRISON)
    return FollowUp(
        completion=completion,
        window_ends_on=window_ends_on,
        event_on=event_on,
        stop=stop,
        stopped_on=stopped_on,
        fully_observed=event_on is not None or (end is Stop.WINDOW_OVER and not lost),
        at_risk=without((since, last), prison_spells(life, since)),
    )
