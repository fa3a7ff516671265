"""Workers that go wrong while they follow: noticed, taken over, refused, and nothing lost or doubled."""

import os
import signal
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from time import monotonic

import pytest
from kafka import TopicPartition
from kafka.errors import NoError
from kafka.structs import OffsetAndMetadata

from libs.events.kafka import Log, events_topic
from tests.faults.conftest import Counting, FiguresOf, MakeCounting
from tests.faults.processes import Process
from tests.faults.rows.conftest import MakeWorker, ended, reached, recorded
from tests.faults.test_crash_points import proved
from tests.libs.events.waiting import until

PROMISED_SECONDS = 45
DEAF_ROUNDS, ROUNDS, RESETS = 2, 5, 3
MISSED_MIN = 50
AGAIN = "libs.events.follower follower of"


def with_faulty(counting: Counting, make_worker: MakeWorker, how: str, sign: Path) -> Counting:
    """The same, with a follower that goes wrong when the sign is given; all of it at work."""
    follower = make_worker(counting.follower, how, "tests.faults.rows.faulty", how, str(sign))
    counting = replace(counting, follower=follower)
    counting.start()
    return counting


def gone_wrong(sign: Path) -> float:
    """Give the sign; when it was heard."""
    sign.touch()
    until(lambda: not sign.exists(), "the worker going wrong")
    return monotonic()


def said(process: Process, what: str) -> int:
    return process.log.read_text("utf-8").count(what)


def until_said(process: Process, what: str, times: int) -> None:
    until(lambda: said(process, what) >= times, f"{process.name} saying: {what}")


@pytest.mark.faults
@pytest.mark.row(28)
def test_a_partition_that_silently_brings_nothing_is_noticed_and_asked_for_anew(
    make_counting: MakeCounting, make_worker: MakeWorker, log: Log, tmp_path: Path, figures_of: FiguresOf
) -> None:
    sign = tmp_path / "sign"
    counting = with_faulty(make_counting(), make_worker, "deaf", sign)
    noticed: list[float] = []
    seconds: list[float] = []
    with counting.load.running():
        for number in range(1, 1 + DEAF_ROUNDS):
            began, due = gone_wrong(sign), recorded(counting)
            until_said(counting.follower, "follows 1 partitions anew", number)
            noticed.append(monotonic() - began)
            until(lambda due=due: reached(counting, due), "what was silent being followed")  # type: ignore[misc]
            seconds.append(monotonic() - began)
    assert max(noticed) <= PROMISED_SECONDS
    found = proved(counting, log)
    figures_of(
        rounds=DEAF_ROUNDS,
        lost=found.lost,
        doubled=found.doubled,
        recovered=round(max(seconds), 1),
        noticed=round(max(noticed), 1),
        acknowledged=found.acknowledged,
    )


@pytest.mark.faults
@pytest.mark.parametrize(
    "how", [pytest.param("slow", marks=pytest.mark.row(29)), pytest.param("frozen", marks=pytest.mark.row(30))]
)
def test_what_a_worker_writes_after_its_partitions_passed_to_another_is_refused(
    make_counting: MakeCounting, make_worker: MakeWorker, log: Log, tmp_path: Path, figures_of: FiguresOf, how: str
) -> None:
    sign = tmp_path / "sign"
    counting = make_counting()
    spare = make_worker(counting.follower, "spare")
    counting = with_faulty(counting, make_worker, how, sign)
    spare.start()
    seconds: list[float] = []
    with counting.load.running():
        for number in range(1, 1 + ROUNDS):
            began, due = gone_wrong(sign), recorded(counting)
            until(lambda due=due: reached(counting, due), "the other going on with its partitions")  # type: ignore[misc]
            seconds.append(monotonic() - began)
            assert said(counting.follower, AGAIN) < number, "it has not tried to write meanwhile"
            assert counting.follower.running is not None
            os.kill(counting.follower.running.pid, signal.SIGCONT)
            # Where the whole process stood still, the server may have ended its sessions before.
            until_said(counting.follower, AGAIN, number)
    found = proved(counting, log)
    figures_of(
        rounds=ROUNDS,
        lost=found.lost,
        doubled=found.doubled,
        recovered=round(max(seconds), 1),
        refused=said(counting.follower, AGAIN),
        by_its_epoch=said(counting.follower, "begins anew after OwnershipLost"),
        acknowledged=found.acknowledged,
    )


def deleted(log: Log, group: str, topic: str) -> bool:
    # A group without offsets, as ours are, is gone as soon as it is empty.
    if not at_the_end(log, group, topic):
        return False
    with log._admin() as admin:
        return dict(admin.delete_groups([group])) == {group: "OK"}


def at_the_end(log: Log, group: str, topic: str) -> bool:
    places = {TopicPartition(topic, p): OffsetAndMetadata(end, "", -1) for p, end in log.ends(topic).items()}
    with log._admin() as admin:
        return set(admin.alter_group_offsets(group, places).values()) == {NoError}


# What is done to the offsets of a group; false while the broker counts somebody among its members.
GONE: Mapping[str, Callable[[Log, str, str], bool]] = {"deleted": deleted, "moved to the end": at_the_end}


@pytest.mark.faults
@pytest.mark.row(31)
@pytest.mark.parametrize("how", GONE)
def test_without_the_offsets_of_its_group_a_worker_goes_on_from_its_checkpoints(
    make_counting: MakeCounting, log: Log, figures_of: FiguresOf, how: str
) -> None:
    counting = make_counting()
    counting.start()
    group, topic = counting.reader.service.name, events_topic(counting.writer.service.name)
    seconds: list[float] = []
    with counting.load.running():
        until(lambda: counting.folded() > 0, "the first events being followed")
        for _ in range(RESETS):
            ended(counting.follower)
            missed = len(counting.load.acknowledged) + MISSED_MIN
            until(lambda missed=missed: len(counting.load.acknowledged) > missed, "commands being taken")  # type: ignore[misc]
            until(lambda: GONE[how](log, group, topic), "the offsets being gone")
            due, began = recorded(counting), monotonic()
            assert not reached(counting, due)
            counting.follower.start()
            until(lambda due=due: reached(counting, due), "what was missed being followed")  # type: ignore[misc]
            seconds.append(monotonic() - began)
    found = proved(counting, log)
    figures_of(
        rounds=RESETS,
        lost=found.lost,
        doubled=found.doubled,
        recovered=round(max(seconds), 1),
        acknowledged=found.acknowledged,
    )
