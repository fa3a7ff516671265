"""I-05: the rolling stock, whose numerator lies within its denominator."""

from datetime import date

import pytest

from services.reporting.indicators.periods import Period
from tests.services.reporting.asked import asked
from tests.services.reporting.story import NEAR, Story

PERIOD = Period(date(2025, 1, 1), date(2025, 6, 30))


def test_relapsed_in_twelve_months_among_completed_in_twenty_four() -> None:
    story = Story()
    for completed_on in (date(2023, 7, 1), date(2024, 1, 1), date(2025, 6, 30)):
        story.person(completed_on)
    story.person(date(2024, 1, 1)).relapsed(date(2025, 6, 30))
    story.person(date(2024, 1, 1)).relapsed(date(2024, 6, 30))
    story.person(date(2025, 7, 1))
    found = asked(story, "I-05", PERIOD)
    assert (found.numerator, found.denominator, found.outside) == (1, 5, 0)
    assert found.share is not None
    assert found.share.value == pytest.approx(1 / 5)
    assert found.months is None


def test_the_dead_are_in_neither_part() -> None:
    story = Story()
    story.person(date(2024, 1, 1)).relapsed(date(2025, 1, 1)).died(date(2025, 2, 1))
    story.person(date(2024, 1, 1)).died(date(2025, 7, 1))
    found = asked(story, "I-05", PERIOD)
    assert (found.numerator, found.denominator, found.outside) == (0, 1, 1)


def test_who_completed_earlier_and_relapsed_lately_is_shown_apart() -> None:
    story = Story()
    story.person(date(2023, 6, 30)).relapsed(date(2025, 1, 1))
    story.person(date(2023, 6, 30), NEAR).relapsed(date(2025, 1, 1))
    found = asked(story, "I-05", PERIOD)
    assert (found.numerator, found.denominator, found.outside) == (0, 0, 1)
    assert found.share is None


def test_two_completions_are_one_person() -> None:
    story = Story()
    story.person(date(2023, 9, 1)).relapsed(date(2023, 12, 1)).completed(date(2024, 9, 1)).relapsed(date(2025, 3, 1))
    found = asked(story, "I-05", PERIOD)
    assert (found.numerator, found.denominator) == (1, 1)
