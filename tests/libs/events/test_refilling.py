"""A topic that was deleted, made anew or cut under writers and followers is filled again, and nothing is doubled."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from threading import Event as Flag
from threading import Thread
from uuid import UUID, uuid4

import pytest
from kafka import TopicPartition

from libs.events.database import Away
from libs.events.handling import Target
from libs.events.journal import JournalUnverified
from libs.events.kafka import Log, events_topic
from libs.events.reconciling import reconcile
from libs.events.refilling import refill_log
from libs.events.restoring import RestoreRefused
from libs.events.service import Parts
from libs.events.worker import run_worker
from tests.conftest import Bench, MakeBench
from tests.libs.events.editing import edit
from tests.libs.events.sample import CountNote, OpenNote, meta, note_decider, note_projection
from tests.libs.events.test_flow import following, level, notes_of
from tests.libs.events.test_relay_refusals import trusted
from tests.libs.events.waiting import until


@contextmanager
def kept(bench: Bench, log: Log) -> Iterator[None]:
    """The worker of a service, started again whenever it gives up, as its keeper does."""
    ending, runs = Flag(), list[Flag]()

    def keep() -> None:
        while not ending.is_set():
            runs.append(Flag())
            with closing(bench.open("worker")) as parts:
                run_worker(parts, log, runs[-1])
            ending.wait(0.1)

    thread = Thread(target=keep)
    thread.start()
    try:
        yield
    finally:
        ending.set()
        while thread.is_alive():
            runs[-1].set()
            thread.join(0.1)


class Writer:
    """Opens notes and counts them once each, one after the other; only what was acknowledged is `done`."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self.done: list[UUID] = []
        self.refused = 0

    def write(self) -> None:
        note = uuid4()
        for command in (OpenNote(note), CountNote()):
            target = Target(note_decider, f"note-{note}", command, meta(), f"person-{note}")
            while True:
                try:
                    self._parts.handler.handle(target)
                    break
                except (JournalUnverified, *Away):
                    self.refused += 1
                    Flag().wait(0.05)
        self.done.append(note)

    @contextmanager
    def running(self) -> Iterator[None]:
        stop = Flag()

        def run() -> None:
            while not stop.wait(0.02):
                self.write()

        thread = Thread(target=run)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()


def delete(log: Log, bench: Bench) -> None:
    log.delete_events(bench.service.name)


def make_anew(log: Log, bench: Bench) -> None:
    log.delete_events(bench.service.name)
    log.ensure_topics(bench.service.name, 1)


def cut(log: Log, bench: Bench) -> None:
    """The first half of every partition is gone."""
    topic = events_topic(bench.service.name)
    with log._admin() as admin:
        admin.delete_records({TopicPartition(topic, p): end // 2 for p, end in log.ends(topic).items()})


HOW: Mapping[str, Callable[[Log, Bench], None]] = {"deleted": delete, "made anew": make_anew, "cut": cut}


@pytest.mark.parametrize("how", HOW)
def test_a_topic_lost_under_writers_and_followers_is_filled_again_and_nothing_is_lost_or_folded_twice(
    make_bench: MakeBench, writing: Bench, log: Log, how: str
) -> None:
    rows, late = note_projection("followed"), note_projection("late")
    reader = following(make_bench, writing, rows)
    with closing(writing.open()) as parts, closing(writing.open("worker")) as worker, ExitStack() as at_work:
        writer = Writer(parts)
        at_work.enter_context(kept(writing, log))
        at_work.enter_context(kept(reader, log))
        until(lambda: trusted(writing), "the relay's verification")
        with writer.running():
            until(lambda: len(writer.done) > 40, "some writing")
            HOW[how](log, writing)
            before = len(writer.done)
            found = refill_log(worker, log, recreate=how != "deleted")
            until(lambda: len(writer.done) > before + 10, "more writing")
        until(lambda: level(writing, reader), "the follower being level")
        newcomer = following(make_bench, writing, late)
        at_work.enter_context(kept(newcomer, log))
        until(lambda: level(writing, newcomer), "a newcomer being level")
        again = reconcile(worker.journal, log)
    assert (found.differences, again.differences, again.agree) == ([], [], 2 * len(writer.done))
    expected = dict.fromkeys(writer.done, 1)
    assert {row.note_id: row.count for row in notes_of(reader, rows)} == expected
    assert {row.note_id: row.count for row in notes_of(newcomer, late)} == expected


@pytest.fixture
def level_pair(writing: Bench, log: Log) -> Iterator[Parts]:
    """A journal that is published."""
    with closing(writing.open("worker")) as worker, closing(writing.open()) as parts:
        with kept(writing, log):
            until(lambda: trusted(writing), "the relay's verification")
            writer = Writer(parts)
            for _ in range(10):
                writer.write()
            assert reconcile(worker.journal, log).differences == []
        yield worker


def test_without_a_worker_the_command_publishes_by_itself(writing: Bench, level_pair: Parts, log: Log) -> None:
    delete(log, writing)
    seen: list[tuple[int, int]] = []
    found = refill_log(level_pair, log, lambda done, goal: seen.append((done, goal)))
    assert (found.agree, found.differences, seen[-1]) == (20, [], (20, 20))
    assert refill_log(level_pair, log).agree == 20, "said twice, done once"


def test_a_topic_that_is_cut_is_made_anew_only_when_it_is_said(writing: Bench, level_pair: Parts, log: Log) -> None:
    cut(log, writing)
    with pytest.raises(RestoreRefused, match="say --recreate"):
        refill_log(level_pair, log)
    assert refill_log(level_pair, log, recreate=True).agree == 20


def test_a_journal_that_is_not_as_it_was_appended_is_published_nowhere(
    writing: Bench, level_pair: Parts, log: Log
) -> None:
    before = log.topic(events_topic(writing.service.name)).id
    edit(writing, "update journal set recorded_at = recorded_at + interval '1 microsecond' where sequence = 1")
    with pytest.raises(RestoreRefused, match="is not as it was appended"):
        refill_log(level_pair, log, recreate=True)
    assert log.topic(events_topic(writing.service.name)).id == before
