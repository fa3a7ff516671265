"""A worker that joins and leaves every three seconds: the others go on, at more than half of their rate."""

from pathlib import Path
from time import monotonic

import pytest

from libs.events.kafka import Log
from tests.faults.conftest import Counting, FiguresOf, MakeCounting
from tests.faults.processes import Process
from tests.faults.rows.conftest import MakeWorker, ended, reached, recorded
from tests.faults.rows.faulty import LEFT
from tests.faults.test_crash_points import proved
from tests.libs.events.waiting import until

BACKLOG = 5_000
BACKLOG_SECONDS_MAX = 300.0
SHARE_MIN = 0.5


@pytest.mark.faults
@pytest.mark.row(27)
def test_a_worker_that_joins_and_leaves_every_three_seconds_costs_the_others_less_than_half(
    make_counting: MakeCounting, make_worker: MakeWorker, log: Log, tmp_path: Path, figures_of: FiguresOf
) -> None:
    counting = make_counting(pace=0.0)
    mate, steady = (make_worker(counting.follower, name) for name in ("mate", "steady"))
    words = ("tests.faults.rows.faulty", "restless", str(tmp_path / "sign"))
    restless = make_worker(counting.follower, "restless", *words)
    counting.start()
    for worker in (mate, steady):
        worker.start()
    normal = rate(counting, counting.follower, mate, steady)
    ended(steady)
    flapping = rate(counting, counting.follower, mate, beside=restless)
    found = proved(counting, log)
    assert flapping > SHARE_MIN * normal
    figures_of(
        rounds=turns(restless),
        lost=found.lost,
        doubled=found.doubled,
        share_of_normal=round(flapping / normal, 2),
        acknowledged=found.acknowledged,
    )


def rate(counting: Counting, *workers: Process, beside: Process | None = None) -> float:
    """Events a second that are folded and reacted to, of a backlog that came while these workers were away."""
    for worker in workers:
        ended(worker)
    with counting.load.running():
        until(lambda: counting.recorded() - counting.folded() > BACKLOG, "a backlog", BACKLOG_SECONDS_MAX)
    due, before = recorded(counting), counting.folded()
    for worker in (*workers, *([beside] if beside else [])):
        worker.start()
    until(lambda: counting.folded() > before, "the first of it being followed")
    began, before = monotonic(), counting.folded()
    until(lambda: reached(counting, due), "all of it being followed", BACKLOG_SECONDS_MAX)
    return (counting.folded() - before) / (monotonic() - began)


def turns(worker: Process) -> int:
    """How often it left the group."""
    return worker.log.read_text("utf-8").count(LEFT)
