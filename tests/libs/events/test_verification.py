"""Whoever edits one row, with whatever rights, is found, and the row is named."""

from uuid import uuid4

import pytest
from sqlalchemy import text

from libs.events.verification import verify_journal
from tests.conftest import Bench, MakeBench
from tests.libs.events.test_flow import write

EDITS = {
    "the body": "body = replace(body, '2025:26080', '2025:26081')",
    "the time": "recorded_at = recorded_at + interval '1 microsecond'",
    "the chain": "chain = sha256(chain)",
    "the stream": "stream = stream || '-x'",
    "the version": "version = version + 1000",
    "the subject": "subject = subject || '-x'",
    "the command": "command_id = gen_random_uuid()",
}


@pytest.fixture
def bench(make_bench: MakeBench) -> Bench:
    bench = make_bench()
    bench.verify_journal()
    parts = bench.open()
    write(parts, [uuid4() for _ in range(12)], counts=2)
    parts.close()
    return bench


def edit(bench: Bench, statement: str) -> str:
    """As a superuser who switches the guard off; the place of the row that was edited."""
    with bench.superuser.begin() as connection:
        connection.execute(text("alter table journal disable trigger all"))
        row = connection.execute(text(statement)).one()
    return f"{bench.service.name}/{row.partition}/{row.sequence}"


def test_an_untouched_journal_raises_no_doubt(bench: Bench) -> None:
    found = verify_journal(bench.superuser, bench.service.name)
    assert (found.rows, found.doubts) == (36, ())


@pytest.mark.parametrize("change", EDITS.values(), ids=EDITS)
def test_one_edited_row_is_named(bench: Bench, change: str) -> None:
    first = "select partition, sequence from journal where body like '%note-opened%' order by random() limit 1"
    where = f"where (partition, sequence) in ({first}) returning partition, sequence"
    place = edit(bench, f"update journal set {change} {where}")
    assert [str(doubt.position) for doubt in verify_journal(bench.superuser, bench.service.name).doubts] == [place]


def test_a_removed_row_and_a_removed_end_are_found(bench: Bench) -> None:
    last = "(partition, sequence) in (select partition, max(sequence) from journal group by partition limit 1)"
    place = edit(bench, f"delete from journal where {last} returning partition, sequence")
    (doubt,) = verify_journal(bench.superuser, bench.service.name).doubts
    assert (str(doubt.position), doubt.what) == (place, "the head is not the last row")
