"""Brokers restarted one after the other, and fewer of them than must hold a record."""

import signal
from time import monotonic

import pytest

from libs.events.kafka import Log, events_topic
from tests.faults.brokers.cluster import Cluster
from tests.faults.conftest import FiguresOf, MakeCounting
from tests.faults.rows.conftest import reached, recorded
from tests.faults.test_crash_points import proved
from tests.libs.events.waiting import until

ROUNDS = 3
MISSED_MIN = 100


@pytest.mark.faults
@pytest.mark.row(17)
def test_while_brokers_are_restarted_one_after_the_other_no_command_fails(
    make_counting: MakeCounting, cluster: Cluster, log: Log, figures_of: FiguresOf
) -> None:
    counting = make_counting(kept=True)
    topics = [events_topic(bench.service.name) for bench in (counting.writer, counting.reader)]
    counting.start()
    seconds: list[float] = []
    with counting.load.running():
        until(lambda: counting.folded() > 0, "the first events being followed")
        for broker in cluster.brokers:
            due, began = recorded(counting), monotonic()
            broker.end(signal.SIGTERM)
            until(lambda due=due: reached(counting, due), "what was recorded before being followed")  # type: ignore[misc]
            seconds.append(monotonic() - began)
            broker.start()
            until(lambda: cluster.in_sync(topics), "the broker having caught up")
    found = proved(counting, log)
    assert not counting.load.refusals
    figures_of(
        rounds=len(cluster.brokers),
        lost=found.lost,
        doubled=found.doubled,
        recovered=round(max(seconds), 1),
        refused=counting.load.refusals.total(),
        acknowledged=found.acknowledged,
    )


@pytest.mark.faults
@pytest.mark.row(26)
def test_with_fewer_brokers_than_must_hold_a_record_nothing_counts_as_published_and_the_backlog_drains_after(
    make_counting: MakeCounting, cluster: Cluster, log: Log, figures_of: FiguresOf
) -> None:
    counting = make_counting(kept=True)
    counting.start()
    seconds: list[float] = []
    followed = 0
    with counting.load.running():
        for _ in range(ROUNDS):
            before = counting.folded()
            until(lambda before=before: counting.folded() > before + MISSED_MIN, "events being followed")  # type: ignore[misc]
            for broker in cluster.brokers[1:]:
                broker.end(signal.SIGKILL)
            missed = len(counting.load.acknowledged) + MISSED_MIN
            until(lambda missed=missed: len(counting.load.acknowledged) > missed, "commands being taken")  # type: ignore[misc]
            due = recorded(counting)
            followed += reached(counting, due)
            for broker in cluster.brokers[1:]:
                broker.start()
            began = monotonic()
            until(lambda due=due: reached(counting, due), "the backlog being followed")  # type: ignore[misc]
            seconds.append(monotonic() - began)
    found = proved(counting, log)
    assert (followed, counting.load.refusals.total()) == (0, 0)
    figures_of(
        rounds=ROUNDS,
        lost=found.lost,
        doubled=found.doubled,
        recovered=round(max(seconds), 1),
        published_meanwhile=followed,
        refused=counting.load.refusals.total(),
        acknowledged=found.acknowledged,
    )
