"""Proof that a journal is what was appended: contiguous, chained, each column as its body says, heads at the ends."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, text

from libs.events.journal import read_heads
from libs.events.partitions import PARTITIONS, partition_of
from libs.events.record import Position, first_link, next_link

READ_ROWS = 5_000


@dataclass(frozen=True)
class Doubt:
    """A row, or the end of a partition, that is not as it was appended."""

    position: Position
    what: str


@dataclass(frozen=True)
class Verified:
    """What was checked, and the doubts found: of each partition the first, since all after it hang on it."""

    rows: int
    doubts: tuple[Doubt, ...]


def verify_journal(engine: Engine, service: str) -> Verified:
    """Recompute every chain from its first link, in one snapshot."""
    rows, doubts = 0, []
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection, connection.begin():
        heads = {head.partition: head for head in read_heads(connection)}
        for partition in range(PARTITIONS):
            sequence, chain = 0, first_link(service, partition)
            for row in _rows(connection, partition):
                rows += 1
                if (what := _doubt(row, sequence, chain)) is not None:
                    doubts.append(Doubt(Position(service, partition, row.sequence), what))
                    break
                sequence, chain = row.sequence, bytes(row.chain)
            else:
                head = heads[partition]
                if (head.sequence, head.chain) != (sequence, chain):
                    doubts.append(Doubt(Position(service, partition, head.sequence), "the head is not the last row"))
    return Verified(rows, tuple(doubts))


def _rows(connection: Connection, partition: int) -> Iterator[Any]:
    after = 0
    while rows := connection.execute(_NEXT, {"partition": partition, "after": after, "most": READ_ROWS}).all():
        yield from rows
        after = rows[-1].sequence


def _doubt(row: Any, sequence: int, chain: bytes) -> str | None:
    if row.sequence != sequence + 1:
        return f"rows are missing after {sequence}"
    if bytes(row.chain) != next_link(chain, row.sequence, row.recorded_at, row.body.encode()):
        return "its chain does not follow from its predecessor, its time and its body"
    body = orjson.loads(row.body)
    said = (body["stream"], body["version"], body["subject"], body["commandid"], body["commandindex"])
    if said != (row.stream, row.version, row.subject, str(row.command_id), row.command_index):
        return "its columns are not what its body says"
    if partition_of(row.subject) != row.partition:
        return "it lies in another partition than its subject's"
    return None


_NEXT = text("select * from journal where partition = :partition and sequence > :after order by sequence limit :most")
