"""A worker that bears a name of its own keeps its partitions over a restart."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from time import monotonic
from uuid import uuid4

import pytest

from libs.events.kafka import Log, pinned
from tests.libs.events.clusters import Reader, source_of, turn_until

EVERY = set(range(24))
# Longer than the others need to hear of a change, and shorter than a session.
AWAY_SECONDS = 5.0
pytestmark = pytest.mark.stack
Make = Callable[[str | None], Reader]


@pytest.fixture
def make(log: Log, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """Members of one group over one topic."""
    monkeypatch.setattr(pinned, "SESSION_TIMEOUT_MS", 10_000)
    topic, group = f"{source_of(log)}.events", f"group{uuid4().hex[:8]}"
    with ExitStack() as opened:

        def made(instance: str | None) -> Reader:
            reader = Reader(log, group, topic, instance=instance)
            opened.callback(reader.member.close)
            return reader

        yield made


def both_hold(one: Reader, other: Reader) -> bool:
    return len(one.held) == len(other.held) == len(EVERY) // 2 and one.held | other.held == EVERY


def test_over_a_restart_a_named_worker_keeps_its_partitions_and_the_others_theirs(make: Make) -> None:
    one, other = make("first"), make("other")
    turn_until(lambda: both_hold(one, other), "an even share", one, other)
    before = set(one.held)
    one.member.close()
    end = monotonic() + AWAY_SECONDS
    while monotonic() < end:
        other.turn()
    assert other.held == EVERY - before
    again = make("first")
    turn_until(lambda: both_hold(again, other), "its own partitions", again, other)
    assert (again.held, other.held) == (before, EVERY - before)


def test_over_a_restart_of_a_worker_without_a_name_its_partitions_pass_to_others(make: Make) -> None:
    one, other = make(None), make("other")
    turn_until(lambda: both_hold(one, other), "an even share", one, other)
    one.member.close()
    turn_until(lambda: other.held == EVERY, "all partitions", other)
