"""What is published withholds small cells, and nothing that a reader could subtract them from."""

from datetime import date

import pytest

from libs.law.law import LAW
from services.reporting.answers import Answer
from services.reporting.indicators.tally import Number
from services.reporting.publishing import has_small_cell, suppressed
from tests.services.reporting.asked import asked
from tests.services.reporting.story import Story

COMPLETED = date(2024, 3, 15)


def ward(people: int, relapsed: int, indicator: str = "I-03", below: str = "5") -> Answer:
    story = Story()
    for number in range(people):
        person = story.person(COMPLETED)
        if number < relapsed:
            person.relapsed(date(2024, 9, 2)).tested(date(2024, 9, 1))
    return asked(story, indicator, months=12, law=LAW.with_policy("publish.small_cell", below))


@pytest.mark.parametrize(
    ("events", "people", "small"),
    [(0, 0, False), (0, 4, True), (0, 5, False), (1, 40, True), (4, 40, True), (5, 40, False), (36, 40, True)],
)
def test_fewer_people_than_the_threshold_on_either_side_are_a_small_cell(events: int, people: int, small: bool) -> None:  # noqa: FBT001 -- The expectation.
    assert has_small_cell({Number.NUMERATOR: events, Number.DENOMINATOR: people}, 5) is small


def test_that_everybody_relapsed_tells_of_everybody() -> None:
    assert has_small_cell({Number.NUMERATOR: 12, Number.DENOMINATOR: 12}, 5)


def test_a_small_number_is_only_flagged_inside() -> None:
    found = ward(40, 1)
    assert (found.numerator, found.small_cell.found, found.small_cell.suppressed) == (1, True, False)


@pytest.mark.parametrize("indicator", ["I-01", "I-03", "I-06"])
def test_a_small_number_is_withheld_with_all_that_it_could_be_reckoned_from(indicator: str) -> None:
    shown = suppressed(ward(40, 1, indicator))
    assert shown.denominator == 40
    assert shown.small_cell.suppressed
    figures = (
        shown.numerator,
        shown.fully_observed,
        shown.share,
        shown.share_of_fully_observed,
        shown.person_years,
        shown.incidence,
        shown.testing,
    )
    assert figures == (None,) * 7


def test_a_small_denominator_is_withheld_too() -> None:
    assert suppressed(ward(4, 0)).denominator is None


def test_what_is_large_is_published_without_its_steps() -> None:
    shown = suppressed(ward(40, 6, "I-06"))
    assert (shown.numerator, shown.denominator, shown.small_cell.suppressed) == (6, 40, False)
    assert shown.incidence is not None
    assert shown.incidence.aalen_johansen is not None
    assert (shown.incidence.curve, shown.incidence.stops) == ((), None)


def test_the_threshold_is_a_policy() -> None:
    shown = suppressed(ward(40, 1, below="1"))
    assert (shown.numerator, shown.small_cell.below, shown.small_cell.suppressed) == (1, 1, False)
    assert "publish.small_cell=1" in [f"{one.name}={one.choice}" for one in shown.policies]


def test_few_refusals_are_withheld_beside_a_published_figure() -> None:
    shown = suppressed(ward(40, 6, "I-01"))
    assert shown.testing is not None
    assert (shown.testing.tests, shown.testing.refused) == (6, 0)
