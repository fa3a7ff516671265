"""What a partition brings is believed only when nothing is missing or changed, and it comes from its source."""

from dataclasses import replace
from uuid import uuid4

import pytest

from libs.events.checkpoints import Checkpoint, Place, beginning
from libs.events.codec import Codec
from libs.events.handling import Handler, Target
from libs.events.keyring import MemoryKeyring
from libs.events.memory import MemoryJournal
from libs.events.proving import BrokenLog, prove
from libs.events.record import Record, from_value, to_value
from tests.libs.events.sample import CountNote, OpenNote, Read, meta, note_decider


def recorded(counts: int) -> list[Record]:
    """One note's events, all in one partition."""
    journal, note = MemoryJournal("sample"), uuid4()
    handler = Handler(journal, Codec("sample", MemoryKeyring()), law=None)
    commands = [OpenNote(note), *[CountNote()] * counts]
    handler.handle_many([Target(note_decider, f"note-{note}", c, meta(), subject="person-1") for c in commands])
    return journal.records


RECORDS = recorded(3)
PLACE = Place("sample", RECORDS[0].partition)
NOTHING = beginning(["sample"])[PLACE]


def messages(*records: Record, after: int = 0) -> list[Read]:
    """The records as a poll brings them, from an offset on."""
    return [Read("sample.events", PLACE.partition, after + n, to_value(one)) for n, one in enumerate(records)]


def reached(*records: Record) -> Checkpoint:
    """The checkpoint of somebody who has folded these and reacted to them."""
    return prove(PLACE, NOTHING, messages(*records)).reached


def test_what_follows_without_a_gap_and_in_its_chain_is_new() -> None:
    batch = prove(PLACE, NOTHING, messages(*RECORDS))
    assert (batch.records, batch.again) == (tuple(RECORDS), ())
    assert (batch.reached.sequence, batch.reached.chain, batch.reached.next_offset) == (4, RECORDS[-1].chain, 4)


def test_offsets_may_jump_as_long_as_sequences_do_not() -> None:
    first, second = prove(PLACE, NOTHING, messages(*RECORDS[:2])), messages(*RECORDS[2:], after=70)
    assert prove(PLACE, first.reached, second).reached.next_offset == 72


def test_what_was_folded_before_is_skipped_and_said_again_only_while_no_reaction_is_done() -> None:
    held = reached(*RECORDS[:3])
    assert prove(PLACE, held, messages(*RECORDS)).records == (RECORDS[3],)
    assert prove(PLACE, held, messages(*RECORDS)).again == ()
    owing = replace(held, reacted=1)
    assert prove(PLACE, owing, messages(*RECORDS)).again == tuple(RECORDS[1:3])


def test_the_same_record_twice_in_one_poll_is_one() -> None:
    assert prove(PLACE, NOTHING, messages(*RECORDS[:2], *RECORDS)).records == tuple(RECORDS)


def test_nothing_new_leaves_the_checkpoint_where_it_was() -> None:
    held = reached(*RECORDS)
    assert prove(PLACE, held, []).reached == held


def test_a_gap_says_how_many_events_are_missing() -> None:
    with pytest.raises(BrokenLog, match=rf"sample/{PLACE.partition}/4 follows 1: 2 events are missing"):
        prove(PLACE, NOTHING, messages(RECORDS[0], RECORDS[3]))


def test_a_changed_record_does_not_fit_its_chain() -> None:
    forged = from_value(PLACE.partition, to_value(RECORDS[1]).replace(b'"count":1', b'"count":9'))
    with pytest.raises(BrokenLog, match="does not fit"):
        prove(PLACE, NOTHING, messages(RECORDS[0], forged))


def test_another_history_under_the_same_numbers_is_not_taken_for_a_duplicate() -> None:
    other = RECORDS[1]._replace(chain=bytes(32))
    with pytest.raises(BrokenLog, match="chained otherwise than the one folded here"):
        prove(PLACE, reached(*RECORDS[:2]), messages(RECORDS[0], other))


def test_records_of_another_source_are_strays_and_none_of_them_is_folded() -> None:
    batch = prove(Place("stranger", PLACE.partition), NOTHING, messages(*RECORDS))
    assert (batch.records, batch.reached.sequence) == ((), 0)
    assert [(stray.taker, stray.sequence, stray.reason) for stray in batch.strays] == [
        ("log", offset, "a record of sample") for offset in range(len(RECORDS))
    ]


@pytest.mark.parametrize("value", [None, b"", b"{}", b'{"source":"sample"', b"\xff\xfe", b'{"a":NaN}'])
def test_bytes_that_are_no_record_are_strays_and_those_around_them_are_proved(value: bytes | None) -> None:
    first, second = messages(*RECORDS[:2])
    stray = Read("sample.events", PLACE.partition, 1, value)
    batch = prove(PLACE, NOTHING, [first, stray, second._replace(offset=2)])
    assert batch.records == tuple(RECORDS[:2])
    assert batch.reached.next_offset == 3
    (parked,) = batch.strays
    assert (parked.taker, parked.sequence, parked.value, parked.reason) == ("log", 1, value or b"", "no record")


def test_bytes_in_the_place_of_a_record_are_a_gap() -> None:
    first, _, third = messages(*RECORDS[:3])
    with pytest.raises(BrokenLog, match="1 events are missing"):
        prove(PLACE, NOTHING, [first, Read("sample.events", PLACE.partition, 1, b"{}"), third])


def test_what_is_owed_and_comes_in_parts_is_owed_until_it_came() -> None:
    """Folded before a crash and not reacted to; read again from the start, and a poll brings less than all of it."""
    owed = replace(reached(*RECORDS[:3]), next_offset=0, reacted=0)
    first = prove(PLACE, owed, messages(RECORDS[0]))
    assert (first.again, first.reached.sequence, first.reached.reacted) == ((RECORDS[0],), 3, 1)
    then = prove(PLACE, first.reached, messages(*RECORDS[1:3], after=1))
    assert (then.again, then.reached.reacted) == (tuple(RECORDS[1:3]), 3)


def test_what_is_owed_and_is_not_in_the_log_any_more_is_a_gap() -> None:
    """The topic was cut between a fold and its reactions."""
    owed = replace(reached(*RECORDS[:3]), next_offset=0, reacted=0)
    with pytest.raises(BrokenLog, match="follows 0, the last that was reacted to: 1 events are missing"):
        prove(PLACE, owed, messages(*RECORDS[1:], after=1))


def test_what_was_reacted_to_stays_so_when_it_is_read_again() -> None:
    assert prove(PLACE, reached(*RECORDS[:3]), messages(RECORDS[0])).reached.reacted == 3
