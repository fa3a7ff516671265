"""What is marked is encrypted, opens only with its key and in its place, and never fails a replay."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest

from libs.events.codec import Codec, unseal
from libs.events.event import REDACTED, Sealed
from libs.events.keyring import MemoryKeyring, SubjectForgotten, keyed_hash
from libs.events.record import Draft, Record, first_link, from_row, next_link
from tests.libs.events.sample import NoteOpened, meta

TITLE = "Nguyễn Văn Bí Mật"


def opened() -> NoteOpened:
    return NoteOpened(note_id=uuid4(), opened_on=date(2026, 1, 5), unit="2025:26080", title=TITLE, detail=["heroin"])


def recorded(draft: Draft) -> Record:
    at = datetime(2026, 1, 5, tzinfo=UTC)
    chain = next_link(first_link("sample", draft.partition), 1, at, draft.body)
    return from_row("sample", (draft.partition, 1, at, chain, draft.body.decode()))


def drafted(codec: Codec, event: NoteOpened, subject: str = "person-1") -> Record:
    return recorded(codec.drafts("note-1", 0, subject, [event], meta())[0])


def test_no_marked_value_stands_in_a_body() -> None:
    record = drafted(Codec("sample", MemoryKeyring()), opened())
    assert "Bí Mật".encode() not in record.body
    assert b"heroin" not in record.body


def test_an_event_opens_to_what_it_was() -> None:
    codec = Codec("sample", MemoryKeyring())
    event = opened()
    assert codec.open([drafted(codec, event)]) == [event]


def test_a_projection_sees_fields_sealed_and_can_reveal_them_later() -> None:
    codec = Codec("sample", MemoryKeyring())
    event = codec.decode(drafted(codec, opened()))
    assert isinstance(event, NoteOpened)
    assert isinstance(event.title, Sealed)
    assert Sealed.parse(str(event.title)) == event.title
    assert codec.reveal(event.title) == TITLE


def test_a_forgotten_subject_replays_redacted() -> None:
    codec = Codec("sample", MemoryKeyring())
    record = drafted(codec, opened())
    codec.keyring.forget("person-1")
    (event,) = codec.open([record])
    assert isinstance(event, NoteOpened)
    assert event.title is REDACTED
    assert not event.title


def test_nothing_secret_is_written_about_a_forgotten_subject() -> None:
    codec = Codec("sample", MemoryKeyring())
    drafted(codec, opened())
    codec.keyring.forget("person-1")
    with pytest.raises(SubjectForgotten):
        drafted(codec, opened())


def test_a_secret_moved_to_another_event_or_field_does_not_open() -> None:
    keyring = MemoryKeyring()
    codec = Codec("sample", keyring)
    event = codec.decode(drafted(codec, opened()))
    assert isinstance(event, NoteOpened)
    assert isinstance(event.title, Sealed)
    key = keyring.find(["person-1"])["person-1"]
    for moved in (replace(event.title, event_id=str(uuid4())), replace(event.title, field="detail")):
        with pytest.raises(ValueError, match="does not open"):
            unseal(key, moved)


def test_an_unknown_wire_name_is_no_event_here() -> None:
    codec = Codec("sample", MemoryKeyring())
    record = drafted(codec, opened())
    assert codec.decode(record._replace(cloud=record.cloud | {"type": "sample.never-heard-of"})) is None


def test_a_sealed_value_is_never_sealed_again() -> None:
    codec = Codec("sample", MemoryKeyring())
    event = codec.decode(drafted(codec, opened()))
    assert isinstance(event, NoteOpened)
    with pytest.raises(TypeError, match="in the clear"):
        drafted(codec, event)


def test_keyed_hashes_agree_within_a_keyring_and_differ_between_two() -> None:
    one, other = MemoryKeyring(), MemoryKeyring()
    assert keyed_hash(one, TITLE) == keyed_hash(one, TITLE)
    assert keyed_hash(one, TITLE) != keyed_hash(other, TITLE)
