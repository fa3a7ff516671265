"""From the registry's deciders to an indicator over real engines, explained, and as known before a correction."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy import Connection, text

from libs.events.follower import Following
from libs.events.kafka import Log
from libs.events.marks import known_until, request_mark
from libs.law.law import LAW
from services.reporting.answers import Answer
from services.reporting.asking import ask
from services.reporting.explain import FACTS, Explanation, explain
from services.reporting.indicators.periods import Period, half_year_of
from services.reporting.indicators.question import Question
from services.reporting.indicators.stops import Stop
from services.reporting.indicators.tally import Number
from tests.conftest import Bench, MakeBench
from tests.libs.events.test_flow import level, verified, working
from tests.libs.events.waiting import until
from tests.services.reporting.registry import COMPLETED, Registry, episode_of
from tests.services.reporting.story import FAR, WARD

HALF = half_year_of(COMPLETED)
R = TypeVar("R")
RELAPSES = Question("I-03", WARD, HALF, 12)


def asked(bench: Bench, question: Question, sources: list[str]) -> Answer:
    return in_scope(bench, lambda connection: ask(connection, question, sources=sources))


def in_scope(bench: Bench, read: Callable[[Connection], R]) -> R:
    """What an answer is read in: one REPEATABLE READ transaction of the api role, within the whole scope."""
    parts = bench.open()
    with parts.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        connection.execute(text("select set_config('aftercare.scope', '*', true)"))
        found = read(connection)
    parts.close()
    return found


def marked(source: Bench, bench: Bench) -> datetime:
    """An instant up to which the follower knows everything that the source has told."""
    with source.superuser.begin() as connection:
        request_mark(connection)
        now: datetime = connection.execute(text("select journal_now()")).scalar_one()

    def known() -> datetime | None:
        with bench.superuser.connect() as connection:
            return known_until(connection, [source.service.name])

    until(lambda: (at := known()) is not None and at > now, "a newer mark")
    at = known()
    assert at is not None
    return at


def test_a_rate_is_asked_and_explained_as_known_then_and_now(make_bench: MakeBench, log: Log) -> None:
    source = make_bench(topics=True, law=LAW)
    name = source.service.name
    bench = make_bench(topics=True, law=LAW, following=Following([name], FACTS))
    with working(source, bench, log=log):
        until(lambda: verified(source), "the relay's verification")
        parts = source.open()
        registry = Registry(parts.handler)
        stays, moves, dies, relapses, corrected = (registry.completer() for _ in range(5))
        registry.test(relapses, date(2023, 8, 20))
        registry.relapse(relapses, date(2023, 9, 2))
        registry.move(moves, date(2023, 5, 2), FAR)
        registry.die(dies, date(2023, 6, 2))
        before = marked(source, bench)
        outcome = registry.correct_completion(corrected, date(2022, 12, 30))
        after = marked(source, bench)
        parts.close()
        until(lambda: level(source, bench), "reporting being level")

    then, now = (asked(bench, replace(RELAPSES, as_known_on=at), [name]) for at in (before, after))
    assert (then.numerator, then.denominator, then.fully_observed) == (1, 5, 3)
    assert (now.numerator, now.denominator, now.fully_observed) == (1, 4, 2)
    earlier = replace(RELAPSES, period=Period(date(2022, 7, 1), date(2022, 12, 31)), as_known_on=after)
    assert asked(bench, earlier, [name]).denominator == 1
    assert now.incidence is not None
    assert now.incidence.stops == {Stop.DEATH: 1, Stop.EVENT: 1, Stop.LEFT_PROVINCE: 1, Stop.WINDOW_OVER: 1}
    reuse = asked(bench, replace(RELAPSES, indicator="I-01", as_known_on=after), [name])
    assert reuse.numerator == 1

    why = explained(bench, replace(RELAPSES, as_known_on=after), Number.DENOMINATOR, [name])
    assert why.total == now.denominator
    assert {person.person_id for person in why.people} == {stays, moves, dies, relapses}
    of_earlier = explained(bench, earlier, Number.DENOMINATOR, [name])
    (episode,) = (row for row in of_earlier.people[0].rows if row.id == episode_of(corrected))
    assert outcome.position is not None
    assert episode.events[-1].position == str(outcome.position)
    assert str(episode.events[-1].event_id) == outcome.records[-1].id


def explained(bench: Bench, question: Question, number: Number, sources: list[str]) -> Explanation:
    return in_scope(bench, lambda connection: explain(connection, question, number, sources=sources))
