"""A broker or a topic that is not there: it is said again and again, nothing makes it, and work begins once it is."""

from time import monotonic

import pytest

from libs.events.kafka import Log, events_topic, marks_topic
from tests.faults.conftest import FiguresOf, MakeCounting
from tests.faults.rows.conftest import MakeWorker, reached, recorded
from tests.faults.test_crash_points import proved
from tests.libs.events.waiting import until

NOWHERE = "127.0.0.1:1"
TAKEN_MIN = 20
# What a broker makes for itself when the first transaction, or the first group, begins.
BROKERS = {"__transaction_state", "__consumer_offsets"}
AGAIN = "begins anew after"
# What relay and follower say; a follower waits for a topic in silence, and its watch tells after half a minute.
HOW = {"topic": ("begins anew after TopicMissing", "wrong-topics at"), "broker": (AGAIN, AGAIN)}


@pytest.mark.faults
@pytest.mark.row(32)
@pytest.mark.parametrize("how", HOW)
def test_without_its_topics_or_its_broker_a_worker_says_so_makes_none_and_begins_when_they_are_there(
    make_counting: MakeCounting, make_worker: MakeWorker, log: Log, figures_of: FiguresOf, how: str
) -> None:
    counting = make_counting()
    name = counting.writer.service.name
    ours = {events_topic(name), marks_topic(name)}
    if how == "topic":
        with log._admin() as admin:
            admin.delete_topics(sorted(ours))
        until(lambda: not ours & log.topics(), "the topics being gone")
    elsewhere = {} if how == "topic" else {"KAFKA_BOOTSTRAP_SERVERS": NOWHERE}
    counting.writer.verify_journal()
    before = log.topics()
    lost = [make_worker(part, f"{part.name} {how}", **elsewhere) for part in (counting.relay, counting.follower)]
    counting.api.start()
    for worker in lost:
        worker.start()
    with counting.load.running():
        for worker, words in zip(lost, HOW[how], strict=True):
            until(lambda w=worker, words=words: words in w.log.read_text("utf-8"), f"{worker.name} saying so")  # type: ignore[misc]
        until(lambda: len(counting.load.acknowledged) > TAKEN_MIN, "commands being taken")
        made, folded, alive = log.topics() - before - BROKERS, counting.folded(), [worker.alive for worker in lost]
        due, began = recorded(counting), monotonic()
        if how == "topic":
            log.ensure_topics(name, 1)
        else:
            for worker, right in zip(lost, (counting.relay, counting.follower), strict=True):
                worker.kill()
                right.start()
        until(lambda: reached(counting, due), "what was taken being followed")
        seconds = monotonic() - began
    assert (made, folded, alive) == (set(), 0, [True, True])
    found = proved(counting, log)
    figures_of(
        rounds=1,
        lost=found.lost,
        doubled=found.doubled,
        recovered=round(seconds, 1),
        made=len(made),
        acknowledged=found.acknowledged,
    )
