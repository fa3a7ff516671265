"""One suite for every journal: the real one and its double in memory keep the same promises."""

import sys
from collections.abc import Iterator
from itertools import pairwise
from threading import Event as Flag
from threading import Thread
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from libs.events.codec import Codec
from libs.events.journal import AlreadyDone, Journal, JournalUnverified, PostgresJournal, StreamMoved
from libs.events.keyring import MemoryKeyring
from libs.events.memory import MemoryJournal
from libs.events.partitions import PARTITIONS
from libs.events.record import Draft, Meta, Record, chained, first_link
from tests.conftest import Bench, MakeBench
from tests.libs.events.sample import NoteCounted, meta

codec = Codec("sample", MemoryKeyring())


@pytest.fixture
def bench(make_bench: MakeBench) -> Bench:
    bench = make_bench()
    bench.verify_journal()
    return bench


@pytest.fixture(params=["memory", "postgres"])
def journal(request: pytest.FixtureRequest) -> Iterator[Journal]:
    if request.param == "memory":
        yield MemoryJournal("sample")
        return
    parts = request.getfixturevalue("bench").open()
    yield parts.journal
    parts.close()


def draft(stream: str, version: int, subject: str, of: Meta | None = None, index: int = 0) -> Draft:
    event = NoteCounted(note_id=uuid4(), count=version)
    of = of or meta()
    made = codec.drafts(stream, version - 1, subject, [event] * (index + 1), of)[index]
    return Draft(stream, version, subject, of.command_id, index, made.body)


def append(journal: Journal, *drafts: Draft) -> list[Record]:
    with journal.transaction() as transaction:
        return transaction.append(drafts)


def everything(journal: Journal) -> list[Record]:
    return [record for partition in range(PARTITIONS) for record in journal.after(partition, 0)]


def test_what_was_appended_is_read_back_exactly(journal: Journal) -> None:
    drafts = [draft("note-1", 1, "person-1"), draft("note-2", 1, "person-2"), draft("note-1", 2, "person-1")]
    records = append(journal, *drafts)
    assert [record.body for record in records] == [d.body for d in drafts]
    assert journal.streams(["note-1", "note-3"]) == {"note-1": [records[0], records[2]], "note-3": []}
    assert journal.commands([drafts[1].command_id]) == {drafts[1].command_id: [records[1]]}


def test_sequences_are_contiguous_and_chained_in_every_partition(journal: Journal) -> None:
    for i in range(60):
        append(journal, draft(f"note-{i}", 1, f"person-{i % 7}"), draft(f"other-{i}", 1, f"person-{i}"))
    for partition in range(PARTITIONS):
        records = journal.after(partition, 0)
        assert [record.sequence for record in records] == list(range(1, len(records) + 1))
        assert chained(first_link(journal.service, partition), records) is None
        assert all(a.recorded_at < b.recorded_at for a, b in pairwise(records))


def test_heads_are_the_last_records(journal: Journal) -> None:
    for i in range(30):
        append(journal, draft(f"note-{i}", 1, f"person-{i}"))
    for head in journal.heads():
        records = journal.after(head.partition, 0)
        last = records[-1] if records else None
        assert head.sequence == (last.sequence if last else 0)
        assert head.chain == (last.chain if last else first_link(journal.service, head.partition))


def test_a_version_is_taken_once(journal: Journal) -> None:
    append(journal, draft("note-1", 1, "person-1"))
    with pytest.raises(StreamMoved):
        append(journal, draft("note-1", 1, "person-1"))
    assert len(everything(journal)) == 1


def test_a_command_is_done_once(journal: Journal) -> None:
    of = meta()
    append(journal, draft("note-1", 1, "person-1", of))
    with pytest.raises(AlreadyDone):
        append(journal, draft("note-2", 1, "person-1", of))
    assert len(everything(journal)) == 1


def test_a_transaction_that_fails_leaves_nothing_and_no_gap(journal: Journal) -> None:
    append(journal, draft("note-1", 1, "person-1"))
    with pytest.raises(StreamMoved):
        append(journal, draft("note-2", 1, "person-1"), draft("note-1", 1, "person-1"))
    (record,) = append(journal, draft("note-3", 1, "person-1"))
    assert record.sequence == 2


@pytest.mark.parametrize("statement", ["update journal set body = body", "delete from journal", "truncate journal"])
def test_the_journal_is_append_only_even_for_its_owner(bench: Bench, statement: str) -> None:
    parts = bench.open()
    append(parts.journal, draft("note-1", 1, "person-1"))
    parts.close()
    with pytest.raises(DBAPIError, match="append-only"), bench.superuser.begin() as connection:
        connection.execute(text(statement))


def test_nobody_appends_around_the_function(bench: Bench) -> None:
    parts = bench.open()
    with pytest.raises(DBAPIError, match="permission denied"), parts.engine.begin() as connection:
        connection.execute(text("insert into journal select * from journal"))
    with pytest.raises(DBAPIError, match="permission denied"), parts.engine.begin() as connection:
        connection.execute(text("update journal_head set sequence = 0"))
    parts.close()


def test_a_body_with_a_key_twice_is_refused(bench: Bench) -> None:
    parts = bench.open()
    bad = Draft("note-1", 1, "person-1", uuid4(), 0, b'{"a":1,"a":2}')
    with pytest.raises(DBAPIError, match="journal_body_check"):
        append(parts.journal, bad)
    parts.close()


def test_an_unverified_journal_takes_nothing(make_bench: MakeBench) -> None:
    parts = make_bench().open()
    for drafts in ([draft("note-1", 1, "person-1")], [draft("note-1", 1, "p-1"), draft("note-2", 1, "p-2")]):
        with pytest.raises(JournalUnverified):
            append(parts.journal, *drafts)
    parts.close()


def test_a_journal_in_another_database_than_the_verified_one_takes_nothing(bench: Bench) -> None:
    with bench.superuser.begin() as connection:
        connection.execute(text("update journal_identity set identity = 'another/timeline/1'"))
    parts = bench.open()
    with pytest.raises(JournalUnverified):
        append(parts.journal, draft("note-1", 1, "person-1"))
    parts.close()


WRITERS = 16
EVENTS_EACH = 60


def test_sixteen_writers_and_a_reader_miss_nothing(bench: Bench) -> None:
    parts = bench.open()
    seen: dict[int, list[Record]] = {partition: [] for partition in range(PARTITIONS)}
    done = Flag()
    failures: list[BaseException] = []

    def write(writer: int) -> None:
        try:
            for i in range(EVENTS_EACH):
                names = [f"note-{writer}-{i}-{n}" for n in range(1 + i % 3)]
                append(
                    parts.journal,
                    *(draft(name, 1, f"person-{(writer * 7 + i + n) % 40}") for n, name in enumerate(names)),
                )
        except BaseException as error:  # noqa: BLE001 -- Told to the test below.
            failures.append(error)

    def read() -> None:
        last = False
        while not last:
            last = done.is_set()
            for partition, known in seen.items():
                known.extend(parts.journal.after(partition, len(known)))

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-4)
    reader = Thread(target=read)
    writers = [Thread(target=write, args=(writer,)) for writer in range(WRITERS)]
    reader.start()
    for thread in writers:
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    reader.join()
    sys.setswitchinterval(interval)
    parts.close()
    assert failures == []
    assert sum(map(len, seen.values())) == WRITERS * sum(1 + i % 3 for i in range(EVENTS_EACH))
    for partition, records in seen.items():
        assert [record.sequence for record in records] == list(range(1, len(records) + 1))
        assert chained(first_link(bench.service.name, partition), records) is None
        assert all(a.recorded_at < b.recorded_at for a, b in pairwise(records))


def test_the_real_journal_is_what_the_suite_ran_on(bench: Bench) -> None:
    parts = bench.open()
    assert isinstance(parts.journal, PostgresJournal)
    parts.close()
