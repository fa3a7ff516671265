"""Many commands at once: batches that clash, fail or overflow still give every command its own outcome."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

import pytest

from libs.events import handling
from libs.events.codec import Codec
from libs.events.decider import Decider, Refused
from libs.events.event import Event
from libs.events.handling import Handler, Outcome, Target, VersionChanged
from libs.events.journal import EVERYTHING, StreamMoved
from libs.events.keyring import MemoryKeyring
from libs.events.memory import MemoryJournal, MemoryTransaction
from libs.events.record import Draft, Meta, Record
from tests.libs.events.sample import (
    CloseNote,
    CountNote,
    Note,
    NoteCounted,
    NoteMissing,
    OpenNote,
    evolve,
    meta,
    note_decider,
)


class Contended(MemoryJournal):
    """A journal whose next `late` appends of more than `alone` drafts come too late; `first` is what was quicker.

    Whoever appends to the stream `hot` is always too late.
    """

    def __init__(self) -> None:
        super().__init__("sample")
        self.late, self.alone, self.hot = 0, 0, ""
        self.first: Callable[[], object] = lambda: None
        self.tried: list[int] = []


@pytest.fixture
def journal(monkeypatch: pytest.MonkeyPatch) -> Contended:
    journal, append = Contended(), MemoryTransaction.append

    def contended(self: MemoryTransaction, drafts: Sequence[Draft]) -> list[Record]:
        journal.tried.append(len(drafts))
        if any(draft.stream == journal.hot for draft in drafts):
            raise StreamMoved
        if journal.late and len(drafts) > journal.alone:
            journal.late -= 1
            first, journal.first = journal.first, lambda: None
            first()
            raise StreamMoved
        return append(self, drafts)

    monkeypatch.setattr(MemoryTransaction, "append", contended)
    return journal


def handler(journal: MemoryJournal) -> Handler:
    return Handler(journal, Codec("sample", MemoryKeyring()), law=None)


def on(note: UUID, command: Any, of: Meta | None = None) -> Target[Any, Any]:
    return Target(note_decider, f"note-{note}", command, of or meta(), subject="person-1")


def versions(results: Sequence[Outcome | Refused]) -> list[object]:
    return [one.version if isinstance(one, Outcome) else type(one) for one in results]


def test_a_batch_that_clashed_is_decided_anew_as_a_whole(journal: Contended) -> None:
    once, known, unknown = handler(journal), uuid4(), uuid4()
    journal.late = 2
    results = once.handle_many([on(known, OpenNote(known)), on(unknown, CountNote()), on(known, CountNote())])
    assert versions(results) == [1, NoteMissing, 2]
    assert (journal.tried, len(journal.records)) == ([2, 2, 2], 2)


def test_a_batch_that_keeps_clashing_is_done_one_by_one(journal: Contended) -> None:
    once, notes = handler(journal), [uuid4() for _ in range(3)]
    journal.late, journal.alone = 99, 1
    results = once.handle_many([on(note, OpenNote(note)) for note in notes])
    assert (versions(results), journal.tried) == ([1, 1, 1], [3, 3, 3, 1, 1, 1])


def test_a_command_that_clashes_for_ever_is_refused_and_keeps_no_other_back(journal: Contended) -> None:
    notes = [uuid4() for _ in range(3)]
    journal.hot = f"note-{notes[1]}"
    results = handler(journal).handle_many([on(note, OpenNote(note)) for note in notes])
    assert versions(results) == [1, VersionChanged, 1]


def test_the_same_command_twice_in_one_batch_is_done_once() -> None:
    once, note, of = handler(MemoryJournal("sample")), uuid4(), meta()
    opened = on(note, OpenNote(note))
    results = once.handle_many([opened, on(note, CountNote(), of), on(note, CountNote(), of)])
    assert [one.repeated for one in results if isinstance(one, Outcome)] == [False, False, True]
    assert versions(results) == [1, 2, 2]


def test_what_somebody_else_did_meanwhile_is_told_as_repeated_and_the_rest_is_done(journal: Contended) -> None:
    once, note, other, of = handler(journal), uuid4(), uuid4(), meta()
    journal.late, journal.alone = 1, 1
    journal.first = lambda: once.handle(on(note, OpenNote(note), of))
    done, fresh = once.handle_many([on(note, OpenNote(note), of), on(other, OpenNote(other))])
    assert isinstance(done, Outcome)
    assert isinstance(fresh, Outcome)
    assert (done.repeated, fresh.repeated) == (True, False)
    assert len(journal.records) == 2


def test_the_same_command_done_by_another_process_in_between_is_one(journal: Contended) -> None:
    once, note, of = handler(journal), uuid4(), meta()
    once.handle(on(note, OpenNote(note)))
    journal.late = 1
    journal.first = lambda: once.handle(on(note, CountNote(), of))
    again = once.handle(on(note, CountNote(), of))
    assert (again.repeated, again.version, len(journal.records)) == (True, 2, 2)


def test_a_command_that_changes_nothing_has_the_version_it_found_also_behind_others() -> None:
    once, note = handler(MemoryJournal("sample")), uuid4()
    results = once.handle_many([on(note, OpenNote(note)), on(note, CloseNote()), on(note, CloseNote())])
    assert versions(results) == [1, 2, 2]
    assert isinstance(results[2], Outcome)
    assert results[2].position is None


def test_commands_of_several_subjects_keep_their_order_in_the_answer() -> None:
    once, notes = handler(MemoryJournal("sample")), [uuid4() for _ in range(40)]
    targets = [Target(note_decider, f"note-{n}", OpenNote(n), meta(), subject=f"person-{n}") for n in notes]
    streams = [one.stream for one in once.handle_many(targets) if isinstance(one, Outcome)]
    assert streams == [f"note-{note}" for note in notes]


def test_no_commands_have_no_outcomes() -> None:
    assert handler(MemoryJournal("sample")).handle_many([]) == []


def several(count: int, note: Note, law: object) -> list[Event]:
    """As many events as the command says."""
    return [NoteCounted(note_id=UUID(int=1), count=n) for n in range(count)]


bursts: Decider[int, Note] = Decider("burst", Note(), several, evolve)


def test_a_command_that_does_not_fit_into_the_transaction_waits_for_the_next(
    journal: Contended, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handling, "BATCH_EVENTS_MAX", 5)
    results = handler(journal).handle_many(
        [Target(bursts, f"burst-{i}", count, meta(), subject="person-1") for i, count in enumerate((3, 4, 1, 9, 2))]
    )
    assert (versions(results), journal.tried) == ([3, 4, 1, 9, 2], [3, 5, 9, 2])


def test_a_trace_that_came_with_the_command_is_stored_with_its_events() -> None:
    once, note, of = handler(MemoryJournal("sample")), uuid4(), meta()
    trace = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"
    traced = Meta(of.command_id, of.actor, of.correlation_id, traceparent=trace)
    (record,) = once.handle(on(note, OpenNote(note), traced)).records
    assert record.cloud["traceparent"] == trace


class Raced(MemoryJournal):
    """Another process does the same commands between our look at what is done and our load of their streams."""

    def __init__(self) -> None:
        super().__init__("sample")
        self.rival: Callable[[], object] = lambda: None

    def streams(self, streams: Collection[str], since: Mapping[str, int] = EVERYTHING) -> dict[str, list[Record]]:
        rival, self.rival = self.rival, lambda: None
        rival()
        return super().streams(streams, since)


def test_what_another_process_did_meanwhile_is_done_and_not_refused() -> None:
    journal, note = Raced(), uuid4()
    once, command = handler(journal), on(note, OpenNote(note))
    journal.rival = lambda: handler(journal).handle(command)
    (outcome,) = once.handle_many([command])
    assert isinstance(outcome, Outcome)
    assert (outcome.repeated, outcome.version, len(journal.records)) == (True, 1, 1)
