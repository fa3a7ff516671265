"""Whoever rewrites history with every right there is, and every chain after it, is found by the signed heads."""

import json
from base64 import b64encode
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text

from libs.events.record import first_link, next_link
from libs.events.signing import Signer
from libs.events.verification import verify_journal
from tests.conftest import Bench, MakeBench
from tests.libs.events.editing import edit
from tests.libs.events.test_flow import write

DAYS = [datetime(2026, 3, day, 1, tzinfo=UTC) for day in (1, 2, 3)]
TODAY = date(2026, 3, 4)


@pytest.fixture
def bench(make_bench: MakeBench) -> Bench:
    bench = make_bench()
    bench.verify_journal()
    return bench


@pytest.fixture
def signer(bench: Bench, tmp_path: Path) -> Signer:
    """Three days of signed heads, with events on each."""
    signer = Signer(bench.service.name, tmp_path, Ed25519PrivateKey.generate())
    with closing(bench.open()) as parts:
        for day in DAYS:
            write(parts, [uuid4() for _ in range(4)])
            assert signer.sign(parts.engine, day)
            assert signer.sign(parts.engine, day + timedelta(hours=9)) is None, "once a day, and never over it"
    return signer


def doubts(bench: Bench, signer: Signer) -> list[str]:
    return signer.verify(bench.superuser, today=TODAY).doubts


def test_what_was_signed_and_is_so_still_raises_no_doubt(bench: Bench, signer: Signer) -> None:
    with closing(bench.open()) as parts:
        write(parts, [uuid4()])
    found = signer.verify(bench.superuser, today=TODAY)
    assert (found.days, found.doubts) == (3, [])


def rewrite_history(bench: Bench) -> tuple[int, int]:
    """As a superuser can: the first event of a partition says something else, and everything fits again after it."""
    with bench.superuser.begin() as connection:
        connection.execute(text("alter table journal disable trigger all"))
        first = "select partition from journal where sequence = 1 and body like '%2025:26080%' order by 1 limit 1"
        partition = connection.execute(text(first)).scalar_one()
        change = (
            "update journal set body = replace(body, '2025:26080', '2025:26081') where partition = :p and sequence = 1"
        )
        connection.execute(text(change), {"p": partition})
        rows = connection.execute(
            text("select * from journal where partition = :p order by sequence"), {"p": partition}
        )
        chain = first_link(bench.service.name, partition)
        for row in rows.all():
            chain = next_link(chain, row.sequence, row.recorded_at, row.body.encode())
            place = {"p": partition, "s": row.sequence, "chain": chain}
            connection.execute(text("update journal set chain = :chain where (partition, sequence) = (:p, :s)"), place)
            connection.execute(text("update journal_head set chain = :chain where partition = :p"), place)
        return partition, row.sequence


def test_history_rewritten_with_all_its_chains_and_heads_is_found_by_the_signatures_alone(
    bench: Bench, signer: Signer
) -> None:
    partition, _ = rewrite_history(bench)
    assert verify_journal(bench.superuser, bench.service.name).doubts == (), "the chain alone binds no superuser"
    found = doubts(bench, signer)
    assert found
    assert all(one.startswith(f"{bench.service.name}/{partition}/") and "signed otherwise" in one for one in found)


def test_events_taken_off_the_end_with_their_heads_are_found(bench: Bench, signer: Signer) -> None:
    ends = "select partition, max(sequence) from journal group by partition"
    gone = edit(bench, f"delete from journal where (partition, sequence) in ({ends}) returning partition, sequence")
    last = "2026-03-03.json"
    assert {one for one in doubts(bench, signer) if last in one} == {
        f"{one} is signed in {last}, and not in the journal" for one in gone
    }


def test_a_missing_day_is_named_also_the_first_and_the_last(bench: Bench, signer: Signer) -> None:
    first, second, third = (signer.folder / signer.service / f"{day.date()}.json" for day in DAYS)
    kept = {path: path.read_bytes() for path in (first, second, third)}
    second.unlink()
    assert doubts(bench, signer) == [
        "the file before 2026-03-03.json is not the one that was there when it was signed",
        "the heads of 2026-03-02 are not signed",
    ]
    second.write_bytes(kept[second])
    third.unlink()
    assert doubts(bench, signer) == ["the heads of 2026-03-03 are not signed"]
    third.write_bytes(kept[third])
    first.unlink()
    assert doubts(bench, signer) == ["the file before 2026-03-02.json is not the one that was there when it was signed"]


def head_back(raw: dict[str, dict[str, object]]) -> None:
    raw["signed"]["heads"] = raw["signed"]["heads"] | {"0": [0, "00"]}  # type: ignore[operator]


def day_moved(raw: dict[str, dict[str, object]]) -> None:
    raw["signed"]["signed_at"] = "2026-03-02T02:00:00+00:00"


@pytest.mark.parametrize("change", [head_back, day_moved])
def test_an_edited_file_is_named(
    bench: Bench, signer: Signer, change: Callable[[dict[str, dict[str, object]]], None]
) -> None:
    path = signer.folder / signer.service / "2026-03-02.json"
    raw = json.loads(path.read_text())
    change(raw)
    path.write_text(json.dumps(raw))
    assert doubts(bench, signer)[0] == "2026-03-02.json is not what was signed"
    path.write_text("{")
    assert doubts(bench, signer)[0] == "2026-03-02.json is no signature file"


def test_a_file_signed_by_another_or_for_another_day_is_not_believed(bench: Bench, signer: Signer) -> None:
    stranger = Signer(signer.service, signer.folder, Ed25519PrivateKey.generate())
    with closing(bench.open()) as parts:
        stranger.sign(parts.engine, DAYS[-1] + timedelta(days=1))
    assert doubts(bench, signer) == ["2026-03-04.json is not what was signed"]
    last = signer.folder / signer.service / "2026-03-04.json"
    last.write_bytes((last.parent / "2026-03-03.json").read_bytes())
    assert doubts(bench, signer) == ["2026-03-04.json was signed for another service or day"]


def test_files_of_a_former_key_are_believed_where_that_key_is_named(bench: Bench, signer: Signer) -> None:
    fresh = Signer.of(signer.service, signer.folder, b64encode(bytes(32)).decode())
    assert fresh.verify(bench.superuser, today=TODAY).days == 0
    former = b64encode(signer.key.public_key().public_bytes_raw()).decode()
    fresh = Signer.of(signer.service, signer.folder, b64encode(bytes(32)).decode(), former)
    assert (fresh.verify(bench.superuser, today=TODAY).days, doubts(bench, fresh)) == (3, [])
