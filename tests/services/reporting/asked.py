"""Asks an indicator of a story, by the pure path: facts as known on a day, counted, answered."""

from datetime import date

from libs.law.law import LAW, Law
from services.reporting.answers import Answer
from services.reporting.figures import answer
from services.reporting.indicators import indicator_of
from services.reporting.indicators.periods import Period
from services.reporting.indicators.question import Question, frame_of
from services.reporting.indicators.tally import Tally
from services.reporting.indicators.territory import UnitMap
from tests.services.reporting.story import WARD, Story, evening

FIRST_HALF = Period(date(2024, 1, 1), date(2024, 6, 30))
LATE = date(2026, 10, 1)


def asked(  # noqa: PLR0913 -- A question has that many sides.
    story: Story,
    indicator: str,
    period: Period = FIRST_HALF,
    *,
    months: int | None = None,
    unit: str = WARD,
    unit_map: UnitMap = UnitMap.CURRENT,
    known: date = LATE,
    law: Law = LAW,
) -> Answer:
    """The answer as known in the evening of a day."""
    return answered(story, Question(indicator, unit, period, months, unit_map), known, law)[0]


def answered(story: Story, question: Question, known: date = LATE, law: Law = LAW) -> tuple[Answer, Tally]:
    """The answer and what was counted for it."""
    indicator, at = indicator_of(question.indicator), evening(known)
    frame = frame_of(question, indicator.windows, at, law)
    tally = indicator.evaluate(story.facts(at), frame)
    return answer(question, indicator, frame, tally), tally
