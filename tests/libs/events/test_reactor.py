"""A reactor asks for the same commands whenever it meets the same event."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from libs.events.codec import Codec
from libs.events.event import ContractError
from libs.events.handling import Handler, Target
from libs.events.keyring import MemoryKeyring
from libs.events.memory import MemoryJournal
from libs.events.reactor import Reaction, Reactor
from libs.events.record import Record
from tests.libs.events.sample import CountNote, NoteClosed, NoteOpened, OpenNote, meta, note_decider

NOWHERE: Any = None


def caused() -> tuple[Record, Any]:
    """A note that was opened, as its record and its event."""
    codec, note = Codec("sample", MemoryKeyring()), uuid4()
    handler = Handler(MemoryJournal("sample"), codec, law=None)
    (record,) = handler.handle(Target(note_decider, f"note-{note}", OpenNote(note), meta(), subject="person-1")).records
    return record, codec.decode(record)


def counting(streams: list[str]) -> Reactor:
    reactor = Reactor("counting")

    @reactor.on(NoteOpened)
    def counted(event: NoteOpened, connection: Any) -> list[Reaction]:
        return [Reaction(note_decider, stream, "person-2", CountNote()) for stream in streams]

    return reactor


def ids(streams: list[str], record: Record, event: Any) -> list[UUID]:
    return [target.meta.command_id for target in counting(streams).targets(record, event, NOWHERE)]


def test_the_same_event_gives_the_same_commands_and_another_event_others() -> None:
    (record, event), (other, another) = caused(), caused()
    assert ids(["note-1", "note-2"], record, event) == ids(["note-1", "note-2"], record, event)
    assert set(ids(["note-1", "note-2"], record, event)).isdisjoint(ids(["note-1", "note-2"], other, another))


def test_a_second_reading_that_finds_fewer_asks_for_no_command_that_was_not_asked_for_before() -> None:
    record, event = caused()
    first = ids(["note-1", "note-2", "note-2"], record, event)
    assert len(set(first)) == 3
    assert ids(["note-2", "note-2"], record, event) == first[1:]


def test_a_command_names_its_reactor_its_cause_and_the_thread_it_belongs_to() -> None:
    record, event = caused()
    (target,) = counting(["note-1"]).targets(record, event, NOWHERE)
    assert (target.meta.actor, target.meta.causation) == ("reactor:counting", record.position)
    assert str(target.meta.correlation_id) == record.cloud["correlationid"]


def test_what_a_reactor_does_not_know_asks_for_nothing() -> None:
    record, _ = caused()
    assert counting(["note-1"]).targets(record, NoteClosed(note_id=uuid4()), NOWHERE) == []


def test_a_reactor_reacts_to_an_event_in_one_way() -> None:
    reactor = counting([])
    with pytest.raises(ContractError, match="reacts to NoteOpened twice"):
        reactor.on(NoteOpened)(lambda _event, _connection: [])
