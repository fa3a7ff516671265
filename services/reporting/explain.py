"""Explains a number of an answer: who adds what to it, why, and the events behind, down to their place in the log."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from libs.events.decider import Invalid
from libs.events.projection import Projection
from libs.events.record import Position
from libs.law.law import LAW, Law
from libs.web.bodies import View
from services.reporting.asking import counted
from services.reporting.facts import SOURCE
from services.reporting.facts.cases import cases
from services.reporting.facts.completions import completions
from services.reporting.facts.drug_tests import drug_tests
from services.reporting.facts.persons import persons
from services.reporting.indicators.question import Question
from services.reporting.indicators.stops import Stop
from services.reporting.indicators.tally import Counted, Number

FACTS: tuple[Projection[Any], ...] = (completions, cases, drug_tests, persons)


class NotANumber(Invalid):
    """The indicator has no such number to explain; `numbers` names those that it has."""

    problem = "number-not-explained"


class EventBehind(View):
    """An event that made a row what it was known as: its place in the log, its id, and when it became known."""

    position: str
    event_id: UUID
    known_from: datetime


class RowBehind(View):
    """A row of a fact table, with every event that shaped it until the instant of the answer, in order."""

    table: str
    id: UUID
    events: tuple[EventBehind, ...]


class Explained(View):
    """One person: what they add to the number, which other numbers hold them, what stopped observation, which dates."""

    person_id: UUID
    unit: str
    adds: int
    numbers: dict[Number, int]
    stop: Stop | None
    dates: dict[str, date]
    rows: tuple[RowBehind, ...]


class Explanation(View):
    """A number of an answer, taken apart; `total` is the number, and the sum of what the people add."""

    indicator: str
    unit: str
    as_known_on: datetime
    number: Number
    total: int
    people: tuple[Explained, ...]


def explain(
    connection: Connection,
    question: Question,
    number: Number = Number.NUMERATOR,
    law: Law = LAW,
    *,
    sources: Sequence[str] = (SOURCE,),
) -> Explanation:
    """Everybody who adds to the number, by id; read in the caller's transaction and within its scope.

    It shows persons, though only by their opaque ids: for callers with a purpose. `total` is what `ask` answers to the
    same question at the same instant (`days_at_risk` in days). Refuses as `ask` does, and a number that the indicator
    does not have (`NotANumber`).
    """
    count = counted(connection, question, law, sources=sources)
    if number not in count.indicator.numbers:
        raise NotANumber("the indicator has no such number", numbers=list(count.indicator.numbers))
    adding = [person for person in count.tally.people if person.adds.get(number)]
    behind = {table.name: _events(connection, table, adding, count.frame.at) for table in FACTS}
    return Explanation(
        indicator=count.indicator.id,
        unit=question.unit,
        as_known_on=count.frame.at,
        number=number,
        total=count.tally.total(number),
        people=tuple(_explained(person, number, behind) for person in adding),
    )


def _explained(person: Counted, number: Number, behind: Mapping[str, Mapping[UUID, list[EventBehind]]]) -> Explained:
    rows = (
        RowBehind(table=table, id=key, events=tuple(behind[table][key]))
        for table, keys in person.rows.items()
        for key in keys
        if key in behind[table]
    )
    return Explained(
        person_id=person.person_id,
        unit=person.unit,
        adds=person.adds[number],
        numbers={one: adds for one, adds in person.adds.items() if adds},
        stop=person.stop,
        dates=dict(person.dates),
        rows=tuple(rows),
    )


def _events(
    connection: Connection, table: Projection[Any], people: Iterable[Counted], at: datetime
) -> dict[UUID, list[EventBehind]]:
    """The events behind the rows of a table, by key, with one query."""
    keys = sorted({key for person in people for key in person.rows.get(table.name, ())})
    found: defaultdict[UUID, list[EventBehind]] = defaultdict(list)
    statement = (
        f"select {table.key} as key, row_source, row_partition, row_sequence, row_event, known_from"  # noqa: S608 -- Our own words.
        f" from {table.live(connection)} where {table.key} = any(:keys) and known_from <= :at order by known_from"
    )
    for row in connection.execute(text(statement), {"keys": keys, "at": at}):
        position = Position(row.row_source, row.row_partition, row.row_sequence)
        known_from = row.known_from.astimezone(UTC)
        found[row.key].append(EventBehind(position=str(position), event_id=row.row_event, known_from=known_from))
    return found
