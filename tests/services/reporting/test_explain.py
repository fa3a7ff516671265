"""Explaining: every number is the sum of what people add, and every event behind has its place in the log."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings

from libs.events.contracts.registry.drug_test import DrugTestResult
from libs.events.contracts.values import EndReason
from services.reporting.answers import Answer
from services.reporting.asking import ask
from services.reporting.explain import NotANumber, explain
from services.reporting.indicators import INDICATORS
from services.reporting.indicators.periods import Period
from services.reporting.indicators.question import Question
from services.reporting.indicators.stops import Stop
from services.reporting.indicators.tally import Number
from tests.conftest import Bench
from tests.services.reporting.generated import Fate, told, worlds
from tests.services.reporting.story import FAR, WARD, Story, evening
from tests.services.reporting.telling import records_of
from tests.services.reporting.test_asking import COMPLETE, at, reporting

COMPLETED = date(2024, 3, 15)
HALF = Period(date(2024, 1, 1), date(2024, 6, 30))
QUESTION = Question("I-03", WARD, HALF, 12)


def number_in(found: Answer, number: Number) -> int | None:
    """The number as the answer gives it."""
    match number:
        case Number.DAYS_AT_RISK:
            return None if found.person_years is None else round(found.person_years * 365.25)
        case Number.TESTS:
            return found.testing.tests if found.testing else None
        case Number.REFUSED_TESTS:
            return found.testing.refused if found.testing else None
        case _:
            value: int | None = getattr(found, number)
            return value


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(fates=worlds)
def test_every_number_of_every_indicator_adds_up(bench: Bench, fates: list[Fate]) -> None:
    story = told(fates)
    known = evening(date(2026, 9, 1))
    places = {str(record.position): record for record, _ in records_of(story)}
    with reporting(bench, story) as connection:
        for indicator in INDICATORS.values():
            question = at(Question(indicator.id, "2025:VN", Period(date(2025, 1, 1), date(2025, 12, 31))), known.date())
            found = ask(connection, question)
            for number in indicator.numbers:
                why = explain(connection, question, number)
                assert why.total == number_in(found, number) == sum(person.adds for person in why.people)
                assert len({person.person_id for person in why.people}) == len(why.people)
                for person in why.people:
                    assert person.rows
                    for event in (event for row in person.rows for event in row.events):
                        record = places[event.position]
                        assert (record.id, record.recorded_at) == (str(event.event_id), event.known_from)
                        assert record.subject == f"person-{person.person_id}"
                        assert event.known_from <= known


def test_a_relapse_is_explained_down_to_its_events(bench: Bench) -> None:
    story = Story()
    story.person(COMPLETED)
    relapsed = story.person(COMPLETED).managed(date(2024, 3, 20)).relapsed(date(2024, 9, 2))
    relapsed.ended(EndReason.RELAPSED, date(2024, 9, 2))
    with reporting(bench, story) as connection:
        (why,) = explain(connection, QUESTION).people
    assert why.person_id == relapsed.id
    assert (why.adds, why.stop) == (1, Stop.EVENT)
    assert why.dates == {
        "completed_on": COMPLETED,
        "window_ends_on": date(2025, 3, 15),
        "stopped_on": date(2024, 9, 2),
        "event_on": date(2024, 9, 2),
    }
    assert why.numbers == {
        Number.NUMERATOR: 1,
        Number.DENOMINATOR: 1,
        Number.FULLY_OBSERVED: 1,
        Number.DAYS_AT_RISK: 171,
    }
    wires = {str(record.position): record.type for record, _ in records_of(story)}
    assert {row.table: [wires[event.position] for event in row.events] for row in why.rows} == {
        "reporting.completions": ["registry.episode-completed", "registry.relapse-confirmed"],
        "reporting.cases": ["registry.completion-reported", "registry.management-decided", "registry.case-ended"],
        "reporting.persons": ["registry.person-registered"],
    }
    assert [row.id for row in why.rows] == [relapsed.episodes[0], relapsed.case, relapsed.id]


def test_who_was_not_fully_observed_is_told_with_the_reason(bench: Bench) -> None:
    story = Story()
    story.person(COMPLETED).managed(COMPLETED).left(date(2024, 4, 1), FAR).received(date(2024, 4, 10), FAR)
    story.person(COMPLETED).died(date(2024, 5, 1))
    with reporting(bench, story) as connection:
        why = explain(connection, QUESTION, Number.DENOMINATOR).people
        observed = explain(connection, QUESTION, Number.FULLY_OBSERVED)
    assert {person.stop for person in why} == {Stop.LEFT_PROVINCE, Stop.DEATH}
    assert (observed.total, observed.people) == (0, ())


def test_tests_are_explained_with_their_rows(bench: Bench) -> None:
    story = Story()
    person = story.person(COMPLETED).tested(date(2024, 5, 1), DrugTestResult.NEGATIVE).tested(date(2024, 6, 1))
    person.tested(date(2024, 6, 2), DrugTestResult.REFUSED)
    with reporting(bench, story) as connection:
        (why,) = explain(connection, Question("I-01", WARD, HALF, 12), Number.TESTS).people
    assert why.adds == 2
    assert [row.id for row in why.rows if row.table == "reporting.drug_tests"] == sorted(person.tests[:2])


def test_only_events_known_at_the_instant_lie_behind(bench: Bench) -> None:
    story = Story()
    person = story.person(COMPLETED).relapsed(date(2024, 6, 1)).relapsed(date(2024, 5, 1), known=date(2024, 8, 1))
    with reporting(bench, story) as connection:
        (before,) = explain(connection, at(QUESTION, date(2024, 7, 1))).people
        (now,) = explain(connection, QUESTION).people
    assert (before.dates["event_on"], now.dates["event_on"]) == (date(2024, 6, 1), date(2024, 5, 1))
    assert [len(one.rows[0].events) for one in (before, now)] == [2, 3]
    assert before.rows[0].id == person.episodes[0]


def test_a_number_that_the_indicator_does_not_have_is_refused(bench: Bench) -> None:
    with reporting(bench, Story(), COMPLETE) as connection, pytest.raises(NotANumber):
        explain(connection, QUESTION, Number.TESTS)
