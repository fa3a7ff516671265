"""Guards against events that come twice, late, undone or from elsewhere, each taken out."""

from collections.abc import Sequence
from contextlib import closing, nullcontext, suppress
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from libs.events import checkpoints, folding
from libs.events import follower as follower_module
from libs.events.checkpoints import LIVE, Checkpoint, Place, advance, claim
from libs.events.feeds import JournalFeed
from libs.events.handling import Target
from libs.events.journal import read_heads
from libs.events.kafka import Log, events_topic, pinned
from libs.events.projection import Projection
from libs.events.projector import ForeignRow, Projector
from libs.events.rebuild import Compared, Rebuild, RebuildDiffers
from tests.conftest import MakeBench
from tests.faults.counting import reading_of
from tests.faults.guards import run, without
from tests.faults.partition import COUNTS, Partition
from tests.faults.test_guards_of_the_follower import CHAIN, Killed
from tests.libs.events.sample import NoteOpened, NoteRow, OpenNote, meta, note_decider, note_projection
from tests.libs.events.test_flow import notes_of, write
from tests.libs.events.waiting import until

DUPLICATE = "record.sequence <= sequence:\n"
OTHER_HISTORY = "record.sequence == sequence and record.chain != chain"
OWED = "again.append(record)"
FOREIGN = "owner is not None and owner != subject"
OTHER_TOPIC = "case when c.topic_id = excluded.topic_id then c.next_offset else 0 end"
COMMITTED = '"isolation_level": "read_committed"'


def test_without_skipping_what_was_folded_a_topic_read_from_the_start_stops_and_without_the_chain_doubles(
    partition: Partition, monkeypatch: pytest.MonkeyPatch
) -> None:
    partition.apply(partition.owner())
    partition.apply(follower := partition.owner())
    assert (partition.counted(), follower.stopped) == ([COUNTS], {})
    with monkeypatch.context() as patch:
        without(patch, follower_module, "prove", (DUPLICATE, "False:\n"))
        partition.apply(follower := partition.owner(), partition.records[1:])
        assert "does not fit" in follower.stopped[partition.place]
    without(monkeypatch, follower_module, "prove", (DUPLICATE, "False:\n"), (CHAIN, ""))
    partition.apply(partition.owner(), partition.records[1:])
    assert partition.counted() == [2 * COUNTS]


def test_without_comparing_the_place_where_it_stands_another_history_is_taken_for_its_own(
    partition: Partition, monkeypatch: pytest.MonkeyPatch
) -> None:
    partition.apply(partition.owner())
    other = [*partition.records[:-1], partition.records[-1]._replace(chain=bytes(32))]
    partition.apply(follower := partition.owner(), other)
    assert "chained otherwise" in follower.stopped[partition.place]
    without(monkeypatch, follower_module, "prove", (OTHER_HISTORY, "False"))
    partition.apply(follower := partition.owner(), other)
    assert follower.stopped == {}


@pytest.mark.parametrize("guarded", [True, False])
def test_without_repeating_what_is_owed_a_crash_between_fold_and_reaction_loses_the_reaction(
    partition: Partition, make_bench: MakeBench, monkeypatch: pytest.MonkeyPatch, *, guarded: bool
) -> None:
    reader = make_bench(**reading_of(partition.place.source))
    reader.verify_journal()
    if not guarded:
        without(monkeypatch, follower_module, "prove", (OWED, "pass"))

    def die(point: str) -> None:
        if point == "follower.after-commit":
            raise Killed

    with closing(reader.open("worker")) as worker:
        reacting = replace(partition, reader=reader, worker=worker)
        with monkeypatch.context() as patch, suppress(Killed):
            patch.setattr(folding, "crash_point", die)
            reacting.apply(reacting.owner())
        reacting.apply(reacting.owner())
    with reader.superuser.connect() as connection:
        reactions = sum(head.sequence for head in read_heads(connection))
    assert reactions == (1 + COUNTS if guarded else 0)


@pytest.mark.parametrize("guarded", [True, False])
def test_without_one_subject_a_row_what_it_says_depends_on_which_partition_was_read_first(
    make_bench: MakeBench, monkeypatch: pytest.MonkeyPatch, *, guarded: bool
) -> None:
    if not guarded:
        without(monkeypatch, Projector, "_fold", (FOREIGN, "False"))

    def last_of(units: Sequence[str]) -> str:
        shared = Projection("sample.shared", 1, NoteRow)
        shared.on(NoteOpened, key=lambda _: UUID(int=7))(lambda e, _: NoteRow(UUID(int=7), e.unit, None))
        bench = make_bench(inline=[shared])
        bench.verify_journal()
        with closing(bench.open()) as parts:
            for unit in units:
                note = uuid4()
                opening = OpenNote(note, unit=unit)
                parts.handler.handle(Target(note_decider, f"note-{note}", opening, meta(), f"person-{note}"))
        return str(notes_of(bench, shared)[0].unit)

    with pytest.raises(ForeignRow) if guarded else nullcontext():
        assert last_of(["here", "there"]) != last_of(["there", "here"])


@pytest.mark.parametrize("guarded", [True, False])
def test_without_knowing_the_topic_by_its_id_a_new_one_is_read_from_the_old_ones_offset(
    partition: Partition, monkeypatch: pytest.MonkeyPatch, *, guarded: bool
) -> None:
    if not guarded:
        claiming = str(checkpoints._CLAIM)
        assert OTHER_TOPIC in claiming
        monkeypatch.setattr(checkpoints, "_CLAIM", text(claiming.replace(OTHER_TOPIC, "c.next_offset")))
    place = Place("elsewhere", 3)
    with partition.worker.engine.begin() as connection:
        held = claim(connection, LIVE, place, UUID(int=1))
        advance(connection, LIVE, {place: Checkpoint(50, 9, held.chain, 9, held.epoch)})
        again = claim(connection, LIVE, place, UUID(int=2))
    assert (again.next_offset, again.sequence) == (0 if guarded else 50, 9)


@pytest.mark.parametrize("guarded", [True, False])
def test_without_reading_committed_records_only_what_a_relay_took_back_is_followed(
    make_bench: MakeBench, log: Log, monkeypatch: pytest.MonkeyPatch, *, guarded: bool
) -> None:
    topic = events_topic(make_bench(topics=True).service.name)
    with closing(log.publisher("taking back")) as publisher:
        publisher.abort_open(topic, [5])
    until(lambda: not log.unsettled(topic), "the end of the transaction")
    if not guarded:
        without(monkeypatch, pinned, "consumer", (COMMITTED, COMMITTED.replace("_committed", "_uncommitted")))
    found = list(log.read(topic, {5: 0}, log.ends(topic, [5])))
    assert len(found) == (0 if guarded else 1)


@pytest.mark.parametrize("guarded", [True, False])
def test_without_comparing_digests_a_rebuild_covers_up_that_a_row_was_changed(
    make_bench: MakeBench, monkeypatch: pytest.MonkeyPatch, *, guarded: bool
) -> None:
    if not guarded:
        monkeypatch.setattr(Compared, "same", property(lambda _: True))
    rows = note_projection()
    bench = make_bench(inline=[rows])
    bench.verify_journal()
    with closing(bench.open()) as parts:
        write(parts, [uuid4()])
    run(bench, "update notes_v1 set count = 7")
    with closing(bench.open("worker", transaction_seconds=0)) as worker:
        rebuild = Rebuild("group", [rows], worker.codec, JournalFeed(worker.journal), worker.store)
        with pytest.raises(RebuildDiffers) if guarded else nullcontext():
            rebuild.run()
    assert [row.count for row in notes_of(bench, rows)] == [7 if guarded else 1]
