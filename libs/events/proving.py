"""Proof that nothing is missing: what a log brings, held against the sequence and chain that were folded before."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from libs.events.checkpoints import Checkpoint, Place
from libs.events.kafka import Message
from libs.events.parked import LOG, Parked
from libs.events.record import NotARecord, Record, from_value, next_link


class BrokenLog(RuntimeError):
    """A partition that must not be read on: a gap, or a chain that does not fit."""


@dataclass(frozen=True)
class Batch:
    """What one poll brought of one partition: records to fold, and the checkpoint once all is done.

    `again` was folded before a crash, and not yet reacted to. `strays` are no records of the source.
    """

    records: tuple[Record, ...]
    again: tuple[Record, ...]
    reached: Checkpoint
    strays: tuple[Parked, ...] = ()


def prove(place: Place, held: Checkpoint, messages: Sequence[Message]) -> Batch:
    """The new records among messages, chained to what was folded; `BrokenLog` at the first doubt, never a guess."""
    fresh: list[Record] = []
    again: list[Record] = []
    strays: list[Parked] = []
    sequence, chain = held.sequence, held.chain
    reacted = held.reacted
    for message in messages:
        record = _record(place, message)
        if isinstance(record, Parked):
            strays.append(record)
            continue
        if record.sequence > sequence + 1:
            raise BrokenLog(
                f"{record.position} follows {sequence}: {record.sequence - sequence - 1} events are missing"
            )
        if reacted < held.sequence and record.sequence > reacted + 1:
            raise BrokenLog(
                f"{record.position} follows {reacted}, the last that was reacted to:"
                f" {record.sequence - reacted - 1} events are missing"
            )
        # Of what is owed a poll may bring a part: only what was seen here will have been reacted to.
        reacted = max(reacted, record.sequence)
        if record.sequence <= sequence:
            if record.sequence == sequence and record.chain != chain:
                raise BrokenLog(f"{record.position} is chained otherwise than the one folded here")
            if held.reacted < record.sequence <= held.sequence:
                again.append(record)
            continue
        if record.chain != next_link(chain, record.sequence, record.recorded_at, record.body):
            raise BrokenLog(f"the chain of {record.position} does not fit")
        fresh.append(record)
        sequence, chain = record.sequence, record.chain
    offset = messages[-1].offset + 1 if messages else held.next_offset
    reached = replace(held, next_offset=offset, sequence=sequence, chain=chain, reacted=reacted)
    return Batch(tuple(fresh), tuple(again), reached, tuple(strays))


def _record(place: Place, message: Message) -> Record | Parked:
    """The record in a message, or the message as it is parked: the sequences tell whether one of ours is missing."""
    value = message.value or b""
    try:
        record = from_value(place.partition, value)
    except NotARecord:
        return Parked(LOG, *place, message.offset, "", value, "no record")
    if record.source != place.source:
        return Parked(LOG, *place, message.offset, "", value, f"a record of {record.source}")
    return record
