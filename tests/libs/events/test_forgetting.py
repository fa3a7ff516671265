"""Whom the registry erased is forgotten here: the key, what could be searched by, and nothing that is counted."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from libs.events.contracts.registry.erasure import ErasureGround, SubjectErased
from libs.events.event import REDACTED
from libs.events.feeds import JournalFeed
from libs.events.handling import Target
from libs.events.kafka import Log
from libs.events.keyring import SubjectForgotten
from libs.events.projection import Fold, Projection
from libs.events.reactor import Reaction, Reactor
from libs.events.rebuild import Rebuild
from libs.events.upkeep import once
from tests.conftest import MakeBench
from tests.libs.events.driving import Driven, driven
from tests.libs.events.sample import NoteOpened, OpenNote, meta, note_decider, note_projection

NOTE = UUID("00000000-0000-4000-8000-000000000001")
SUBJECT = f"person-{NOTE}"
OWN = note_projection("own")


@pytest.fixture
def copied(make_bench: MakeBench, log: Log) -> Iterator[Driven]:
    """A follower that keeps a note of its own, with a secret, for each that it reads of."""
    reactor = Reactor("copying")

    @reactor.on(NoteOpened)
    def copying(event: NoteOpened, connection: Any) -> list[Reaction]:
        return [Reaction(note_decider, f"note-{event.note_id}", f"person-{event.note_id}", OpenNote(event.note_id))]

    with driven(make_bench, log, note_projection("followed"), reactors=[reactor], inline=[OWN]) as one:
        one.open(NOTE, uuid4())
        one.turn()
        yield one


def erase(one: Driven, *subjects: str) -> UUID:
    erasure_id = uuid4()
    erased = SubjectErased(erasure_id=erasure_id, subjects=subjects or (SUBJECT,), ground=ErasureGround.REQUEST)
    one.writing.handler.handle(
        Target(once, f"erasure-{erasure_id}", erased, meta(), subjects[0] if subjects else SUBJECT)
    )
    one.turn()
    return erasure_id


def own_rows(one: Driven) -> dict[UUID, Any]:
    with one.reader.superuser.connect() as connection:
        return {row.note_id: row for row in OWN.read(connection)}


def test_the_key_is_destroyed_and_what_was_sealed_replays_redacted(copied: Driven) -> None:
    records = copied.parts.journal.streams([f"note-{NOTE}"])[f"note-{NOTE}"]
    before = copied.parts.codec.open(records)
    erase(copied)
    with closing(copied.reader.open()) as fresh:
        after = fresh.codec.open(records)
    assert before[0].model_dump()["title"] == "Nguyễn Văn Bí Mật"
    assert after == [before[0].model_copy(update={"title": REDACTED})]


def test_what_could_be_searched_by_is_emptied_and_others_keep_theirs(copied: Driven) -> None:
    assert all(row.title_hash and row.words for row in own_rows(copied).values())
    erase(copied)
    rows = own_rows(copied)
    assert (rows[NOTE].title_hash, rows[NOTE].words) == (None, None)
    assert all(row.title_hash and row.words for note, row in rows.items() if note != NOTE)
    assert len(rows) == 2


def test_a_rebuild_after_it_is_the_same_and_finds_nothing_to_search_by(copied: Driven) -> None:
    erase(copied)
    parts = copied.parts
    with closing(copied.reader.open("worker", transaction_seconds=0)) as free:
        feed = JournalFeed(free.journal)
        assert Rebuild("group", [OWN], parts.codec, feed, free.store).run().same
    assert (own_rows(copied)[NOTE].title_hash, len(own_rows(copied))) == (None, 2)


def test_it_is_said_once_with_the_erasure_that_asked_for_it(copied: Driven) -> None:
    erasure_id = erase(copied)
    erase(copied)
    copied.change("update checkpoint set reacted = 0")
    copied.begin()
    copied.turn()
    wire = f"{copied.parts.service.name}.subject-forgotten"
    (told,) = [r for p in range(24) for r in copied.parts.journal.after(p, 0) if r.type == wire]
    assert (told.data["forgotten"], told.data["erasure_id"], told.subject) == (SUBJECT, str(erasure_id), SUBJECT)


def test_every_id_that_was_theirs_is_forgotten(copied: Driven) -> None:
    other = uuid4()
    copied.open(other)
    copied.turn()
    erase(copied, SUBJECT, f"person-{other}")
    assert {note for note, row in own_rows(copied).items() if row.title_hash is None} == {NOTE, other}


def test_nothing_secret_is_written_about_them_any_more(copied: Driven) -> None:
    erase(copied)
    note = uuid4()
    with pytest.raises(SubjectForgotten):
        copied.parts.handler.handle(Target(note_decider, f"note-{note}", OpenNote(note), meta(), SUBJECT))


def test_a_reaction_that_would_write_a_secret_about_them_is_refused_and_parks_nothing(copied: Driven) -> None:
    erase(copied)
    note = uuid4()
    target = Target(note_decider, f"note-{note}", OpenNote(note), meta(), f"person-{note}")
    copied.parts.codec.keyring.forget(f"person-{note}")
    copied.writing.handler.handle(target)
    copied.turn()
    wire = f"{copied.parts.service.name}.reaction-refused"
    (refused,) = [r for p in range(24) for r in copied.parts.journal.after(p, 0) if r.type == wire]
    assert refused.data["problem"] == "subject-forgotten"
    assert copied.parked() == []


def test_a_projection_that_waits_does_not_keep_it_waiting(make_bench: MakeBench, log: Log) -> None:
    rows: Projection[Any] = note_projection("followed")
    rows.folds[NoteOpened] = Fold(rows.folds[NoteOpened].keys, lambda _event, _row: 1 // 0)
    with driven(make_bench, log, rows) as one:
        one.parts.codec.keyring.ensure([SUBJECT])
        one.open(NOTE)
        one.turn()
        erase(one)
        assert [parked.taker for parked in one.parked()] == ["sample.followed"]
        assert one.parts.codec.keyring.find([SUBJECT]) == {}


def test_what_else_a_service_keeps_of_them_is_emptied_with_it(make_bench: MakeBench, log: Log) -> None:
    emptied: list[str] = []
    with driven(make_bench, log, note_projection("followed")) as one:
        service = replace(one.parts.service, forget=lambda _connection, subject: emptied.append(subject))
        one.parts = replace(one.parts, service=service)
        one.begin()
        erase(one)
    assert emptied == [SUBJECT]
