"""From a command to a row in another service: relay, log, follower, fold, over real engines."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from threading import Event as Flag
from threading import Thread
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from libs.events.checkpoints import LIVE, positions
from libs.events.digest import digest_of
from libs.events.feeds import JournalFeed, TopicFeed
from libs.events.follower import BrokenLog, Following, prove
from libs.events.handling import Target
from libs.events.journal import read_heads
from libs.events.kafka import Log, Unsettled, events_topic
from libs.events.marks import known_until, request_mark
from libs.events.partitions import partition_of
from libs.events.projection import Fold, Projection
from libs.events.reactor import Reaction, Reactor
from libs.events.rebuild import Rebuild, verify
from libs.events.record import from_value, to_value
from libs.events.relay import LogDiffers, Relay
from libs.events.service import Parts
from libs.events.worker import run_worker
from tests.conftest import Bench, MakeBench
from tests.libs.events.sample import (
    CloseNote,
    CountNote,
    NoteClosed,
    NoteCounted,
    NoteOpened,
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


@pytest.fixture
def writing(make_bench: MakeBench) -> Bench:
    return make_bench(topics=True, inline=[note_projection()])


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


def test_a_rebuild_beside_the_live_version_is_the_same_and_is_swapped_in(
    make_bench: MakeBench, writing: Bench, log: Log
) -> None:
    plain, history = note_projection("plain"), note_projection("past", history=True)
    reader = following(make_bench, writing, plain, history)
    with working(writing, reader, log=log):
        until(lambda: verified(writing), "the relay's verification")
        parts = writing.open()
        write(parts, [uuid4() for _ in range(40)], counts=3)
        until(lambda: level(writing, reader), "the follower being level")
        worker = reader.open("worker", transaction_seconds=0)
        feed = TopicFeed([writing.service.name], log)
        rebuild = Rebuild([plain, history], worker.codec, feed, worker.engine, f"{reader.service.name}_api")
        certificate = rebuild.run()
        write(parts, [uuid4() for _ in range(10)], counts=1)
        until(lambda: level(writing, reader), "the follower being level again")
        parts.close()
    assert certificate.same
    assert {one.name: one.rebuilt.rows for one in certificate.projections} == {"sample.plain": 40, "sample.past": 160}
    assert len(notes_of(reader, plain)) == 50
    with reader.superuser.connect() as connection:
        assert plain.live(connection) == "plain_v1_2"
        wrong = verify(connection, [plain, history], feed, certificate.to_json())
    assert "not" in wrong[0], "the live version has moved on since the certificate"
    worker.close()


def test_a_rebuild_finds_a_row_that_was_tampered_with(make_bench: MakeBench, writing: Bench, log: Log) -> None:
    (inline,) = writing.service.inline
    writing.verify_journal()
    parts = writing.open()
    ids = [uuid4() for _ in range(20)]
    write(parts, ids, counts=1)
    parts.close()
    with writing.superuser.begin() as connection:
        connection.execute(text("update notes_v1 set count = 7 where note_id = :note"), {"note": ids[3]})
    worker = writing.open("worker", transaction_seconds=0)
    rebuild = Rebuild([inline], worker.codec, JournalFeed(worker.journal), worker.engine, f"{writing.service.name}_api")
    with pytest.raises(RuntimeError, match=str(ids[3])):
        rebuild.run()
    with writing.superuser.connect() as connection:
        assert inline.live(connection) == "notes_v1", "nothing was swapped"
    rebuild.discard()
    worker.close()


def test_a_new_inline_version_takes_over_under_writers(writing: Bench) -> None:
    (inline,) = writing.service.inline
    writing.verify_journal()
    parts = writing.open()
    worker = writing.open("worker", transaction_seconds=0)
    stop = Flag()
    written: list[UUID] = []

    def keep_writing() -> None:
        while not stop.is_set():
            note = uuid4()
            write(parts, [note], counts=1)
            written.append(note)

    thread = Thread(target=keep_writing)
    thread.start()
    until(lambda: len(written) > 20, "some writing")
    feed = JournalFeed(worker.journal)
    Rebuild([inline], worker.codec, feed, worker.engine, f"{writing.service.name}_api").run()
    after = len(written)
    until(lambda: len(written) > after + 20, "some more writing")
    stop.set()
    thread.join()
    with writing.superuser.connect() as connection:
        assert inline.live(connection) == "notes_v1_2"
        fresh = Rebuild([inline], worker.codec, feed, worker.engine, f"{writing.service.name}_api")
        assert fresh.run(swap=False).projections[0].rebuilt == digest_of(connection, inline, "notes_v1_2")
    assert {row.note_id for row in notes_of(writing, inline)} == set(written)
    parts.close()
    worker.close()


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


def test_a_gap_a_wrong_chain_and_a_stranger_stop_the_partition(writing: Bench, log: Log) -> None:
    writing.verify_journal()
    parts = writing.open()
    note = uuid4()
    write(parts, [note], counts=3)
    records = parts.journal.streams([f"note-{note}"])[f"note-{note}"]
    parts.close()
    from libs.events.checkpoints import Place, beginning  # noqa: PLC0415 -- Only here.
    from libs.events.kafka import Message  # noqa: PLC0415 -- Only here.

    place = Place(writing.service.name, records[0].partition)
    held = beginning([writing.service.name])[place]
    messages = [Message("t", place.partition, n, to_value(record)) for n, record in enumerate(records)]
    assert len(prove(place, held, messages).records) == 4
    assert len(prove(place, held, [*messages[:2], *messages]).records) == 4, "duplicates are skipped"
    with pytest.raises(BrokenLog, match="missing"):
        prove(place, held, [messages[0], *messages[2:]])
    forged = from_value(place.partition, to_value(records[1]).replace(b'"count":1', b'"count":9'))
    with pytest.raises(BrokenLog, match="does not fit"):
        prove(place, held, [messages[0], Message("t", place.partition, 1, to_value(forged))])
    with pytest.raises(BrokenLog, match="holds a record of"):
        prove(Place("stranger", place.partition), held, messages)
    again = prove(place, held, messages).reached
    with pytest.raises(BrokenLog, match="otherwise"):
        prove(place, replace(again, chain=b"x"), messages)


def test_the_relay_refuses_a_journal_that_is_behind_its_log(make_bench: MakeBench, writing: Bench, log: Log) -> None:
    with working(writing, log=log):
        until(lambda: verified(writing), "the relay's verification")
        parts = writing.open()
        write(parts, [uuid4() for _ in range(5)])
        until(lambda: published(writing, log) == 10, "publishing")
        parts.close()
    with writing.superuser.begin() as connection:
        connection.execute(text("alter table journal disable trigger all"))
        connection.execute(text("delete from journal where sequence = (select max(sequence) from journal)"))
    worker = writing.open("worker")
    with pytest.raises(LogDiffers, match="import the missing tail"):
        Relay(worker.journal, log).verify()
    assert not verified(writing), "nothing is appended until somebody restores"
    worker.close()


def test_the_relay_refuses_an_emptied_topic(make_bench: MakeBench, writing: Bench, log: Log) -> None:
    with writing.superuser.begin() as connection:
        connection.execute(text("insert into published (partition, sequence) values (3, 17)"))
    worker = writing.open("worker")
    with pytest.raises(LogDiffers, match="is empty"):
        Relay(worker.journal, log).verify()
    worker.close()


def test_an_open_transaction_hides_the_tails_until_it_is_ended(writing: Bench, log: Log) -> None:
    topic = events_topic(writing.service.name)
    publisher = log.publisher(f"relay.{writing.service.name}")
    publisher._producer.begin_transaction()
    publisher._producer.send(topic, value=b"{}", key=b"k", partition=5).get(timeout=10)
    assert log.unsettled(topic) == [5]
    with pytest.raises(Unsettled):
        log.tails(topic)
    publisher._producer.abort_transaction()
    publisher.abort_open(topic, [5, 6])
    until(lambda: log.unsettled(topic) == [], "the transactions being ended")
    assert log.tails(topic) == {}, "what was aborted is no record"
    publisher.close()


def test_a_log_shorter_than_was_published_is_filled_up_from_the_journal(writing: Bench, log: Log) -> None:
    with working(writing, log=log):
        until(lambda: verified(writing), "the relay's verification")
        parts = writing.open()
        write(parts, [uuid4() for _ in range(6)])
        parts.close()
        until(lambda: published(writing, log) == 12, "the log being level with the journal")
    with writing.superuser.begin() as connection:
        connection.execute(text("update published set sequence = sequence + 5"))
    with working(writing, log=log):
        parts = writing.open()
        write(parts, [uuid4() for _ in range(6)])
        until(lambda: published(writing, log) == 24, "the log being level with the journal")
        parts.close()


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
