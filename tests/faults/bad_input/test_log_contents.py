"""A log that brings events twice, in another order, of somebody else, or bytes that are no event."""

import logging
import random
from collections.abc import Iterator
from contextlib import closing

import pytest

from libs.events.kafka import Log
from libs.events.record import NotARecord, from_value, to_value
from libs.events.refilling import refill_log
from tests.conftest import MakeBench
from tests.faults.bad_input.conftest import World, in_other_partitions
from tests.faults.conftest import FiguresOf
from tests.faults.counting import WRITING
from tests.libs.events.test_flow import write
from tests.libs.events.test_proving import RECORDS
from tests.libs.events.waiting import until

ROUNDS = 5
NOTES, COUNTS = 4, 3
CUTS = 60
PIECES = (
    b"",
    b"null",
    b"[]",
    b"{}",
    b"7",
    b'"text"',
    b"\xff\xfe",
    b'{"sequence":NaN}',
    b'{"a":Infinity}',
    b'{"source":',
    b"[" * 5_000,
)
# What a field of the record becomes.
SPOILT = {
    "a number as text": (b'"sequence":', b'"sequence":"x","was":'),
    "no number": (b'"sequence":', b'"sequence":null,"was":'),
    "not a number": (b'"sequence":', b'"sequence":NaN,"was":'),
    "a number that is a list": (b'"sequence":', b'"sequence":[],"was":'),
    "a number before the first": (b'"sequence":', b'"sequence":-1,"was":'),
    "a time without a zone": (b'Z","chain"', b'","chain"'),
    "a time that is none": (b'"recordedat":"', b'"recordedat":"some day '),
    "a chain that is none": (b'"chain":"', b'"chain":"zz'),
    "broken UTF-8": (b'"subject":"', b'"subject":"\xc3\x28'),
    "half a surrogate": (b'"subject":"', b'"subject":"\\ud800'),
}


def spoilt(value: bytes, guard: bytes, instead: bytes) -> bytes:
    assert value.count(guard) == 1, guard
    return value.replace(guard, instead)


@pytest.mark.parametrize("how", SPOILT)
def test_a_record_with_a_spoilt_field_is_none(how: str) -> None:
    value = to_value(RECORDS[0])
    assert from_value(RECORDS[0].partition, value) == RECORDS[0]
    with pytest.raises(NotARecord):
        from_value(RECORDS[0].partition, spoilt(value, *SPOILT[how]))


@pytest.mark.faults
@pytest.mark.row(51)
def test_an_event_that_the_log_brings_twice_counts_once(world: World, figures_of: FiguresOf) -> None:
    twice = 0
    with world.following():
        for _ in range(ROUNDS):
            for _ in range(NOTES):
                world.open(counts=COUNTS)
            records = world.unsent()
            world.send([record for record in records for _ in range(2)])
            world.send(records)
            twice += 2 * len(records)
        world.until_level()
    effects = world.effects()
    assert effects == {"lost": 0, "doubled": 0}
    assert world.rebuilt_same()
    figures_of(rounds=ROUNDS, **effects, events=len(world.acknowledged), said_again=twice)


@pytest.mark.faults
@pytest.mark.row(52)
def test_where_two_events_of_a_partition_are_exchanged_it_stops_says_so_and_goes_on_when_the_log_is_restored(
    world: World, log: Log, figures_of: FiguresOf, caplog: pytest.LogCaptureFixture
) -> None:
    *broken, whole = in_other_partitions(ROUNDS + 1)
    for note in (*broken, whole):
        world.open(note, COUNTS)
    # Each partition holds the events of one note.
    written = world.unsent()
    records = {note: [one for one in written if one.stream == f"note-{note}"] for note in (*broken, whole)}
    for place, note in enumerate(broken):
        at = 1 + place % (COUNTS - 1)
        records[note][at : at + 2] = reversed(records[note][at : at + 2])
    world.send([record for part in records.values() for record in part])
    with caplog.at_level(logging.ERROR), world.following():
        until(lambda: stopped(caplog) >= ROUNDS, "the partitions being stopped")
        until(lambda: world.counts().get(str(whole)) == COUNTS, "the other partition being folded")
        stopped_at, before = stopped(caplog), world.effects()
    assert stopped_at == ROUNDS
    assert before["doubled"] == 0
    with closing(world.writer.open("worker")) as worker:
        refill_log(worker, log, recreate=True)
    with world.following():
        world.until_level()
    found = world.proved()
    figures_of(rounds=ROUNDS, lost=found.lost, doubled=found.doubled, stopped=stopped_at, events=found.acknowledged)


def stopped(caplog: pytest.LogCaptureFixture) -> int:
    """How many partitions were said to be stopped."""
    return len({one.getMessage() for one in caplog.records if "stopped following" in one.getMessage()})


def strays(values: list[bytes]) -> Iterator[bytes]:
    """Bytes that are no event: of any kind, and made of events."""
    chance = random.Random(54)
    yield from PIECES
    for value in values[:2]:
        for guard, instead in SPOILT.values():
            yield spoilt(value, guard, instead)
    for value in chance.choices(values, k=CUTS):
        yield value[: chance.randrange(1, len(value))]


@pytest.mark.faults
@pytest.mark.row(54)
def test_bytes_that_are_no_event_are_parked_raw_with_a_reason_and_the_events_around_them_are_applied(
    world: World, figures_of: FiguresOf
) -> None:
    notes = [world.open(counts=COUNTS) for _ in range(NOTES)]
    records = world.unsent()
    values = [to_value(record) for record in records]
    places = [record.partition for record in records]
    chance, wrong = random.Random(4), list(strays(values))
    with world.following():
        mixed = list(zip(places, values, strict=True))
        # Behind any of the good ones, in its partition.
        for value in wrong:
            at = chance.randrange(len(mixed))
            mixed.insert(at + 1, (mixed[at][0], value))
        world.put(mixed)
        world.until_level()
        for note in notes:
            world.count(note)
        world.send(world.unsent())
        world.until_level()
    parked = world.parked()
    assert sorted(one.value for one in parked) == sorted(wrong)
    assert {(one.taker, one.reason) for one in parked} == {("log", "no record")}
    effects = world.effects()
    assert effects == {"lost": 0, "doubled": 0}
    figures_of(rounds=len(wrong), **effects, parked=len(parked), events=len(world.acknowledged))


@pytest.mark.faults
@pytest.mark.row(59)
def test_records_on_the_topic_of_another_service_are_parked_and_applied_nowhere(
    world: World, make_bench: MakeBench, figures_of: FiguresOf
) -> None:
    stranger = make_bench(**WRITING)
    stranger.verify_journal()
    foreign = in_other_partitions(NOTES)
    with closing(stranger.open()) as parts:
        write(parts, foreign, COUNTS)
        records = [record for head in parts.journal.heads() for record in parts.journal.after(head.partition, 0)]
    for note in in_other_partitions(NOTES):
        world.open(note, COUNTS)
    with world.following():
        world.send([*records, *world.unsent(), *records])
        world.until_level()
    parked, counts = world.parked(), world.counts()
    assert len(parked) == 2 * len(records)
    assert {(one.taker, one.reason) for one in parked} == {("log", f"a record of {stranger.service.name}")}
    applied = sum(str(note) in counts for note in foreign)
    effects = world.effects()
    assert (applied, effects) == (0, {"lost": 0, "doubled": 0})
    figures_of(rounds=len(parked), **effects, applied=applied, parked=len(parked), events=len(world.acknowledged))
