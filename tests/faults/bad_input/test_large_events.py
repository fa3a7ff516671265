"""More than a record of the log can hold is refused when it is commanded, and the relay never meets it."""

from contextlib import closing, nullcontext
from uuid import UUID, uuid4

import pytest

from libs.events import codec
from libs.events.codec import BODY_BYTES_MAX, Codec, EventTooLarge
from libs.events.handling import Handler, Outcome, Target
from libs.events.kafka import Log
from libs.events.keyring import MemoryKeyring
from libs.events.memory import MemoryJournal
from tests.faults.bad_input.conftest import World
from tests.faults.conftest import FiguresOf
from tests.libs.events.sample import OpenNote, meta, note_decider
from tests.libs.events.test_flow import published, verified, working
from tests.libs.events.waiting import until

ROUNDS = 3
MIB = 1 << 20
# Encrypted, a title grows by a third; the rest of a body is less than two thousand bytes.
LARGEST = (BODY_BYTES_MAX - 2_000) * 3 // 4


def opened(handler: Handler, note: UUID, title_bytes: int) -> Outcome:
    command = OpenNote(note, title="x" * title_bytes)
    return handler.handle(Target(note_decider, f"note-{note}", command, meta(), f"person-{note}"))


def test_an_event_that_a_record_cannot_hold_is_refused_and_nothing_is_recorded() -> None:
    journal = MemoryJournal("sample")
    handler = Handler(journal, Codec("sample", MemoryKeyring()), law=None)
    opened(handler, uuid4(), LARGEST)
    with pytest.raises(EventTooLarge):
        opened(handler, uuid4(), BODY_BYTES_MAX)
    assert len(journal.records) == 1


@pytest.mark.faults
@pytest.mark.row(55)
def test_what_a_record_cannot_hold_is_refused_when_commanded_and_the_relay_goes_on(
    world: World, log: Log, figures_of: FiguresOf
) -> None:
    refused, largest = 0, 0
    with working(world.writer, world.reader, log=log):
        until(lambda: verified(world.writer), "the relay's verification")
        for _ in range(ROUNDS):
            world.open(counts=1)
            with pytest.raises(EventTooLarge):
                opened(world.parts.handler, uuid4(), 2 * MIB)
            refused += 1
            world.open(note := uuid4(), title="x" * LARGEST)
            world.count(note)
            largest += 1
        world.until_level()
    found = world.proved()
    assert found.log_events == found.acknowledged
    figures_of(
        rounds=ROUNDS,
        lost=found.lost,
        doubled=found.doubled,
        refused=refused,
        largest_taken=largest,
        published=found.log_events,
    )


@pytest.mark.faults
@pytest.mark.parametrize("guarded", [True, False])
def test_without_refusing_it_the_relay_stands_still_before_it_for_ever(
    world: World, log: Log, monkeypatch: pytest.MonkeyPatch, *, guarded: bool
) -> None:
    if not guarded:
        monkeypatch.setattr(codec, "BODY_BYTES_MAX", 10 * MIB)
    with closing(world.writer.open()) as parts:
        with pytest.raises(EventTooLarge) if guarded else nullcontext():
            opened(parts.handler, uuid4(), 2 * MIB)
        with working(world.writer, log=log):
            until(lambda: verified(world.writer), "the relay's verification")
            world.open()
            with nullcontext() if guarded else pytest.raises(AssertionError, match="did not happen"):
                until(lambda: published(world.writer, log) == 1 + (not guarded), "publishing", 10)
