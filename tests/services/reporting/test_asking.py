"""Asking real tables: what SQL cuts is what the pure path counts; instants, scopes, and the same bytes twice."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from libs.events.decider import Invalid, Unknown
from libs.web.refusals import NotYetKnown
from services.reporting.asking import NotYetHappened, ask
from services.reporting.indicators import INDICATORS
from services.reporting.indicators.periods import Period
from services.reporting.indicators.question import Question, WindowNotOffered
from services.reporting.indicators.territory import UnitMap
from tests.conftest import Bench
from tests.services.reporting.asked import answered
from tests.services.reporting.generated import Fate, told, worlds
from tests.services.reporting.story import WARD, Story, evening
from tests.services.reporting.telling import tell

COMPLETED = date(2024, 3, 15)
COMPLETE = date(2027, 6, 1)
HALF = Period(date(2024, 1, 1), date(2024, 6, 30))
QUESTION = Question("I-03", WARD, HALF, 12)


@contextmanager
def reporting(bench: Bench, story: Story, complete: date = COMPLETE) -> Iterator[Connection]:
    """A transaction in which reporting knows the story, complete until the evening of a day."""
    with bench.superuser.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        tell(connection, story, evening(complete))
        yield connection
        connection.rollback()


def at(question: Question, known: date) -> Question:
    return Question(
        question.indicator, question.unit, question.period, question.months, question.unit_map, evening(known)
    )


PERIODS = st.sampled_from([Period(date(2025, 1, 1), date(2025, 6, 30)), Period(date(2025, 4, 1), date(2026, 3, 31))])
UNITS = st.sampled_from(
    [(WARD, UnitMap.CURRENT), (WARD, UnitMap.AS_RECORDED), ("2025:75", UnitMap.CURRENT), ("2025:VN", UnitMap.CURRENT)]
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(fates=worlds, period=PERIODS, where=UNITS, known=st.dates(date(2025, 2, 1), date(2027, 5, 1)))
def test_the_tables_answer_as_the_facts_do(
    bench: Bench, fates: list[Fate], period: Period, where: tuple[str, UnitMap], known: date
) -> None:
    story = told(fates)
    with reporting(bench, story) as connection:
        for indicator in INDICATORS:
            question = at(Question(indicator, where[0], period, None, where[1]), known)
            expected, _ = answered(story, question, known)
            assert ask(connection, question).model_dump_json() == expected.model_dump_json()


def test_who_is_counted_apart_is_read_too(bench: Bench) -> None:
    """People outside the denominators of I-04 and I-05: completed long ago, managed no more, relapsed lately."""
    story, period = Story(), Period(date(2025, 1, 1), date(2025, 6, 30))
    story.person(date(2022, 3, 1)).relapsed(date(2025, 3, 1))
    story.person(date(2022, 3, 1)).relapsed(date(2023, 3, 1)).relapsed(date(2025, 3, 1))
    story.person(date(2022, 3, 1)).managed(date(2022, 4, 1)).removed(date(2024, 4, 1)).relapsed(date(2025, 6, 30))
    with reporting(bench, story) as connection:
        for indicator, outside in {"I-04": 2, "I-05": 2}.items():
            question = at(Question(indicator, WARD, period), COMPLETE)
            found = ask(connection, question)
            assert found.outside == outside
            assert found.model_dump_json() == answered(story, question, COMPLETE)[0].model_dump_json()


def test_the_same_question_at_the_same_instant_has_the_same_bytes(bench: Bench) -> None:
    story = Story()
    for month in range(1, 7):
        story.person(date(2024, month, 1)).managed(date(2024, month, 10)).relapsed(date(2024, month + 3, 5))
    question = at(Question("I-06", "2025:75", HALF), date(2025, 1, 1))
    with reporting(bench, story) as connection:
        before = ask(connection, question).model_dump_json()
        later = Story()
        later.person(date(2024, 2, 1), known=date(2025, 1, 2)).relapsed(date(2024, 3, 1), known=date(2025, 1, 2))
        later.told = [(known + timedelta(seconds=900), event) for known, event in later.told]
        tell(connection, later, evening(COMPLETE))
        assert ask(connection, question).model_dump_json() == before
        assert ask(connection, at(question, date(2025, 1, 2))).model_dump_json() != before


def test_without_an_instant_it_is_as_known_at_the_last_mark(bench: Bench) -> None:
    story = Story()
    story.person(COMPLETED).relapsed(date(2024, 9, 1), known=date(2024, 12, 1))
    with reporting(bench, story, complete=date(2024, 10, 1)) as connection:
        found = ask(connection, QUESTION)
    assert found.numerator == 0, "its determination was told after the mark, though the row is there"
    assert found.as_known_on == evening(date(2024, 10, 1))
    assert found.observed_until == date(2024, 10, 1)


def test_what_lies_after_the_last_mark_is_not_yet_known(bench: Bench) -> None:
    with reporting(bench, Story(), complete=date(2024, 10, 1)) as connection:
        assert ask(connection, at(QUESTION, date(2024, 10, 1))).denominator == 0
        with pytest.raises(NotYetKnown):
            ask(connection, at(QUESTION, date(2024, 10, 2)))


def test_nothing_is_known_as_of_the_future(bench: Bench) -> None:
    with reporting(bench, Story()) as connection, pytest.raises(NotYetHappened) as refused:
        ask(connection, at(QUESTION, date(2199, 12, 31)))
    assert str(refused.value.params["now"]).endswith("+07:00")


def test_before_the_first_mark_nothing_is_known(bench: Bench) -> None:
    with bench.superuser.connect() as connection, pytest.raises(NotYetKnown):
        ask(connection, QUESTION)


def test_the_oldest_of_all_sources_decides(bench: Bench) -> None:
    with reporting(bench, Story()) as connection, pytest.raises(NotYetKnown):
        ask(connection, QUESTION, sources=["registry", "clubs"])


def test_what_cannot_be_asked_is_refused(bench: Bench) -> None:
    with reporting(bench, Story()) as connection:
        with pytest.raises(Unknown):
            ask(connection, Question("I-99", WARD, HALF))
        with pytest.raises(WindowNotOffered):
            ask(connection, Question("I-03", WARD, HALF, 7))
        with pytest.raises(WindowNotOffered):
            ask(connection, Question("I-05", WARD, HALF, 12))
        with pytest.raises(Invalid, match="offset"):
            ask(connection, Question("I-03", WARD, HALF, 12, as_known_on=datetime(2024, 1, 1)))  # noqa: DTZ001 -- As said.


def test_a_caller_s_scope_cuts_what_is_counted(bench: Bench) -> None:
    """Why a figure is read under the whole scope once its unit was allowed: a case that moved is another unit's."""
    story = Story()
    story.person(COMPLETED)
    parts = bench.open()
    with bench.superuser.begin() as connection:
        tell(connection, story, evening(COMPLETE))
    denominators = {}
    for scope in ("*", WARD, "2025:00070"):
        with parts.engine.connect() as connection:
            connection.execute(text("select set_config('aftercare.scope', :scope, true)"), {"scope": scope})
            denominators[scope] = ask(connection, QUESTION).denominator
    parts.close()
    with bench.superuser.begin() as connection:
        connection.execute(text("truncate mark, completions_v1, cases_v1, drug_tests_v1, persons_v1"))
    assert denominators == {"*": 1, WARD: 1, "2025:00070": 0}
