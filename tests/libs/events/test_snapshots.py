"""A snapshot saves folding and changes nothing: whatever happened, the state is that of the whole stream."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import closing, suppress
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.events.codec import Codec
from libs.events.decider import Refused
from libs.events.handling import Aggregate, Handler, Target
from libs.events.journal import EVERYTHING
from libs.events.keyring import MemoryKeyring
from libs.events.memory import MemoryJournal
from libs.events.record import Record
from libs.events.snapshots import LONG, Snapshots
from tests.conftest import Bench
from tests.libs.events.sample import CloseNote, CountNote, OpenNote, meta, note_decider

NOTES = [UUID(int=n) for n in range(3)]
WORDS = st.sampled_from([OpenNote, CountNote, CountNote, CountNote, CountNote, CloseNote])


class Reading(MemoryJournal):
    """A journal that counts what is read of its streams."""

    read = 0

    def streams(self, streams: Collection[str], since: Mapping[str, int] = EVERYTHING) -> dict[str, list[Record]]:
        found = super().streams(streams, since)
        self.read += sum(map(len, found.values()))
        return found


def handler_of(journal: MemoryJournal, keyring: MemoryKeyring, long: int) -> Handler:
    return Handler(journal, Codec("sample", keyring), law=None, snapshots=Snapshots(long))


def said(word: Any, note: UUID) -> Target[Any, Any]:
    command = OpenNote(note) if word is OpenNote else word()
    return Target(note_decider, f"note-{note}", command, meta(), subject=f"person-{note}")


def whole(one: Handler, note: UUID) -> Aggregate[Any]:
    """The fold of all events."""
    return handler_of(one.journal, one.codec.keyring, long=10**9).load(note_decider, f"note-{note}")  # type: ignore[arg-type]


@given(st.lists(st.tuples(WORDS, st.sampled_from(NOTES), st.integers(0, 1)), max_size=60), st.integers(1, 6))
def test_with_snapshots_every_state_is_the_fold_of_the_whole_stream(
    words: list[tuple[Any, UUID, int]], long: int
) -> None:
    """Whoever of two processes decides, with snapshots of their own."""
    journal, keyring = MemoryJournal("sample"), MemoryKeyring()
    handlers = [handler_of(journal, keyring, long) for _ in range(2)]
    for word, note, who in words:
        with suppress(Refused):
            handlers[who].handle(said(word, note))
        for one in handlers:
            assert one.load(note_decider, f"note-{note}") == whole(one, note)


def long_note(journal: MemoryJournal) -> tuple[Handler, UUID]:
    """A note with ten events, and who remembers it."""
    one, note = handler_of(journal, MemoryKeyring(), long=5), uuid4()
    one.handle_many([said(OpenNote, note), *(said(CountNote, note) for _ in range(9))])
    one.load(note_decider, f"note-{note}")
    return one, note


def test_of_a_long_stream_only_what_came_since_is_read() -> None:
    journal = Reading("sample")
    one, note = long_note(journal)
    one.handle(said(CountNote, note))
    journal.read = 0
    one.handle(said(CountNote, note))
    assert journal.read == 2, "the last that was folded, and the one after it"
    assert one.load(note_decider, f"note-{note}").state.count == 11


def test_of_a_short_stream_nothing_is_remembered() -> None:
    one, note = handler_of(MemoryJournal("sample"), MemoryKeyring(), long=LONG), uuid4()
    one.handle_many([said(OpenNote, note), *(said(CountNote, note) for _ in range(LONG - 2))])
    one.load(note_decider, f"note-{note}")
    assert one.snapshots.of(f"note-{note}") is None
    one.handle(said(CountNote, note))
    one.load(note_decider, f"note-{note}")
    assert one.snapshots.of(f"note-{note}") is not None


@pytest.mark.parametrize("longer", [0, 1, 20])
def test_in_a_journal_that_was_put_back_another_history_is_folded_from_its_start(longer: int) -> None:
    """Which is shorter than what was remembered, as long, or longer."""
    one, note = long_note(MemoryJournal("sample"))
    other = handler_of(MemoryJournal("sample"), one.codec.keyring, long=10**9)  # type: ignore[arg-type]
    other.handle_many([said(OpenNote, note), *(said(CountNote, note) for _ in range(8 + longer))])
    put_back = Handler(other.journal, one.codec, None, snapshots=one.snapshots)
    assert put_back.load(note_decider, f"note-{note}") == whole(other, note)


def test_what_was_opened_is_not_remembered_beyond_its_key() -> None:
    one, note = long_note(MemoryJournal("sample"))
    before = one.load(note_decider, f"note-{note}").state
    one.codec.keyring.forget(f"person-{note}")
    after = one.load(note_decider, f"note-{note}")
    assert after == whole(one, note)
    assert (before.title, after.state.title) != (after.state.title, before.title)


def test_those_asked_for_last_are_remembered() -> None:
    one = handler_of(MemoryJournal("sample"), MemoryKeyring(), long=1)
    one = Handler(one.journal, one.codec, None, snapshots=Snapshots(1, most=2))
    for note in NOTES:
        one.handle(said(OpenNote, note))
        one.load(note_decider, f"note-{NOTES[0]}")
        one.load(note_decider, f"note-{note}")
    kept = [note for note in NOTES if one.snapshots.of(f"note-{note}") is not None]
    assert kept == [NOTES[0], NOTES[2]]


@pytest.fixture
def real(writing: Bench) -> Iterator[Handler]:
    writing.verify_journal()
    with closing(writing.open()) as parts:
        made = parts.handler
        yield Handler(made.journal, made.codec, made.law, made.inline, snapshots=Snapshots(5))


def test_the_real_journal_gives_what_came_since(real: Handler) -> None:
    notes = [uuid4(), uuid4()]
    for note in notes:
        real.handle_many([said(OpenNote, note), *(said(CountNote, note) for _ in range(7))])
    streams = [f"note-{note}" for note in notes]
    found = real.journal.streams(streams, {streams[0]: 7})
    assert [[record.version for record in found[stream]] for stream in streams] == [[7, 8], [*range(1, 9)]]
    for count in (7, 8, 9):
        assert real.load(note_decider, streams[0]).state.count == count
        real.handle(said(CountNote, notes[0]))
