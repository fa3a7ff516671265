"""What stands still is noticed within the time that is promised, named, and where safe set going."""

import logging
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from threading import Event as Flag
from threading import Thread
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from kafka.admin import NewPartitions
from sqlalchemy import make_url, text

from libs.events import watching
from libs.events.checkpoints import Place
from libs.events.follower import Follower
from libs.events.kafka import Log, Member, events_topic
from libs.events.marks import request_mark
from libs.events.outbox import LOCK, PostgresOutbox
from libs.events.partitions import partition_of
from libs.events.readings import read_readings
from libs.events.relay import Relay
from libs.events.service import Parts
from libs.events.watching import (
    FROZEN_RELAY,
    LOOK_SECONDS,
    LOST_LEADER,
    NO_NEWS,
    SILENT_PARTITION,
    STILL_SECONDS,
    STOPPED_PARTITION,
    STUCK_SECONDS_MAX,
    STUCK_STATUS,
    WRONG_TOPICS,
    Alarm,
    Watch,
)
from tests.conftest import Bench, MakeBench
from tests.libs.events.sample import note_projection
from tests.libs.events.test_flow import following, level, verified, write
from tests.libs.events.waiting import until

PROMISED_SECONDS = 45


@dataclass
class Watched:
    """A service under watch, on a clock that the test moves."""

    bench: Bench
    parts: Parts
    log: Log
    follower: Follower | None = None
    now: float = 0.0
    watch: Watch = field(init=False)

    def __post_init__(self) -> None:
        sources = tuple(self.bench.service.following.sources)
        self.watch = Watch(
            self.bench.service.name, self.parts.engine, self.log, self.follower, sources, lambda: self.now
        )
        self.watch.look()

    def later(self, seconds: float = STILL_SECONDS + LOOK_SECONDS) -> set[Alarm]:
        """Look every few seconds until so much time is over; what is wrong then."""
        end = self.now + seconds
        while self.now < end:
            self.now += LOOK_SECONDS
            if self.follower is not None:
                self.follower.turned = self.now
            self.watch.look()
        return self.watch.alarms


@contextmanager
def at_work(*works: Any) -> Iterator[None]:
    """Relays and followers while the block runs."""
    stop = Flag()
    threads = [Thread(target=work, args=(stop,)) for work in works]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def relay_of(parts: Parts, log: Log) -> Any:
    return Relay(PostgresOutbox(parts.journal), log).run


@pytest.fixture
def opened() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def worker(writing: Bench, opened: ExitStack) -> Parts:
    return opened.enter_context(closing(writing.open("worker")))


def followed(make_bench: MakeBench, writing: Bench, log: Log, opened: ExitStack) -> tuple[Watched, Follower]:
    """A service that follows the writing one, under watch; its follower is not at work yet."""
    reader = following(make_bench, writing, note_projection("followed"))
    parts = opened.enter_context(closing(reader.open("worker")))
    follower = Follower(reader.service.name, parts.service.following, parts.handler, parts.store, log)
    return Watched(reader, parts, log, follower), follower


def marked(writing: Bench, reader: Bench) -> None:
    """Have a newer mark of the one arrive at the other."""
    before = read_readings(reader.superuser, reader.service.name).news

    def newer() -> bool:
        news = read_readings(reader.superuser, reader.service.name).news.get(writing.service.name)
        old = before.get(writing.service.name)
        return news is not None and news.marked_at is not None and (old is None or news.marked_at != old.marked_at)

    with writing.superuser.begin() as connection:
        request_mark(connection)
    until(newer, "a newer mark")


def test_what_is_noticed_is_noticed_in_the_time_that_is_promised() -> None:
    assert STILL_SECONDS + 2 * LOOK_SECONDS < PROMISED_SECONDS


def test_nothing_is_wrong_while_everything_moves(
    make_bench: MakeBench, writing: Bench, worker: Parts, log: Log, opened: ExitStack
) -> None:
    watched, follower = followed(make_bench, writing, log, opened)
    with at_work(relay_of(worker, log), follower.run):
        until(lambda: verified(writing), "the relay's verification")
        write(worker, [uuid4() for _ in range(30)])
        until(lambda: level(writing, watched.bench), "the follower being level")
        for _ in range(8):
            marked(writing, watched.bench)
            assert watched.later(LOOK_SECONDS) == set()


def test_a_partition_that_silently_brings_nothing_is_noticed_and_asked_for_anew(
    make_bench: MakeBench,
    writing: Bench,
    worker: Parts,
    log: Log,
    opened: ExitStack,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    watched, follower = followed(make_bench, writing, log, opened)
    note = uuid4()
    silent = Place(writing.service.name, partition_of(f"person-{note}"))
    deaf: list[Member] = []
    poll = Member.poll

    def without_one(member: Member, timeout_ms: int) -> Any:
        """The first member never gets what lies in that partition, as a fetcher that forgot it."""
        if not deaf:
            deaf.append(member)
        found = poll(member, timeout_ms)
        if member is deaf[0]:
            found.pop((events_topic(silent.source), silent.partition), None)
        return found

    monkeypatch.setattr(Member, "poll", without_one)
    with at_work(relay_of(worker, log), follower.run):
        until(lambda: verified(writing), "the relay's verification")
        write(worker, [note, *(uuid4() for _ in range(30))], counts=0)
        marked(writing, watched.bench)
        until(lambda: len(follower.held) == 24, "all partitions being claimed")
        alarm = Alarm(SILENT_PARTITION, f"{silent.source}/{silent.partition}")
        with caplog.at_level(logging.ERROR, watching.__name__):
            raised = watched.later()
        assert alarm in raised
        assert f"{alarm.name} at {alarm.about}" in caplog.text
        until(lambda: level(writing, watched.bench), "what was silent being followed")
        assert len({id(member) for member in deaf}) == 1
        assert alarm not in watched.later(LOOK_SECONDS)


def test_a_frozen_relay_is_noticed_and_deposed(
    writing: Bench, worker: Parts, log: Log, opened: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    writing.verify_journal()
    watched, name = Watched(writing, worker, log), writing.service.name
    url = make_url(worker.engine.url).set(drivername="postgresql").render_as_string(hide_password=False)
    frozen = opened.enter_context(closing(psycopg.connect(url, autocommit=True)))
    frozen.execute("select pg_advisory_lock(%s)", (LOCK,))
    write(worker, [uuid4()])
    with at_work(relay_of(worker, log)):
        assert watched.later() == {Alarm(FROZEN_RELAY, name)}
        frozen.execute("select 1")
        monkeypatch.setattr(watching, "STILL_SECONDS", 1.0)

        def silence() -> float:
            leader = read_readings(worker.engine, name).leader
            return 0.0 if leader is None else leader.silent_seconds

        until(lambda: silence() > watching.STILL_SECONDS, "the leader saying nothing")
        watched.later(LOOK_SECONDS)
        until(lambda: read_readings(worker.engine, name).backlog == 0, "another relay publishing")
    with pytest.raises(psycopg.OperationalError):
        frozen.execute("select 1")
    assert watched.later(LOOK_SECONDS) == set()


def test_a_relay_that_is_slow_and_lives_is_not_deposed(
    writing: Bench, worker: Parts, log: Log, opened: ExitStack
) -> None:
    writing.verify_journal()
    watched = Watched(writing, worker, log)
    leader = opened.enter_context(PostgresOutbox(worker.journal).leadership())
    assert leader.taken()
    write(worker, [uuid4()])
    assert watched.later() == {Alarm(FROZEN_RELAY, writing.service.name)}
    writing.verify_journal()
    leader.check()


def test_a_service_that_nobody_publishes_for_is_noticed(writing: Bench, worker: Parts, log: Log) -> None:
    writing.verify_journal()
    watched = Watched(writing, worker, log)
    write(worker, [uuid4()])
    assert watched.later() == {Alarm(LOST_LEADER, writing.service.name)}
    with at_work(relay_of(worker, log)):
        until(lambda: read_readings(worker.engine, writing.service.name).backlog == 0, "publishing")
    assert watched.later(LOOK_SECONDS) == set()


def test_a_source_of_which_no_mark_comes_is_noticed(
    make_bench: MakeBench, writing: Bench, worker: Parts, log: Log, opened: ExitStack
) -> None:
    watched, follower = followed(make_bench, writing, log, opened)
    alarm = Alarm(NO_NEWS, writing.service.name)
    with at_work(follower.run):
        assert watched.later() == {alarm}
        with at_work(relay_of(worker, log)):
            marked(writing, watched.bench)
        assert watched.later(LOOK_SECONDS) == set()


def test_a_partition_that_a_follower_stopped_stays_an_alarm(
    make_bench: MakeBench, writing: Bench, log: Log, opened: ExitStack
) -> None:
    watched, follower = followed(make_bench, writing, log, opened)
    follower.stopped[Place(writing.service.name, 7)] = "a gap"
    assert Alarm(STOPPED_PARTITION, f"{writing.service.name}/7") in watched.later()


def test_topics_with_other_partitions_are_noticed_and_so_are_topics_that_are_gone(
    writing: Bench, worker: Parts, log: Log
) -> None:
    watched = Watched(writing, worker, log)
    assert watched.later() == set()
    with log._admin() as admin:
        admin.create_partitions({events_topic(writing.service.name): NewPartitions(25)})
    assert watched.later() == {Alarm(WRONG_TOPICS, writing.service.name)}
    log.delete_events(writing.service.name)
    assert watched.later(LOOK_SECONDS) == {Alarm(WRONG_TOPICS, writing.service.name)}
    with log._admin() as admin:
        admin.delete_topics([f"{writing.service.name}.marks"])
    log.ensure_topics(writing.service.name, 1)
    assert watched.later(LOOK_SECONDS) == set()


def test_a_process_whose_follower_is_stuck_ends(
    make_bench: MakeBench, writing: Bench, log: Log, opened: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[int] = []
    monkeypatch.setattr("libs.events.watching.os._exit", ended.append)
    watched, follower = followed(make_bench, writing, log, opened)
    watched.later(STUCK_SECONDS_MAX + LOOK_SECONDS)
    assert ended == []
    follower.turned = watched.now - STUCK_SECONDS_MAX - 1
    watched.watch.look()
    assert ended == [STUCK_STATUS]


def test_the_watch_goes_on_when_its_database_was_away(
    writing: Bench, worker: Parts, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "LOOK_SECONDS", 0.01)
    watched = Watched(writing, worker, log)
    looks: list[int] = []
    look = watched.watch.look

    def looked() -> None:
        looks.append(1)
        if len(looks) == 2:
            with writing.superuser.begin() as connection:
                connection.execute(
                    text(
                        "select pg_terminate_backend(pid) from pg_stat_activity"
                        " where datname = current_database() and pid <> pg_backend_pid()"
                    )
                )
        look()

    monkeypatch.setattr(watched.watch, "look", looked)
    with at_work(watched.watch.run):
        until(lambda: len(looks) > 4, "further looks")
