"""Commands on one stream at once, and a lock that nobody lets go: no caller is told more than a 409."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from time import monotonic

import pytest
from sqlalchemy.exc import DBAPIError

from libs.events.kafka import Log
from tests.faults.clients import Answer, Caller
from tests.faults.conftest import FiguresOf, MakeCounting
from tests.faults.rows.conftest import a_note, acknowledged, count
from tests.faults.test_crash_points import proved
from tests.libs.events.waiting import until

AT_ONCE, EACH = 50, 4
HOLDS, TAKEN_MIN = 3, 50
HELD_SECONDS_MAX = 8.0
TYPE = "urn:aftercare:problem:version-changed"


@pytest.mark.faults
@pytest.mark.row(44)
def test_of_commands_on_one_stream_at_once_each_is_taken_or_told_409(
    make_counting: MakeCounting, log: Log, figures_of: FiguresOf
) -> None:
    counting = make_counting()
    counting.start()
    with counting.load.running():
        note = a_note(counting)

    def client(number: int) -> list[Answer]:
        tokens = counting.load.tokens
        caller = Caller(counting.load.base_url, tokens[number % len(tokens)])
        answers = [count(caller, note) for _ in range(EACH)]
        caller.close()
        return answers

    began = monotonic()
    with ThreadPoolExecutor(AT_ONCE) as together:
        answers = [answer for each in together.map(client, range(AT_ONCE)) for answer in each]
    seconds = monotonic() - began
    taken = [answer for answer in answers if answer.status == 200]
    assert {(answer.status, answer.body["type"]) for answer in answers if answer not in taken} <= {(409, TYPE)}
    counting.load.acknowledged.extend(acknowledged(note, answer) for answer in taken)
    found = proved(counting, log)
    with counting.writer.superuser.connect() as connection:
        statement = "select version from journal where stream = %s order by version"
        versions = connection.exec_driver_sql(statement, (f"note-{note}",)).scalars()
        assert [*versions] == list(range(1, 1 + sum(one.id == note for one in counting.load.acknowledged)))
    figures_of(
        rounds=len(answers),
        lost=found.lost,
        doubled=found.doubled,
        clients=AT_ONCE,
        taken=len(taken),
        told_409=len(answers) - len(taken),
        seconds=round(seconds, 1),
    )


@pytest.mark.faults
@pytest.mark.row(46)
def test_a_transaction_left_open_over_every_head_is_ended_by_the_server_and_nobody_is_refused(
    make_counting: MakeCounting, log: Log, figures_of: FiguresOf
) -> None:
    counting = make_counting()
    counting.start()
    seconds: list[float] = []
    parts = counting.writer.open("worker")
    with counting.load.running():
        for _ in range(HOLDS):
            taken = len(counting.load.acknowledged) + TAKEN_MIN
            until(lambda taken=taken: len(counting.load.acknowledged) > taken, "commands being taken")  # type: ignore[misc]
            connection = parts.engine.connect()
            connection.exec_driver_sql("select from journal_hold()")
            before, began = counting.recorded(), monotonic()
            until(lambda before=before: counting.recorded() > before, "writers going on")  # type: ignore[misc]
            seconds.append(monotonic() - began)
            with pytest.raises(DBAPIError):
                connection.exec_driver_sql("select 1")
            with suppress(DBAPIError):
                connection.close()
    parts.close()
    assert max(seconds) < HELD_SECONDS_MAX
    assert not counting.load.refusals, "nobody was refused"
    found = proved(counting, log)
    figures_of(
        rounds=HOLDS,
        lost=found.lost,
        doubled=found.doubled,
        recovered=round(max(seconds), 1),
        refused=counting.load.refusals.total(),
        acknowledged=found.acknowledged,
    )
