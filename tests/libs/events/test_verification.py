"""Whoever edits one row, with whatever rights, is found, and the row is named."""

from uuid import uuid4

import pytest
from sqlalchemy import text

from libs.events import verification
from libs.events.partitions import PARTITIONS, partition_of
from libs.events.verification import verify_journal
from tests.conftest import Bench, MakeBench
from tests.libs.events.editing import edit
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


def test_an_untouched_journal_raises_no_doubt(bench: Bench) -> None:
    found = verify_journal(bench.superuser, bench.service.name)
    assert (found.rows, found.doubts) == (36, ())


@pytest.mark.parametrize("change", EDITS.values(), ids=EDITS)
def test_one_edited_row_is_named(bench: Bench, change: str) -> None:
    first = "select partition, sequence from journal where body like '%note-opened%' order by random() limit 1"
    where = f"where (partition, sequence) in ({first}) returning partition, sequence"
    (place,) = edit(bench, f"update journal set {change} {where}")
    assert [str(doubt.position) for doubt in verify_journal(bench.superuser, bench.service.name).doubts] == [place]


def test_a_removed_row_and_a_removed_end_are_found(bench: Bench) -> None:
    last = "(partition, sequence) in (select partition, max(sequence) from journal group by partition limit 1)"
    (place,) = edit(bench, f"delete from journal where {last} returning partition, sequence")
    (doubt,) = verify_journal(bench.superuser, bench.service.name).doubts
    assert (str(doubt.position), doubt.what) == (place, "the head is not the last row")


def test_a_row_missing_in_the_middle_is_found_at_the_row_after_it(bench: Bench) -> None:
    (place,) = edit(
        bench,
        "delete from journal where sequence = 2 and partition = (select max(partition) from journal)"
        " returning partition, sequence + 1 as sequence",
    )
    (doubt,) = verify_journal(bench.superuser, bench.service.name).doubts
    assert (str(doubt.position), doubt.what) == (place, "rows are missing after 1")


def test_a_row_in_another_partition_than_its_subjects_is_found_although_its_chain_fits(bench: Bench) -> None:
    """As somebody could leave it who appends by the journal's own function, and so in its chain."""
    body = '{"stream":"s-1","version":1,"subject":"stranger","commandid":":id","commandindex":0}'
    command, elsewhere = str(uuid4()), (partition_of("stranger") + 1) % PARTITIONS
    statement = "select journal_append_one(:p, 's-1', 1, 'stranger', :id, 0::smallint, :body, journal_identity_now())"
    with bench.superuser.begin() as connection:
        connection.execute(
            text(statement.replace(":p", "cast(:p as smallint)").replace(":id", "cast(:id as uuid)")),
            {"p": elsewhere, "id": command, "body": body.replace(":id", command)},
        )
    (doubt,) = verify_journal(bench.superuser, bench.service.name).doubts
    assert (doubt.position.partition, doubt.what) == (elsewhere, "it lies in another partition than its subject's")


def test_a_long_partition_is_read_in_portions(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verification, "READ_ROWS", 2)
    (place,) = edit(
        bench,
        f"update journal set {EDITS['the time']} where sequence = 3 and partition ="
        " (select max(partition) from journal) returning partition, sequence",
    )
    found = verify_journal(bench.superuser, bench.service.name)
    assert [str(doubt.position) for doubt in found.doubts] == [place]
