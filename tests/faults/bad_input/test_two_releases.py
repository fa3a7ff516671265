"""Two releases side by side, as while a new one is rolled out: what the newer writes, the older does not guess at."""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from itertools import islice
from uuid import uuid4

import pytest

from libs.events.kafka import Log
from libs.events.parked import parked_of
from tests.faults.bad_input.newer import newer_code
from tests.faults.bad_input.redriven import redriven
from tests.faults.clients import Acknowledged, Caller, Load
from tests.faults.conftest import Counting, FiguresOf, MakeCounting
from tests.faults.processes import Process, free_ports
from tests.faults.test_crash_points import proved
from tests.libs.events.waiting import until

MISSED_MIN = 50
NOTES_MAX = 50


def newer(like: Process, **environment: str) -> Process:
    """A process of the next release beside one of this."""
    module, *words = like.words[1:]
    assert module == "tests.faults.process"
    line = ("-m", "tests.faults.bad_input.newer", *words)
    return replace(
        like, name=f"newer {like.name}", words=line, environment={**like.environment, **environment}, running=None
    )


@pytest.fixture
def cleaning() -> Iterator[ExitStack]:
    with ExitStack() as cleaning:
        yield cleaning


def parked(counting: Counting) -> int:
    with counting.reader.superuser.connect() as connection:
        return len(parked_of(connection))


def answering(load: Load) -> bool:
    """Whether the API takes connections."""
    try:
        return Caller(load.base_url, load.tokens[0]).send("GET", "/health/ready").status == 200
    except OSError:
        return False


def statuses(counting: Counting, caller: Caller, notes: set[str]) -> Counter[int]:
    """What an API answers when some of these notes are to be counted."""
    found: Counter[int] = Counter()
    for note in sorted(notes)[:NOTES_MAX]:
        path = f"/v1/notes/{note}/counts"
        answer = caller.send("POST", path, Idempotency_Key=str(uuid4()))
        found[answer.status] += 1
        if answer.status == 200:
            position = answer.body["position"]
            counting.load.acknowledged.append(Acknowledged(path, note, position, repeated=False, waited=0))
    caller.close()
    return found


@pytest.mark.faults
@pytest.mark.row(57)
def test_old_and_new_code_side_by_side_lose_and_double_nothing_and_guess_at_nothing(
    make_counting: MakeCounting, log: Log, monkeypatch: pytest.MonkeyPatch, cleaning: ExitStack, figures_of: FiguresOf
) -> None:
    counting = make_counting()
    url = f"http://127.0.0.1:{next(islice(free_ports(), 2, None))}"
    name = f"{counting.writer.service.name}_url".upper()
    new_api, new_follower = newer(counting.api, **{name: url}), newer(counting.follower)
    for process in (new_api, new_follower):
        cleaning.callback(process.kill)
    old_load = replace(counting.load, tokens=counting.load.tokens[:2])
    new_load = replace(counting.load, base_url=url, tokens=counting.load.tokens[2:], acknowledged=[])
    counting = replace(counting, load=old_load)
    counting.start()
    new_api.start()
    until(lambda: answering(new_load), "the newer API")
    with old_load.running(), new_load.running():
        until(lambda: parked(counting) > MISSED_MIN, "the older follower letting subjects wait")
        new_follower.start()
        before = counting.folded()
        until(lambda: counting.folded() > before + MISSED_MIN, "both followers side by side")
        counting.follower.kill()
        before = counting.folded()
        until(lambda: counting.folded() > before + MISSED_MIN, "the newer follower going on alone")
    old_notes = {one.id for one in old_load.acknowledged}
    counting.load.acknowledged.extend(new_load.acknowledged)
    read_by_old = statuses(counting, Caller(old_load.base_url, old_load.tokens[0]), counted(new_load))
    read_by_new = statuses(counting, Caller(url, old_load.tokens[0]), old_notes)
    assert set(read_by_old) == {500}, "nothing is guessed"
    assert set(read_by_new) == {200}
    counting.await_level()
    waited = parked(counting)
    with newer_code(monkeypatch):
        assert redriven(counting.reader, log) == waited
        found = proved(counting, log)
    figures_of(
        rounds=1,
        lost=found.lost,
        doubled=found.doubled,
        new_read_old=read_by_new[200],
        old_refused_new=read_by_old[500],
        waited_and_redriven=waited,
        acknowledged=found.acknowledged,
    )


def counted(load: Load) -> set[str]:
    """The notes that were counted: of those the older code cannot read the end."""
    return {one.id for one in load.acknowledged if one.path.endswith("/counts")}
