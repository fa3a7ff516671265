"""After a restore nothing is decided twice: not what was decided, and not what was once looked at and left alone."""

from contextlib import closing
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from libs.events import reacted
from libs.events.handling import Target
from libs.events.kafka import Log
from libs.events.marks import Mark, Waiting, request_mark
from libs.events.parked import parked_of
from libs.events.reacted import Unmarked, newest_mark
from libs.events.reactor import NotKnownYet, Reaction, Reactor
from tests.conftest import Bench, MakeBench
from tests.libs.events.sample import (
    CloseNote,
    CountNote,
    NoteClosed,
    NoteOpened,
    OpenNote,
    meta,
    note_decider,
    note_projection,
)
from tests.libs.events.test_flow import following, level, notes_of, working, write
from tests.libs.events.test_relay_refusals import trusted
from tests.libs.events.test_restoring import emptied, restore
from tests.libs.events.waiting import until

rows = note_projection("followed")


def curious() -> Reactor:
    """Opens a note that was counted before somebody looked, and every note that is closed."""
    reactor = Reactor("curious")

    @reactor.on(NoteOpened)
    def opened(event: NoteOpened, connection: Any) -> list[Reaction]:
        (row,) = rows.read(connection, "note_id = :id", id=event.note_id)
        return [reaction(row.note_id)] if row.count else []

    @reactor.on(NoteClosed)
    def closed(event: NoteClosed, connection: Any) -> list[Reaction]:
        return [reaction(event.note_id)]

    return reactor


def reaction(note: UUID) -> Reaction:
    return Reaction(note_decider, f"note-{note}", f"person-{note}", OpenNote(note))


def waiting() -> Reactor:
    """Never knows enough."""
    reactor = Reactor("waiting")

    @reactor.on(NoteOpened)
    def opened(event: NoteOpened, connection: Any) -> list[Reaction]:
        raise NotKnownYet("elsewhere")

    return reactor


@pytest.fixture
def reader(make_bench: MakeBench, writing: Bench, log: Log) -> Bench:
    """A service that looked at a note before it was counted, decided on another, and told of it in a mark."""
    reader = following(make_bench, writing, rows, reactors=[curious(), waiting()])
    left, taken = uuid4(), uuid4()
    with working(writing, reader, log=log), closing(writing.open()) as parts:
        until(lambda: trusted(writing) and trusted(reader), "the relays' verification")
        write(parts, [left, taken], counts=0)
        until(lambda: level(writing, reader), "the follower being level")
        parts.handler.handle(Target(note_decider, f"note-{left}", CountNote(), meta()))
        parts.handler.handle(Target(note_decider, f"note-{taken}", CloseNote(), meta()))
        until(lambda: level(writing, reader), "the follower being level")
        marked(reader, log)
    assert len(decided(reader)) == 1
    return reader


def marked(bench: Bench, log: Log) -> Mark:
    """The mark that is taken now."""
    before = newest_mark(log, bench.service.name)
    with bench.superuser.begin() as connection:
        request_mark(connection)
    until(lambda: newest_mark(log, bench.service.name) != before, "a mark")
    found = newest_mark(log, bench.service.name)
    assert found is not None
    return found


def decided(bench: Bench) -> list[Any]:
    with bench.superuser.connect() as connection:
        return list(connection.execute(text("select body from journal order by partition, sequence")).scalars())


@pytest.mark.parametrize("guarded", [True, False])
def test_what_a_reactor_once_left_alone_is_left_alone_after_a_restore(
    writing: Bench, reader: Bench, log: Log, monkeypatch: pytest.MonkeyPatch, *, guarded: bool
) -> None:
    before, folded = decided(reader), notes_of(reader, rows)
    emptied(reader)
    if not guarded:
        monkeypatch.setattr(reacted, "newest_mark", lambda *_: None)
        with pytest.raises(Unmarked, match="nothing tells what was reacted to"):
            restore(reader, log)
    assert restore(reader, log, unmarked=not guarded) == 1
    assert decided(reader) == before
    with working(writing, reader, log=log):
        until(lambda: level(writing, reader), "everything being folded again")
    assert sorted(map(repr, notes_of(reader, rows))) == sorted(map(repr, folded))
    assert len(decided(reader)) - len(before) == (0 if guarded else 1), "decisions on what was decided before"


def test_what_a_reactor_was_waiting_with_waits_again_after_a_restore(writing: Bench, reader: Bench, log: Log) -> None:
    with reader.superuser.connect() as connection:
        before = parked_of(connection, "waiting")
    assert len(before) == 2
    emptied(reader)
    restore(reader, log)
    with reader.superuser.connect() as connection:
        after = parked_of(connection, "waiting")
    assert [(one.record, one.waits_for) for one in after] == [(one.record, one.waits_for) for one in before]
    assert {one.reason for one in after} == {reacted.WHY}


def test_a_mark_tells_how_far_its_service_had_reacted_and_what_waits(writing: Bench, reader: Bench, log: Log) -> None:
    mark = newest_mark(log, reader.service.name)
    assert mark is not None
    with writing.superuser.connect() as connection:
        heads = connection.execute(text("select sequence from journal_head order by partition")).scalars().all()
    assert mark.reacted == {writing.service.name: tuple(heads)}
    assert {(one.reactor, one.waits_for) for one in mark.waiting} == {("waiting", "elsewhere")}
    assert Mark.from_value(mark.to_value()) == mark
    assert isinstance(mark.waiting[0], Waiting)


def test_what_was_parked_and_taken_since_a_backup_is_not_parked_again(writing: Bench, reader: Bench, log: Log) -> None:
    """Its decision comes back with the journal; the mark knows that nothing waits any more."""
    with reader.superuser.begin() as connection:
        connection.execute(text("create table backup as select * from parked_event"))
        connection.execute(text("delete from parked_event"))
    with working(reader, log=log):
        mark = marked(reader, log)
    assert mark.waiting == ()
    with reader.superuser.begin() as connection:
        connection.execute(text("insert into parked_event select * from backup"))
    assert restore(reader, log) == 0
    with reader.superuser.connect() as connection:
        assert parked_of(connection) == []
