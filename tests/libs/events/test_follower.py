"""The follower does everything once, and where it cannot it stops that partition and no other."""

from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text

from libs.events.checkpoints import LIVE, positions
from libs.events.handling import Target
from libs.events.kafka import Log
from libs.events.partitions import partition_of
from libs.events.projection import Fold
from libs.events.reactor import Reaction, Reactor
from tests.conftest import Bench, MakeBench
from tests.libs.events.sample import (
    CloseNote,
    NoteClosed,
    NoteCounted,
    NoteOpened,
    OpenNote,
    meta,
    note_decider,
    note_projection,
)
from tests.libs.events.test_flow import following, level, notes_of, verified, working, write
from tests.libs.events.waiting import until


def test_a_reaction_is_done_once_however_often_its_cause_is_read(
    make_bench: MakeBench, writing: Bench, log: Log
) -> None:
    reactor = Reactor("echo")

    @reactor.on(NoteCounted)
    def echoed(event: NoteCounted, connection: Any) -> list[Reaction]:
        echo = UUID(int=event.note_id.int ^ 1)
        return [Reaction(note_decider, f"note-{echo}", f"person-{echo}", OpenNote(echo))]

    reader = following(make_bench, writing, reactors=[reactor])
    ids = [uuid4() for _ in range(15)]
    with working(writing, reader, log=log):
        until(lambda: verified(writing) and verified(reader), "the relays' verification")
        parts = writing.open()
        write(parts, ids, counts=1)
        until(lambda: level(writing, reader), "the follower being level")
        with reader.superuser.begin() as connection:
            connection.execute(
                text("update checkpoint set next_offset = 0, reacted = 0, owner_epoch = owner_epoch + 1")
            )
        write(parts, [uuid4() for _ in range(40)], counts=1)
        until(lambda: level(writing, reader), "the follower being level again")
        parts.close()
    with reader.superuser.connect() as connection:
        assert connection.execute(text("select count(*) from journal")).scalar_one() == 55


def test_a_fold_or_reaction_that_fails_stops_its_partition_and_no_other(
    make_bench: MakeBench, writing: Bench, log: Log
) -> None:
    poisoned, healthy = uuid4(), [uuid4() for _ in range(30)]
    notes, reactor = note_projection("poisoned"), Reactor("fragile")
    opened = notes.folds[NoteOpened].evolve

    def fold(event: Any, row: Any) -> Any:
        if event.note_id == poisoned:
            raise ZeroDivisionError
        return opened(event, row)

    notes.folds[NoteOpened] = Fold(notes.folds[NoteOpened].keys, fold)

    @reactor.on(NoteClosed)
    def fragile(event: NoteClosed, connection: Any) -> list[Reaction]:
        raise ZeroDivisionError

    reader = following(make_bench, writing, notes, reactors=[reactor])
    lost = partition_of(f"person-{poisoned}")
    closed = next(note for note in healthy if partition_of(f"person-{note}") != lost)
    spared = [n for n in healthy if partition_of(f"person-{n}") not in (lost, partition_of(f"person-{closed}"))]
    with working(writing, reader, log=log):
        until(lambda: verified(writing), "the relay's verification")
        parts = writing.open()
        write(parts, [poisoned], counts=0)
        write(parts, healthy, counts=1)
        parts.handler.handle(Target(note_decider, f"note-{closed}", CloseNote(), meta()))
        until(lambda: {n.note_id for n in notes_of(reader, notes)} >= set(spared), "the other partitions going on")
        write(parts, more := [uuid4() for _ in range(40)], counts=0)
        still = [n for n in more if partition_of(f"person-{n}") not in (lost, partition_of(f"person-{closed}"))]
        until(lambda: {n.note_id for n in notes_of(reader, notes)} >= set(still), "the other partitions going on")
        parts.close()
    assert poisoned not in {n.note_id for n in notes_of(reader, notes)}
    with reader.superuser.connect() as connection:
        held = {p.partition: c for p, c in positions(connection, LIVE).items()}
    assert held[lost].sequence == 0, "nothing behind the failed event is taken for done"
    assert held[partition_of(f"person-{closed}")].reacted < held[partition_of(f"person-{closed}")].sequence
