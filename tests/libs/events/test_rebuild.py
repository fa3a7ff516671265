"""A rebuild gives the same rows as the live version, or changes nothing."""

from collections.abc import Iterator
from contextlib import closing
from threading import Event as Flag
from threading import Thread
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from libs.events import feeds, rebuild
from libs.events.digest import digest_of
from libs.events.feeds import JournalFeed, TopicFeed
from libs.events.kafka import Log
from libs.events.projection import Fold, Projection
from libs.events.proving import BrokenLog
from libs.events.rebuild import Rebuild, RebuildDiffers, verify
from libs.events.service import Parts
from tests.conftest import Bench, MakeBench
from tests.libs.events.editing import edit
from tests.libs.events.sample import NoteOpened, note_projection
from tests.libs.events.test_flow import following, level, notes_of, verified, working, write
from tests.libs.events.waiting import until


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
        rebuild = Rebuild("group", [plain, history], worker.codec, feed, worker.store)
        certificate = rebuild.run()
        write(parts, [uuid4() for _ in range(10)], counts=1)
        until(lambda: level(writing, reader), "the follower being level again")
        parts.close()
    assert certificate.same
    assert {one.name: one.rebuilt.rows for one in certificate.projections} == {"sample.plain": 40, "sample.past": 160}
    assert len(notes_of(reader, plain)) == 50
    with worker.store.begin() as books:
        assert plain.live(books.connection) == "plain_v1_2"
        wrong = verify(books, [plain, history], feed, certificate.to_json())
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
    rebuild = Rebuild("group", [inline], worker.codec, JournalFeed(worker.journal), worker.store)
    with pytest.raises(RebuildDiffers, match=str(ids[3])):
        rebuild.run()
    with writing.superuser.connect() as connection:
        assert inline.live(connection) == "notes_v1", "nothing was swapped"
        said = connection.execute(text("select body::json ->> 'same' from projection_certificate")).scalars()
        assert list(said) == ["false"], "it is on record that they differed"
    assert tables(writing) == {"notes_v1"}
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
    Rebuild("group", [inline], worker.codec, feed, worker.store).run()
    after = len(written)
    until(lambda: len(written) > after + 20, "some more writing")
    stop.set()
    thread.join()
    with writing.superuser.connect() as connection:
        assert inline.live(connection) == "notes_v1_2"
        fresh = Rebuild("group", [inline], worker.codec, feed, worker.store)
        assert fresh.run(swap=False).projections[0].rebuilt == digest_of(connection, inline, "notes_v1_2")
    assert {row.note_id for row in notes_of(writing, inline)} == set(written)
    parts.close()
    worker.close()


@pytest.fixture
def written(writing: Bench) -> Iterator[Parts]:
    """The worker's parts of a service with 30 notes, each counted twice: 90 events."""
    writing.verify_journal()
    with closing(writing.open()) as parts:
        write(parts, [uuid4() for _ in range(30)], counts=2)
    with closing(writing.open("worker", transaction_seconds=0)) as worker:
        yield worker


def of_journal(worker: Parts, *projections: Projection[Any]) -> Rebuild:
    chosen = projections or tuple(worker.service.inline)
    return Rebuild("group", chosen, worker.codec, JournalFeed(worker.journal), worker.store)


def tables(bench: Bench) -> set[str]:
    """Every version of the notes that there is."""
    with bench.superuser.connect() as connection:
        return set(
            connection.execute(text("select tablename from pg_tables where tablename like 'notes_v%'")).scalars()
        )


def live(bench: Bench) -> str:
    with bench.superuser.connect() as connection:
        return bench.service.inline[0].live(connection)


def test_a_long_rebuild_says_how_far_it_is(written: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rebuild, "LEVEL_EVENTS_MAX", 10)
    monkeypatch.setattr(feeds, "READ_BATCH_MAX", 4)
    told: list[tuple[int, int]] = []
    certificate = of_journal(written).run(lambda done, goal: told.append((done, goal)))
    assert certificate.same
    assert told == sorted(told)
    assert len(told) > 90 / 4
    assert {goal for _, goal in told} == {90}
    assert told[-1] == (90, 90)


def test_a_new_shape_is_taken_over_without_a_comparison_and_the_version_before_it_stays(
    writing: Bench, written: Parts
) -> None:
    next_version = note_projection(version=2)
    certificate = of_journal(written, next_version).run()
    assert [(one.live, one.rebuilt.rows, one.same) for one in certificate.projections] == [(None, 30, True)]
    assert (live(writing), tables(writing)) == ("notes_v2", {"notes_v1", "notes_v2"})
    assert {row.count for row in notes_of(writing, next_version)} == {2}
    of_journal(written, next_version).run()
    assert (live(writing), tables(writing)) == ("notes_v2_2", {"notes_v2", "notes_v2_2"}), "two are kept, not more"


@pytest.mark.parametrize(
    "change",
    [
        "update journal set body = replace(body, '2025:26080', '2025:26081') where version = 1",
        "delete from journal where (partition, sequence) in (select partition, max(sequence) from journal group by 1)",
        "delete from journal where (partition, sequence) in (select partition, 2 from journal group by 1)",
    ],
    ids=["a body", "the ends", "the middle"],
)
def test_a_rebuild_from_an_edited_journal_stops_and_swaps_nothing(writing: Bench, written: Parts, change: str) -> None:
    edit(writing, change)
    broken = of_journal(written)
    with pytest.raises(BrokenLog, match=f"the journal's chain does not fit after {writing.service.name}/"):
        broken.run()
    assert live(writing) == "notes_v1"
    broken.discard()
    assert tables(writing) == {"notes_v1"}


def test_an_event_that_cannot_be_folded_stops_a_rebuild_and_is_never_passed_over(
    writing: Bench, written: Parts
) -> None:
    failing = note_projection()
    failing.folds[NoteOpened] = Fold(failing.folds[NoteOpened].keys, lambda _event, _row: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        of_journal(written, failing).run()
    assert live(writing) == "notes_v1"


def test_a_certificate_agrees_until_a_row_or_a_position_changes(writing: Bench, written: Parts) -> None:
    notes, feed = writing.service.inline, JournalFeed(written.journal)
    certificate = of_journal(written).run()

    def doubts() -> list[str]:
        with written.store.begin() as books:
            return verify(books, notes, feed, certificate.to_json())

    assert doubts() == []
    with writing.superuser.begin() as connection:
        connection.execute(text(f"update {live(writing)} set count = 3 where count = 2"))
    (tampered,) = doubts()
    assert tampered.startswith("sample.notes has")
