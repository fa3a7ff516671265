"""One suite for every journal: the real one and its double in memory keep the same promises."""

import sys
from collections.abc import Iterator
from itertools import pairwise
from threading import Event as Flag
from threading import Thread
from uuid import uuid4

import pytest

from libs.events.codec import Codec
from libs.events.journal import AlreadyDone, Journal, PostgresJournal, StreamMoved
from libs.events.keyring import MemoryKeyring
from libs.events.memory import MemoryJournal
from libs.events.outbox import shared
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
    made = codec.drafts(stream, version - 1 - index, subject, [event] * (index + 1), of)[index]
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


def test_records_come_back_in_the_order_given_whatever_partitions_they_lie_in(journal: Journal) -> None:
    drafts = [draft(f"note-{i}", 1, f"person-{i * 7 % 31}") for i in range(31)]
    records = append(journal, *drafts)
    assert [record.stream for record in records] == [one.stream for one in drafts]
    assert len({record.partition for record in records}) > 10


def test_the_events_of_a_command_are_found_in_their_order(journal: Journal) -> None:
    of = meta()
    records = append(journal, *(draft("note-1", 1 + index, "person-1", of, index) for index in range(3)))
    assert journal.commands([of.command_id, uuid4()]) == {of.command_id: records}
    assert journal.commands([]) == {}


def test_a_partition_is_read_in_portions_from_any_sequence_on(journal: Journal) -> None:
    records = append(journal, *(draft("note-1", 1 + i, "person-1") for i in range(7)))
    place = records[0].partition
    assert journal.after(place, 0, 3) == records[:3]
    assert journal.after(place, 3, 3) == records[3:6]
    assert journal.after(place, 6) == records[6:]
    assert journal.after(place, 7) == []


def test_what_is_appended_is_seen_by_others_when_its_transaction_has_ended_well(journal: Journal) -> None:
    with journal.transaction() as transaction:
        first = transaction.append([draft("note-1", 1, "person-1")])
        second = transaction.append([draft("note-1", 2, "person-1"), draft("note-2", 1, "person-2")])
        assert (everything(journal), journal.streams(["note-1"])) == ([], {"note-1": []})
        assert sum(head.sequence for head in journal.heads()) == 0
    assert {str(record.position) for record in everything(journal)} == {str(r.position) for r in first + second}


def test_a_transaction_that_somebody_breaks_off_leaves_nothing_and_no_gap(journal: Journal) -> None:
    def breaking_off() -> None:
        with journal.transaction() as transaction:
            transaction.append([draft("note-1", 1, "person-1")])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        breaking_off()
    assert everything(journal) == []
    assert [record.sequence for record in append(journal, draft("note-1", 1, "person-1"))] == [1]


def test_a_command_sent_again_is_refused_also_on_its_own_version(journal: Journal) -> None:
    of = meta()
    append(journal, draft("note-1", 1, "person-1", of))
    with pytest.raises((AlreadyDone, StreamMoved)):
        append(journal, draft("note-1", 1, "person-1", of))
    assert len(everything(journal)) == 1


def test_nothing_appended_is_nothing_done(journal: Journal) -> None:
    assert append(journal) == []
    assert everything(journal) == []


WRITERS = 16
EVENTS_EACH = 60


def test_sixteen_writers_and_a_reader_miss_nothing(journal: Journal) -> None:
    # The double looks at every record at every append.
    each = EVENTS_EACH if isinstance(journal, PostgresJournal) else EVENTS_EACH // 4
    seen: dict[int, list[Record]] = {partition: [] for partition in range(PARTITIONS)}
    done = Flag()
    failures: list[BaseException] = []

    def write(writer: int) -> None:
        try:
            for i in range(each):
                names = [f"note-{writer}-{i}-{n}" for n in range(1 + i % 3)]
                append(
                    journal,
                    *(draft(name, 1, f"person-{(writer * 7 + i + n) % 40}") for n, name in enumerate(names)),
                )
        except BaseException as error:  # noqa: BLE001 -- Told to the test below.
            failures.append(error)

    def read() -> None:
        last = False
        while not last:
            last = done.is_set()
            for partition, known in seen.items():
                known.extend(journal.after(partition, len(known)))

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
    assert failures == []
    assert sum(map(len, seen.values())) == WRITERS * sum(1 + i % 3 for i in range(each))
    for partition, records in seen.items():
        assert [record.sequence for record in records] == list(range(1, len(records) + 1))
        assert chained(first_link(journal.service, partition), records) is None
        assert all(a.recorded_at < b.recorded_at for a, b in pairwise(records))


@pytest.mark.parametrize(
    ("wanted", "limit", "shares"),
    [
        ({0: 10, 1: 500, 2: 500}, 100, {0: 10, 1: 45, 2: 45}),
        ({0: 3, 1: 4}, 100, {0: 3, 1: 4}),
        ({7: 5_000}, 2_000, {7: 2_000}),
        ({0: 9, 1: 9, 2: 9}, 2, {0: 1, 1: 1}),
        ({}, 100, {}),
    ],
)
def test_what_is_behind_is_shared_out_and_who_wants_less_leaves_the_rest_to_others(
    wanted: dict[int, int], limit: int, shares: dict[int, int]
) -> None:
    assert shared(wanted, limit) == shares
