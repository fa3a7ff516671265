"""Workers beside those of the counting service, and what is told of its partitions."""

import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from uuid import uuid4

import pytest

from libs.events.checkpoints import LIVE, positions
from libs.events.journal import read_heads
from tests.faults.clients import Acknowledged, Answer, Caller
from tests.faults.conftest import Counting
from tests.faults.processes import STOP_SECONDS_MAX, Process
from tests.libs.events.waiting import until

MakeWorker = Callable[..., Process]


@pytest.fixture
def make_worker() -> Iterator[MakeWorker]:
    """Makes another worker like one that there is, not started yet, of other words or in another environment."""
    with ExitStack() as cleaning:

        def make(like: Process, name: str, *instead: str, **environment: str) -> Process:
            """`instead` stands for the module that the other one runs."""
            module, *words = like.words[1:]
            line = ("-m", *(instead or (module,)), *words)
            made = replace(like, name=name, words=line, environment={**like.environment, **environment}, running=None)
            cleaning.callback(made.kill)
            return made

        yield make


def ended(process: Process) -> None:
    """Tell a process to end, and wait for it."""
    assert process.running is not None
    process.running.send_signal(signal.SIGTERM)
    process.running.wait(STOP_SECONDS_MAX)


def recorded(counting: Counting) -> Mapping[int, int]:
    """How far each partition is recorded."""
    with counting.writer.superuser.connect() as connection:
        return {head.partition: head.sequence for head in read_heads(connection)}


def reached(counting: Counting, sequences: Mapping[int, int]) -> bool:
    """Whether each partition is folded so far."""
    with counting.reader.superuser.connect() as connection:
        folded = {place.partition: found.sequence for place, found in positions(connection, LIVE).items()}
    return all(folded.get(partition, 0) >= sequence for partition, sequence in sequences.items())


def a_note(counting: Counting) -> str:
    """A note that a client of the load opened."""
    until(lambda: bool(counting.load.acknowledged), "the first command being taken")
    return counting.load.acknowledged[-1].id


def count(caller: Caller, note: str) -> Answer:
    """Count a note once more, beside the load."""
    return caller.send("POST", f"/v1/notes/{note}/counts", Idempotency_Key=str(uuid4()))


def acknowledged(note: str, answer: Answer) -> Acknowledged:
    """That count, as the load would have kept it."""
    return Acknowledged(
        f"/v1/notes/{note}/counts", answer.body["id"], answer.body["position"], repeated=False, waited=0
    )
