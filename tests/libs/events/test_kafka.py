"""What of Kafka's client no double has; `test_log.py` is the suite of every log."""

import importlib.util
from threading import enumerate as threads

import pytest

from libs.events.kafka import Log, LogError, LogRefused, pinned
from tests.libs.events.waiting import until


def test_without_the_fast_checksum_nothing_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "crc32c" else found(name))
    with pytest.raises(LogRefused, match="crc32c"):
        Log("127.0.0.1:1")


def test_a_publisher_that_cannot_begin_says_so_and_leaves_no_thread_sending(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the broker that coordinates transactions refuses: here it is asked for more time than it grants."""
    monkeypatch.setattr(pinned, "TRANSACTION_TIMEOUT_MS", 10**9)
    before = set(threads())
    with pytest.raises(LogError):
        log.publisher("greedy")
    until(lambda: set(threads()) <= before, "the end of its threads", 10)
