"""Each guard of the append, taken out, lets through what it is there to stop."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.exc import IntegrityError

from libs.events.handling import Handler, Target
from libs.events.journal import JournalUnverified, PostgresTransaction
from libs.events.kafka import Log
from libs.events.outbox import PostgresOutbox
from libs.events.partitions import PARTITIONS, partition_of
from libs.events.projection import Projection
from libs.events.relay import LogDiffers, Relay
from libs.events.service import Parts
from tests.conftest import Bench, MakeBench
from tests.faults.guards import run, without, without_sql
from tests.libs.events.sample import CountNote, NoteCounted, OpenNote, meta, note_decider
from tests.libs.events.test_flow import published, verified, working, write
from tests.libs.events.test_journal import append, draft
from tests.libs.events.waiting import until

WRITERS = 8
EACH = 12


@dataclass(frozen=True)
class Tally:
    """How often anything of one subject was counted."""

    subject: UUID
    count: int


SUBJECT = UUID(int=7)
tally = Projection("sample.tally", 1, Tally)


@tally.on(NoteCounted, key=lambda _: SUBJECT)
def counted(event: NoteCounted, row: Tally | None) -> Tally:
    return Tally(SUBJECT, 1 + (row.count if row else 0))


@pytest.fixture
def bench(make_bench: MakeBench) -> Bench:
    bench = make_bench(inline=[tally])
    bench.verify_journal()
    return bench


@pytest.fixture
def parts(bench: Bench) -> Iterator[Parts]:
    with closing(bench.open()) as parts:
        yield parts


def counts_of(parts: Parts, note: UUID) -> int:
    records = parts.journal.streams([f"note-{note}"])[f"note-{note}"]
    return sum(record.type == "sample.note-counted" for record in records)


def at_once(work: Callable[[int], Any]) -> list[Exception]:
    """Let all writers work at the same time; what went wrong for them."""

    def attempt(writer: int) -> list[Exception]:
        failures: list[Exception] = []
        for _ in range(EACH):
            try:
                work(writer)
            except Exception as error:  # noqa: BLE001 -- Counted by the test.
                failures.append(error)
        return failures

    with ThreadPoolExecutor(WRITERS) as together:
        return [error for each in together.map(attempt, range(WRITERS)) for error in each]


def test_without_unique_command_ids_a_repeated_command_counts_twice(bench: Bench, parts: Parts) -> None:
    note = uuid4()
    write(parts, [note], counts=0)

    def said_twice() -> int:
        before = counts_of(parts, note)
        target = Target(note_decider, f"note-{note}", CountNote(), meta())
        assert not parts.handler.handle(target).repeated
        parts.handler.handle(target)
        return counts_of(parts, note) - before

    guarded = said_twice()
    run(bench, "alter table journal drop constraint journal_command")
    assert (guarded, said_twice()) == (1, 2), "effects of one command with the guard, and without it"


def test_without_the_head_lock_writers_of_a_partition_fail(bench: Bench, parts: Parts) -> None:
    numbers = count()

    def append_two(_writer: int) -> None:
        one, other = next(numbers), next(numbers)
        append(parts.journal, draft(f"note-{one}", 1, "person-1"), draft(f"note-{other}", 1, "person-1"))

    guarded = at_once(append_two)
    without_sql(
        bench,
        "journal_append_many",
        "    perform from journal_head h where h.partition = any (_partitions) order by h.partition for update;\n",
    )
    failures = at_once(append_two)
    assert (guarded, bool(failures)) == ([], True), f"{len(failures)} of {WRITERS * EACH} appends failed without it"
    assert {type(error) for error in failures} == {IntegrityError}


def test_without_one_order_of_the_heads_writers_block_each_other(
    bench: Bench, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Looked for after a second otherwise, and each deadlock waits for that.
    run(bench, f"alter database {bench.service.name} set deadlock_timeout = '20ms'")
    one = "person-1"
    other = next(f"person-{n}" for n in count(2) if partition_of(f"person-{n}") != partition_of(one))
    numbers = count()

    def append_crosswise(writer: int) -> None:
        subjects = (one, other) if writer % 2 else (other, one)
        append(parts.journal, *(draft(f"note-{next(numbers)}", 1, subject) for subject in subjects))

    guarded = at_once(append_crosswise)
    # The writer sorts, and so does the function: either is enough.
    sorting = "sorted(range(len(drafts)), key=lambda i: drafts[i].partition)"
    without(monkeypatch, PostgresTransaction, "_append", (sorting, "list(range(len(drafts)))"))
    sorted_there = at_once(append_crosswise)
    as_given = "order by array_position(_partitions, h.partition) for update"
    without_sql(bench, "journal_append_many", "order by h.partition for update", as_given)
    failures = at_once(append_crosswise)
    assert (guarded, sorted_there) == ([], []), "failures with both guards, and with one"
    assert failures, f"{len(failures)} of {WRITERS * EACH} appends failed without them"
    assert any("deadlock detected" in str(error) for error in failures)


def test_without_the_head_lock_held_to_the_end_inline_folds_are_lost(
    bench: Bench, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes = [uuid4() for _ in range(WRITERS)]
    for note in notes:
        parts.handler.handle(Target(note_decider, f"note-{note}", OpenNote(note), meta(), subject=f"person-{SUBJECT}"))

    def count_own(writer: int) -> None:
        parts.handler.handle(Target(note_decider, f"note-{notes[writer]}", CountNote(), meta()))

    def missing() -> tuple[int, int]:
        failures = at_once(count_own)
        with bench.superuser.connect() as connection:
            (row,) = tally.read(connection)
        return len(failures), sum(counts_of(parts, note) for note in notes) - row.count

    guarded = missing()
    before = "        if (books := self.books_of(transaction, self.codec)) is not None:\n"
    inline = before + "            self._write_inline(books, records)\n"
    after = "    return outcome\n"
    later = "    with self.journal.transaction() as later:\n        self._write_inline(self.books_of(later, self.codec), records)\n"
    without(monkeypatch, Handler, "_attempt", (inline, before), (after, later + after))
    failures, lost = missing()
    assert guarded == (0, 0)
    assert lost > 0, f"{failures} failures, {lost} of {WRITERS * EACH} increments lost without it"


def restored(bench: Bench) -> None:
    """What a restore from an older backup leaves: the newest event of one partition is gone, its head stands before."""
    run(bench, "alter table journal disable trigger all")
    run(
        bench,
        "with gone as (delete from journal where (partition, sequence) in"
        " (select partition, max(sequence) from journal group by 1 order by 1 limit 1) returning *)"
        " update journal_head h set sequence = g.sequence - 1, chain = coalesce((select chain from journal j where"
        " j.partition = g.partition and j.sequence = g.sequence - 1), h.chain) from gone g where h.partition = g.partition",
    )


@pytest.mark.parametrize("guarded", [True, False])
def test_without_the_identity_fence_a_restored_journal_takes_what_can_never_be_published(
    make_bench: MakeBench, log: Log, *, guarded: bool
) -> None:
    bench = make_bench(topics=True)
    with working(bench, log=log), closing(bench.open()) as parts:
        until(lambda: verified(bench), "the relay's verification")
        write(parts, [uuid4() for _ in range(4)])
        until(lambda: published(bench, log) == 8, "publishing")
    restored(bench)
    if not guarded:
        guard = " and exists (select from journal_verified i where i.identity = _identity)"
        without_sql(bench, "journal_append_one", guard)
    with closing(bench.open("worker")) as worker, closing(bench.open()) as parts:
        relay = Relay(PostgresOutbox(worker.journal), log)
        with pytest.raises(LogDiffers, match="import the missing tail"):
            relay.verify()
        assert accepted(parts, one_in_each()) == (0 if guarded else PARTITIONS), "commands acknowledged after a restore"
        with pytest.raises(LogDiffers, match="missing tail" if guarded else "chained otherwise"):
            relay.verify()


def accepted(parts: Parts, targets: Sequence[Target[Any, Any]]) -> int:
    """How many of the commands are acknowledged."""
    done = 0
    for target in targets:
        with suppress(JournalUnverified):
            parts.handler.handle(target)
            done += 1
    return done


def one_in_each() -> list[Target[Any, Any]]:
    """A note opened in every partition, so that one of them comes behind the end that was lost."""
    found: dict[int, UUID] = {}
    while len(found) < PARTITIONS:
        note = uuid4()
        found.setdefault(partition_of(f"person-{note}"), note)
    return [Target(note_decider, f"note-{n}", OpenNote(n), meta(), f"person-{n}") for n in found.values()]
