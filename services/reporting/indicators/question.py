"""A question to an indicator, and the frame that it is answered in: territory, window, instant and law."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TypeVar

from libs.events.decider import Invalid
from libs.law.choices import TermEnd
from libs.law.law import Law
from libs.law.switch import Choice
from libs.vietnam.calendar import civil_date
from services.reporting.indicators.periods import Period
from services.reporting.indicators.territory import Territory, UnitMap, territory_of

C = TypeVar("C", bound=Choice)


class WindowNotOffered(Invalid):
    """The indicator is not defined for so many months; `months` names those that it is defined for."""

    problem = "window-not-offered"


@dataclass(frozen=True)
class Question:
    """What is asked: an indicator of a unit in a period, as known on an instant (None: as known now).

    For a cohort the period is that of completion, and `months` the window after it (None: the indicator's usual one).
    """

    indicator: str
    unit: str
    period: Period
    months: int | None = None
    unit_map: UnitMap = UnitMap.CURRENT
    as_known_on: datetime | None = None


@dataclass(frozen=True)
class Frame:
    """A question made exact: nothing after `until`, the civil date of `at`, has happened yet."""

    territory: Territory
    period: Period
    months: int
    at: datetime
    law: Law

    @property
    def until(self) -> date:
        """The last day that is observed."""
        return civil_date(self.at)

    @property
    def term_end_censors(self) -> bool:
        """Whether observation stops where management ends (policy switch `rates.term_end`)."""
        return self.choice("rates.term_end", TermEnd) is TermEnd.CENSORS

    def choice(self, name: str, kind: type[C]) -> C:
        """What was chosen where the law is silent; an answer about days before the question arose rests on it too."""
        return self.law.choice(name, kind, on=max(self.until, self.law.switch(name).valid_from))


def frame_of(question: Question, windows: tuple[int, ...], at: datetime, law: Law) -> Frame:
    """The frame of a question at an instant; `windows` are those of the indicator, the usual one first, or none.

    Refuses an unknown unit, and a window that is not offered (`WindowNotOffered`).
    """
    usual = windows[0] if windows else 0
    months = usual if question.months is None else question.months
    if months not in (windows or (0,)):
        raise WindowNotOffered("the indicator has no such window", months=sorted(windows))
    territory = territory_of(question.unit, question.unit_map)
    return Frame(territory, question.period, months, at.astimezone(UTC), law)
