"""Relapses that the registry learns of thirty days after they happened count on their own days."""

from contextlib import closing
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from libs.events.clock import set_development_clock
from libs.events.feeds import TopicFeed
from libs.events.follower import Following
from libs.events.kafka import Log
from libs.events.settings import Mode
from libs.law.law import LAW
from libs.vietnam.calendar import LOCAL
from services.reporting.explain import FACTS
from services.reporting.indicators.periods import Period
from services.reporting.indicators.question import Question
from tests.conftest import Bench, MakeBench
from tests.faults.conftest import FiguresOf
from tests.faults.proofs import rebuilt_same
from tests.libs.events.test_flow import level, verified, working
from tests.libs.events.waiting import until
from tests.services.reporting.registry import Registry
from tests.services.reporting.story import WARD
from tests.services.reporting.test_flow import asked, marked

RELAPSED = [date(2023, 9, day) for day in (4, 5, 6, 7, 8)]
LATE = timedelta(days=30)
# When they happened, and when they became known.
THEN, LATER = (Period(date(2023, month, 1), date(2023, month, 30)) for month in (9, 10))


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), LOCAL)


def live_at(instant: datetime, *benches: Bench) -> None:
    """Both databases live at that instant."""
    for bench in benches:
        set_development_clock(bench.superuser, Mode.DEVELOPMENT, instant)


@pytest.mark.faults
@pytest.mark.row(53)
def test_an_event_that_comes_thirty_days_late_counts_on_its_own_day_and_on_no_other(
    make_bench: MakeBench, log: Log, figures_of: FiguresOf
) -> None:
    source = make_bench(topics=True, law=LAW)
    name = source.service.name
    bench = make_bench(topics=True, law=LAW, following=Following([name], FACTS))
    live_at(noon(RELAPSED[-1]), source, bench)
    with working(source, bench, log=log), closing(source.open()) as parts:
        until(lambda: verified(source), "the relay's verification")
        registry = Registry(parts.handler)
        people = [registry.completer() for _ in RELAPSED]
        before = marked(source, bench)
        for person, day in zip(people, RELAPSED, strict=True):
            live_at(noon(day + LATE), source, bench)
            registry.relapse(person, day)
        after = marked(source, bench)
        until(lambda: level(source, bench), "reporting being level")

    def relapses(period: Period, at: datetime) -> int:
        question = Question("I-04", WARD, period)
        return int(asked(bench, replace(question, as_known_on=at), [name]).numerator or 0)

    known_before, counted, elsewhere = relapses(THEN, before), relapses(THEN, after), relapses(LATER, after)
    of_each = [relapses(Period(day, day), after) for day in RELAPSED]
    assert (known_before, counted, elsewhere, of_each) == (0, len(people), 0, [1] * len(people))
    assert rebuilt_same(bench, FACTS, lambda _: TopicFeed([name], log))
    figures_of(
        rounds=len(people),
        lost=sum(one < 1 for one in of_each),
        doubled=sum(one > 1 for one in of_each) + elsewhere,
        days_late=LATE.days,
        known_before=known_before,
    )
