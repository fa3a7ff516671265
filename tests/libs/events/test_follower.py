"""The follower does everything once, and where it cannot it stops that partition and no other."""

from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text

from libs.events.kafka import Log
from libs.events.reactor import Reaction, Reactor
from tests.conftest import Bench, MakeBench
from tests.libs.events.sample import (
    NoteCounted,
    OpenNote,
    note_decider,
)
from tests.libs.events.test_flow import following, level, verified, working, write
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
