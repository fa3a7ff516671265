"""The guard of a group member, taken out, leaves it outside its group without a word."""

import time
from contextlib import closing
from typing import Any

import pytest

from libs.events.kafka import Log, Member, events_topic
from libs.events.partitions import PARTITIONS
from tests.conftest import MakeBench
from tests.libs.events.waiting import until

POLL_MS = 100
SLOW_SECONDS = 0.2
PATIENCE_SECONDS = 2


@pytest.mark.faults
@pytest.mark.parametrize("guarded", [True, False])
def test_without_going_on_to_join_a_member_whose_poll_ends_meanwhile_follows_nothing_for_ever(
    make_bench: MakeBench, log: Log, monkeypatch: pytest.MonkeyPatch, *, guarded: bool
) -> None:
    """The leader takes longer to assign a topic that has appeared than a poll lasts, once."""
    late = make_bench().service.name
    if not guarded:
        monkeypatch.setattr(Member, "_go_on_joining", lambda _: None)
    with closing(log.member(late, [events_topic(late)])) as member:
        coordinator: Any = member._consumer._coordinator
        until(lambda: member.poll(POLL_MS) == {} and coordinator.stable(), "the member being in its group")
        assign, pauses = coordinator._perform_assignment, [SLOW_SECONDS]

        def assign_slowly(*given: Any) -> Any:
            assigned = assign(*given)
            time.sleep(pauses.pop() if pauses else 0)
            return assigned

        coordinator._perform_assignment = assign_slowly
        log.ensure_topics(late, 1)
        until(lambda: member.poll(POLL_MS) == {} and not pauses, "the topic being assigned")
        found: set[tuple[str, int]] = set()
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not found and time.monotonic() < deadline:
            member.poll(POLL_MS)
            found = member.changes()[0]
    assert len(found) == (PARTITIONS if guarded else 0), "partitions that the member knows to be its own"
