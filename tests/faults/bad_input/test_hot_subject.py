"""One subject with ten thousand events, and commands on it beside commands on others."""

from collections.abc import Callable
from statistics import median
from time import perf_counter
from uuid import UUID, uuid4

import pytest

from libs.events.handling import Outcome, Target
from libs.events.kafka import Log
from libs.web.freshness import render_position
from tests.faults.clients import Acknowledged, Caller
from tests.faults.conftest import Counting, FiguresOf, MakeCounting
from tests.faults.test_crash_points import proved
from tests.libs.events.sample import CountNote, OpenNote, meta, note_decider
from tests.libs.web.sample import HOME

EVENTS = 10_000
BATCH = 200
COMMANDS = 200
WITHIN = 3.0


def hot(counting: Counting) -> UUID:
    """A note with so many events, as if it had been counted for years."""
    note = uuid4()
    parts = counting.writer.open()
    written = [OpenNote(note, unit=HOME), *[CountNote()] * (EVENTS - 1)]
    for begin in range(0, EVENTS, BATCH):
        commands = written[begin : begin + BATCH]
        targets = [Target(note_decider, f"note-{note}", one, meta(), f"person-{note}") for one in commands]
        for command, outcome in zip(commands, parts.handler.handle_many(targets), strict=True):
            assert isinstance(outcome, Outcome)
            assert outcome.position is not None
            path = f"/v1/notes/{note}/counts" if isinstance(command, CountNote) else "/v1/notes"
            position = render_position(outcome.position)
            counting.load.acknowledged.append(Acknowledged(path, str(note), position, repeated=False, waited=0))
    parts.close()
    return note


def counting_of(counting: Counting, caller: Caller, note: str) -> Callable[[], float]:
    """Counts a note over REST; how many seconds the answer took."""

    def count_once() -> float:
        path, began = f"/v1/notes/{note}/counts", perf_counter()
        answer = caller.send("POST", path, Idempotency_Key=str(uuid4()))
        seconds = perf_counter() - began
        assert answer.status == 200, answer
        position = answer.body["position"]
        counting.load.acknowledged.append(Acknowledged(path, note, position, repeated=False, waited=seconds))
        return seconds

    return count_once


def opened(counting: Counting, caller: Caller) -> str:
    answer = caller.send("POST", "/v1/notes", {"unit": HOME, "title": "another"}, Idempotency_Key=str(uuid4()))
    note, position = str(answer.body["id"]), answer.body["position"]
    counting.load.acknowledged.append(Acknowledged("/v1/notes", note, position, repeated=False, waited=0))
    return note


@pytest.mark.faults
@pytest.mark.row(77)
def test_commands_on_a_subject_with_ten_thousand_events_stay_within_reach_of_those_on_others(
    make_counting: MakeCounting, log: Log, figures_of: FiguresOf
) -> None:
    counting = make_counting(clients=1)
    counting.start()
    caller = Caller(counting.load.base_url, counting.load.tokens[0])
    other = counting_of(counting, caller, opened(counting, caller))
    note = str(hot(counting))
    of_hot = counting_of(counting, caller, note)
    counting.await_level()
    other()
    cold = of_hot()
    seconds = [(of_hot(), other()) for _ in range(COMMANDS)]
    caller.close()
    hot_median, other_median = (median(each) for each in zip(*seconds, strict=True))
    assert hot_median < WITHIN * other_median, f"{hot_median:.4f} s beside {other_median:.4f} s"
    found = proved(counting, log)
    figures_of(
        rounds=COMMANDS,
        lost=found.lost,
        doubled=found.doubled,
        events_of_the_subject=sum(one.id == note for one in counting.load.acknowledged),
        median_ms=round(1000 * hot_median, 1),
        median_ms_of_others=round(1000 * other_median, 1),
        first_after_a_start_ms=round(1000 * cold),
    )
