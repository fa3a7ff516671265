"""What only the real journal can promise: nobody writes around it, and nobody writes after a failover unverified."""

from contextlib import closing
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from libs.events.journal import JournalUnverified
from libs.events.record import Draft
from tests.conftest import Bench, MakeBench
from tests.libs.events.test_journal import append, draft, everything


@pytest.fixture
def bench(make_bench: MakeBench) -> Bench:
    bench = make_bench()
    bench.verify_journal()
    return bench


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


@pytest.mark.parametrize("events", [1, 2])
def test_a_head_that_was_set_back_is_no_clash_to_be_tried_again_and_nothing_is_written_twice(
    bench: Bench, events: int
) -> None:
    with closing(bench.open()) as parts:
        append(parts.journal, draft("note-1", 1, "person-1"), draft("note-1", 2, "person-1"))
        with bench.superuser.begin() as connection:
            connection.execute(text("update journal_head set sequence = 0"))
        with pytest.raises(IntegrityError, match="journal_pkey"):
            append(parts.journal, *(draft(f"note-{2 + i}", 1, "person-1") for i in range(events)))
        assert [record.stream for record in everything(parts.journal)] == ["note-1", "note-1"]
