"""A broker killed right after it acknowledged a commit can lose its marker: nothing is lost, nobody has to act."""

import os
import signal
from contextlib import closing
from threading import Event as Flag
from uuid import uuid4

import pytest

from deploy.local.stack import Stack
from libs.events import relay
from libs.events.journal import read_heads
from libs.events.kafka import Log, Publisher, events_topic
from tests.conftest import Bench, MakeBench
from tests.faults.conftest import FiguresOf
from tests.faults.proofs import log_of
from tests.libs.events.test_flow import published, verified, working, write
from tests.libs.events.waiting import until

ROUNDS = 10
NOTES = 12
PARTITION = 5
SETTLE_SECONDS = 0.5
PATIENCE_SECONDS = 2.0
LOOK = relay._Lookout.look
LEFT_OPEN = "ends a transaction left open"
# Of a batch on disk: its length behind the base offset, and the attributes' bit that marks a control batch.
LENGTH, BEFORE_LENGTH, CONTROL = slice(8, 12), 12, 0x20
ATTRIBUTES = slice(21, 23)


def cut_marker(stack: Stack, topic: str) -> None:
    """Take the commit's marker off the end of a partition, as if it had not been written when the broker died."""
    path = stack.root / "kafka" / "data" / f"{topic}-{PARTITION}" / f"{0:020}.log"
    content, begin, end = path.read_bytes(), 0, 0
    while end < len(content):
        begin, end = end, end + BEFORE_LENGTH + int.from_bytes(content[end:][LENGTH])
    assert int.from_bytes(content[begin:][ATTRIBUTES]) & CONTROL, "the last batch is no marker"
    os.truncate(path, begin)


def wrote(bench: Bench) -> None:
    """A note in every partition, some of them twice."""
    with closing(bench.open()) as parts:
        write(parts, [uuid4() for _ in range(NOTES)])


def said(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What the relay told the process log."""
    return [record.getMessage() for record in caplog.records if record.name == relay.__name__]


def recorded(bench: Bench) -> int:
    with bench.superuser.connect() as connection:
        return sum(head.sequence for head in read_heads(connection))


@pytest.mark.faults
def test_without_looking_for_it_and_ending_it_a_commit_without_marker_hides_events_for_ever(
    make_bench: MakeBench, mortal: Stack, log: Log, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The relay lives on while the broker does not: it has nothing to publish, so that it notices nothing."""
    monkeypatch.setattr(relay, "SETTLE_SECONDS", SETTLE_SECONDS)
    monkeypatch.setattr(relay, "MARK_SECONDS", float("inf"))
    bench = make_bench(topics=True)
    topic = events_topic(bench.service.name)
    with working(bench, log=log), monkeypatch.context() as patch:
        until(lambda: verified(bench), "the relay's verification")
        while not log.ends(topic, [PARTITION])[PARTITION]:
            wrote(bench)
            until(lambda: published(bench, log) == recorded(bench), "publishing")
        patch.setattr(relay._Lookout, "look", lambda _: None)
        patch.setattr(Publisher, "abort_open", lambda *_: None)
        mortal.kafka.kill()
        cut_marker(mortal, topic)
        mortal.kafka.start()
        Flag().wait(PATIENCE_SECONDS)
        assert (log.unsettled(topic), said(caplog)) == ([PARTITION], []), "without both guards nobody notices"
        patch.setattr(relay._Lookout, "look", LOOK)
        until(lambda: LEFT_OPEN in " ".join(said(caplog)), "the relay noticing it")
        assert log.unsettled(topic) == [PARTITION], "without the second guard it is noticed, and stays"
        patch.undo()
        until(lambda: published(bench, log) == recorded(bench), "the log being filled up from the journal")
    assert log_of(log, bench.service.name) == (recorded(bench), 0)


@pytest.mark.faults
@pytest.mark.row(18)
def test_rounds_of_a_broker_killed_right_after_it_acknowledged_a_commit_lose_and_double_nothing(
    make_bench: MakeBench,
    mortal: Stack,
    log: Log,
    figures_of: FiguresOf,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    armed = Flag()

    def crash(point: str) -> None:
        if point == "relay.after-commit" and armed.is_set():
            armed.clear()
            assert broker
            os.kill(broker, signal.SIGKILL)

    monkeypatch.setattr(relay, "crash_point", crash)
    bench = make_bench(topics=True)
    with working(bench, log=log):
        until(lambda: verified(bench), "the relay's verification")
        for _ in range(ROUNDS):
            broker = next(part.pid for part in mortal.status() if part.name == "kafka")
            armed.set()
            wrote(bench)
            until(lambda: not mortal.kafka.runs(), "the broker's death")
            mortal.kafka.start()
            until(lambda: published(bench, log) == recorded(bench), "the log being level with the journal")
    lost = sum(LEFT_OPEN in message for message in said(caplog))
    events, broken = log_of(log, bench.service.name)
    assert (events, broken) == (recorded(bench), 0)
    figures_of(rounds=ROUNDS, lost=recorded(bench) - events, doubled=broken, markers_lost=lost, events=events)
