"""From a command to a row in another service: relay, log, follower, fold, over real engines."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Event as Flag
from threading import Thread
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text

from libs.events.checkpoints import LIVE, positions
from libs.events.follower import Following
from libs.events.handling import Target
from libs.events.journal import read_heads
from libs.events.kafka import Log, Unsettled, events_topic
from libs.events.marks import known_until, request_mark
from libs.events.projection import Projection
from libs.events.reactor import Reactor
from libs.events.record import from_value
from libs.events.service import Parts
from libs.events.worker import run_worker
from tests.conftest import Bench, MakeBench
from tests.libs.events.sample import (
    CloseNote,
    CountNote,
    OpenNote,
    meta,
    note_decider,
    note_projection,
)
from tests.libs.events.waiting import until


@contextmanager
def working(*benches: Bench, log: Log) -> Iterator[None]:
    """The workers of some services, while the block runs."""
    stop = Flag()
    parts = [bench.open("worker") for bench in benches]
    threads = [Thread(target=run_worker, args=(one, log, stop)) for one in parts]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()
        for one in parts:
            one.close()


def write(parts: Parts, notes: Sequence[UUID], counts: int = 1) -> None:
    for note in notes:
        subject = f"person-{note}"
        parts.handler.handle(Target(note_decider, f"note-{note}", OpenNote(note), meta(), subject=subject))
    for _ in range(counts):
        parts.handler.handle_many(
            [Target(note_decider, f"note-{n}", CountNote(), meta(), subject=f"person-{n}") for n in notes]
        )


def verified(bench: Bench) -> bool:
    with bench.superuser.connect() as connection:
        return bool(connection.execute(text("select exists (select from journal_identity)")).scalar_one())


def level(source: Bench, follower: Bench) -> bool:
    with source.superuser.connect() as connection:
        heads = {head.partition: head.sequence for head in read_heads(connection)}
    with follower.superuser.connect() as connection:
        done = {p.partition: c for p, c in positions(connection, LIVE).items() if p.source == source.service.name}
    return all(s == 0 or (p in done and done[p].reacted == s == done[p].sequence) for p, s in heads.items())


def published(bench: Bench, log: Log) -> int:
    """How many events of a service can be read from the log; -1 while a transaction hides it."""
    try:
        tails = log.tails(events_topic(bench.service.name))
    except Unsettled:
        return -1
    return sum(from_value(m.partition, m.value or b"").sequence for m in tails.values())


def notes_of(bench: Bench, projection: Projection[Any], **options: Any) -> list[Any]:
    with bench.superuser.connect() as connection:
        return projection.read(connection, **options)


def following(
    make_bench: MakeBench, source: Bench, *projections: Projection[Any], reactors: Sequence[Reactor] = ()
) -> Bench:
    return make_bench(topics=True, following=Following([source.service.name], projections, reactors))


def test_a_command_becomes_a_row_in_another_service(make_bench: MakeBench, writing: Bench, log: Log) -> None:
    notes = note_projection("followed")
    reader = following(make_bench, writing, notes)
    ids = [uuid4() for _ in range(30)]
    with working(writing, reader, log=log):
        until(lambda: verified(writing), "the relay's verification")
        parts = writing.open()
        write(parts, ids, counts=2)
        until(lambda: level(writing, reader), "the follower being level")
        parts.close()
    rows = notes_of(reader, notes)
    assert {row.note_id for row in rows} == set(ids)
    assert {row.count for row in rows} == {2}
    assert {row.title_hash for row in rows} == {None}, "another service cannot open what the first one sealed"
    (inline,) = writing.service.inline
    assert {row.count for row in notes_of(writing, inline)} == {2}
    assert all(row.title_hash and len(row.words) == 4 for row in notes_of(writing, inline))


def test_a_mark_says_until_when_everything_is_known(make_bench: MakeBench, writing: Bench, log: Log) -> None:
    notes = note_projection("marked", history=True)
    reader = following(make_bench, writing, notes)
    (note,) = ids = [uuid4()]

    def known() -> Any:
        with reader.superuser.connect() as connection:
            return known_until(connection, [writing.service.name])

    def marked_after(instant: Any) -> None:
        with writing.superuser.begin() as connection:
            request_mark(connection)
        until(lambda: known() is not None and known() > instant, "a newer mark")

    with working(writing, reader, log=log):
        until(lambda: verified(writing), "the relay's verification")
        parts = writing.open()
        write(parts, ids, counts=0)
        before = parts.journal.commands([])
        first = parts.journal.streams([f"note-{note}"])[f"note-{note}"][0].recorded_at
        marked_after(first)
        then = known()
        parts.handler.handle(Target(note_decider, f"note-{note}", CloseNote(), meta()))
        second = parts.journal.streams([f"note-{note}"])[f"note-{note}"][1].recorded_at
        marked_after(second)
        parts.close()
    assert before == {}
    assert first <= then < second <= known()
    assert [row.closed for row in notes_of(reader, notes, at=then)] == [False]
    assert [row.closed for row in notes_of(reader, notes, at=known())] == [True]


def test_history_keeps_a_version_per_event_never_per_batch(make_bench: MakeBench, writing: Bench, log: Log) -> None:
    notes = note_projection("versions", history=True)
    reader = following(make_bench, writing, notes)
    ids = [uuid4()]
    with working(writing, log=log):
        until(lambda: verified(writing), "the relay's verification")
        parts = writing.open()
        write(parts, ids, counts=5)
        parts.close()
    with working(writing, reader, log=log):
        until(lambda: level(writing, reader), "the follower being level")
    with reader.superuser.connect() as connection:
        table = notes.live(connection)
        spans = connection.execute(text(f"select count as n, known_to::text from {table} order by known_from")).all()
    assert [span.n for span in spans] == [0, 1, 2, 3, 4, 5]
    assert [span.known_to for span in spans][-1] == "infinity"
