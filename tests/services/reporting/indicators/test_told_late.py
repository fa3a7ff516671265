"""What is told late, or corrected, counts on its own days in I-02 and I-04, wherever the case was meanwhile."""

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

import pytest

from libs.events.contracts.values import EndReason
from services.reporting.indicators.periods import Period
from tests.services.reporting.asked import asked
from tests.services.reporting.late import ASKED, AtOnce, end_corrected, withdrawn
from tests.services.reporting.story import NEAR, WARD, Person

YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))
FIRST = Period(date(2026, 1, 1), date(2026, 6, 30))
COMPLETED, DECIDED = date(2026, 1, 10), date(2026, 1, 15)


class Late(NamedTuple):
    """A life, the days at risk that it has in 2026 in the ward, and where and when nobody managed the person."""

    live: Callable[[Person], object]
    days: int
    unmanaged: tuple[tuple[str, Period], ...]
    outside: int = 0


def on(month: int, day: int) -> date:
    return date(2026, month, day)


def month(number: int) -> Period:
    return Period(on(number, 2), on(number, 28))


def moved(person: Person, left: date, received: date) -> Person:
    return person.left(left, NEAR).received(received, NEAR)


def relapse_moved(person: Person) -> None:
    person.left(on(5, 10), NEAR).relapsed(on(5, 10)).ended(EndReason.RELAPSED, on(5, 10))
    withdrawn(person, on(5, 10))
    person.relapsed(on(7, 20))
    end_corrected(person, EndReason.RELAPSED, on(7, 20), on(5, 10))


def death_moved(person: Person, was: date, to: date) -> None:
    person.died(was).ended(EndReason.DECEASED, was).died(to)
    end_corrected(person, EndReason.DECEASED, to, was)


LIVES = {
    "prison of the old law before a move": Late(
        lambda p: moved(p, on(6, 1), on(6, 5)).ended(EndReason.PRISON, on(5, 1)), 106, ((NEAR, FIRST), (WARD, month(5)))
    ),
    "the same in spring": Late(
        lambda p: moved(p, on(5, 20), on(5, 25)).ended(EndReason.PRISON, on(4, 1)), 76, ((NEAR, FIRST),)
    ),
    "prison of the new law before a move": Late(
        lambda p: moved(p, on(9, 1), on(9, 5)).paused(on(8, 1)), 198, ((WARD, month(8)), (NEAR, month(9)))
    ),
    "missing before a move": Late(
        lambda p: moved(p, on(9, 1), on(9, 5)).ended(EndReason.DECLARED_MISSING, on(8, 1)),
        198,
        ((WARD, month(8)), (NEAR, month(9))),
    ),
    "an earlier prison": Late(
        lambda p: p.paused(on(9, 1)).released(on(10, 1)).paused(on(8, 1)).released(on(8, 15)),
        350 - 30 - 14,
        ((WARD, month(9)), (WARD, Period(on(8, 2), on(8, 14)))),
    ),
    "a few days before a longer prison": Late(
        lambda p: p.paused(on(7, 10)).released(on(10, 10)).paused(on(7, 5)).released(on(7, 8)), 350 - 92 - 3, ()
    ),
    "a relapse on the day of a move, corrected": Late(relapse_moved, 115, ((WARD, month(6)),), outside=1),
    "a death on the day of a move, corrected": Late(
        lambda p: death_moved(p.left(on(5, 10), NEAR), on(5, 10), on(8, 10)), 115, ((WARD, month(6)),)
    ),
    "a death on the day of an imprisonment, corrected": Late(
        lambda p: death_moved(p.paused(on(8, 1)), on(8, 1), on(10, 1)), 198, ((WARD, month(9)),)
    ),
    "a relapse before a receipt": Late(
        lambda p: moved(p, on(3, 5), on(3, 10)).relapsed(on(2, 1)).ended(EndReason.RELAPSED, on(2, 1)),
        17,
        ((NEAR, FIRST), (WARD, month(2))),
    ),
    "a death before the decision": Late(
        lambda p: p.ended(EndReason.DECEASED, on(1, 14)).died(on(1, 14)), 0, ((WARD, YEAR),)
    ),
    "a death before the removal": Late(lambda p: p.removed(on(9, 1)).died(on(3, 1)), 45, ((WARD, month(4)),)),
    "a death that only the case tells": Late(
        lambda p: moved(p, on(3, 5), on(3, 10)).ended(EndReason.DECEASED, on(3, 1)), 45, ((NEAR, YEAR),)
    ),
}


def told(live: Callable[[Person], object]) -> AtOnce:
    story = AtOnce()
    live(story.person(COMPLETED).managed(DECIDED))
    return story


@pytest.mark.parametrize("late", LIVES.values(), ids=LIVES)
def test_time_at_risk_is_what_the_dates_say(late: Late) -> None:
    found = asked(told(late.live), "I-04", YEAR, known=ASKED)
    assert found.person_years is not None
    assert (round(found.person_years * 365.25), found.outside) == (late.days, late.outside)


@pytest.mark.parametrize("late", LIVES.values(), ids=LIVES)
def test_nobody_is_managed_where_and_when_nobody_managed_them(late: Late) -> None:
    story = told(late.live)
    found = [asked(story, "I-02", period, unit=unit, known=ASKED).denominator for unit, period in late.unmanaged]
    assert found == [0] * len(late.unmanaged)


def test_a_death_that_only_the_case_tells_ends_the_observation_of_a_cohort() -> None:
    story = told(lambda p: p.ended(EndReason.DECEASED, on(3, 1)))
    found = asked(story, "I-03", FIRST, months=12, unit=WARD, known=ASKED)
    assert (found.denominator, found.fully_observed) == (1, 0)
