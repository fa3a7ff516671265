"""The log is used only as this system needs it, and what it did not take is never believed to be there."""

import importlib.util
import os
from contextlib import closing
from threading import enumerate as threads
from uuid import uuid4

import pytest
from kafka.admin import NewTopic

from libs.events import kafka
from libs.events.kafka import Log, LogError, LogRefused, TopicMissing, events_topic, marks_topic
from tests.libs.events.waiting import until

OURS = {"cleanup.policy": "delete", "retention.ms": "-1"}


def made(log: Log, partitions: int = 24, **settings: str) -> str:
    """A source whose events topic somebody else made."""
    source = f"kafka{uuid4().hex[:8]}"
    configs = OURS | {name.replace("_", "."): value for name, value in settings.items()}
    with log._admin() as admin:
        admin.create_topics([NewTopic(events_topic(source), partitions, 1, topic_configs=configs)])
        admin.wait_for_topics([events_topic(source)])
    return source


def test_topics_are_made_once_and_found_the_second_time(log: Log) -> None:
    source = f"kafka{uuid4().hex[:8]}"
    log.ensure_topics(source, 1)
    first = log.check_topics(source)
    log.ensure_topics(source, 1)
    assert (log.check_topics(source), first.partitions) == (first, 24)


@pytest.mark.parametrize(
    ("partitions", "settings", "why"),
    [
        (3, {}, "has 3 partitions, not 24"),
        (24, {"cleanup_policy": "compact"}, "has cleanup.policy=compact, not delete"),
        (24, {"retention_ms": "604800000"}, "has retention.ms=604800000, not -1"),
    ],
)
def test_a_topic_that_would_lose_or_scatter_events_is_refused(
    log: Log, partitions: int, settings: dict[str, str], why: str
) -> None:
    source = made(log, partitions, **settings)
    with pytest.raises(LogRefused, match=why):
        log.ensure_topics(source, 1)


def test_marks_that_would_be_lost_are_refused_as_well(log: Log) -> None:
    source = made(log, 24)
    with log._admin() as admin:
        admin.create_topics([NewTopic(marks_topic(source), 1, 1, topic_configs=OURS)])
        admin.wait_for_topics([marks_topic(source)])
    with pytest.raises(LogRefused, match=r"marks has cleanup.policy=delete, not compact"):
        log.check_topics(source)


def test_a_topic_that_is_not_there_is_said_to_be_missing_and_is_not_made(log: Log) -> None:
    with pytest.raises(TopicMissing, match=r"run `aftercare topics`"):
        log.topic("never-made.events")
    with log._admin() as admin:
        assert "never-made.events" not in admin.list_topics()


def test_without_the_fast_checksum_nothing_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "crc32c" else found(name))
    with pytest.raises(LogRefused, match="crc32c"):
        Log("127.0.0.1:1")


def test_what_the_broker_does_not_take_is_an_error_and_nothing_of_its_batch_is_in_the_log(log: Log) -> None:
    topic = events_topic(made(log, max_message_bytes="2000"))
    with closing(log.publisher("large")) as publisher, pytest.raises(LogError):
        publisher.publish([(topic, 1, "k", b"{}"), (topic, 2, "k", os.urandom(100_000))])
    with closing(log.publisher("large")):
        assert log.tails(topic) == {}


def test_a_publisher_that_cannot_begin_says_so_and_leaves_no_thread_sending(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the broker that coordinates transactions refuses: here it is asked for more time than it grants."""
    monkeypatch.setattr(kafka, "TRANSACTION_TIMEOUT_MS", 10**9)
    before = set(threads())
    with pytest.raises(LogError):
        log.publisher("greedy")
    until(lambda: set(threads()) <= before, "the end of its threads", 10)
