"""Checkpoints: how far a follower has come in every partition, and who may advance it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection, text

from libs.events.partitions import PARTITIONS
from libs.events.record import first_link

LIVE = "live"


class Place(NamedTuple):
    """A partition of a source."""

    source: str
    partition: int


@dataclass(frozen=True)
class Checkpoint:
    """What was folded (`sequence`, `chain`), reacted to, and from which offset reading goes on."""

    next_offset: int
    sequence: int
    chain: bytes
    reacted: int
    epoch: int
    topic_id: UUID | None = None


class OwnershipLost(RuntimeError):
    """Another process claimed the partition, or moved its checkpoint: nothing may be written for it here."""


def claim(connection: Connection, follower: str, place: Place, topic_id: UUID) -> Checkpoint:
    """Become the owner of a partition: whoever held it before can write nothing any more.

    On another topic than before (it was deleted and made anew) reading starts from 0; what was folded stays.
    """
    row = connection.execute(
        _CLAIM,
        {"follower": follower, "topic_id": topic_id, "chain": first_link(*place)} | place._asdict(),
    ).one()
    return Checkpoint(row.next_offset, row.sequence, bytes(row.chain), row.reacted, row.owner_epoch, row.topic_id)


def hold(connection: Connection, follower: str, held: Mapping[Place, Checkpoint]) -> None:
    """Lock the checkpoints and make sure that they stand where this process left them; else `OwnershipLost`."""
    rows = connection.execute(_HOLD, _keys(follower, held))
    refuse_moved({Place(r.source, r.partition): (r.owner_epoch, r.sequence, r.reacted) for r in rows}, held)


def refuse_moved(found: Mapping[Place, tuple[int, int, int]], held: Mapping[Place, Checkpoint]) -> None:
    """`OwnershipLost` where a checkpoint's (epoch, sequence, reacted) are not those that this process left."""
    for place, mine in held.items():
        if found.get(place) != (mine.epoch, mine.sequence, mine.reacted):
            raise OwnershipLost(f"{place.source}/{place.partition} was taken over")


def advance(connection: Connection, follower: str, reached: Mapping[Place, Checkpoint]) -> None:
    """Write checkpoints that are held."""
    values = {
        "offsets": [c.next_offset for c in reached.values()],
        "sequences": [c.sequence for c in reached.values()],
        "chains": [c.chain for c in reached.values()],
        "reacteds": [c.reacted for c in reached.values()],
    }
    connection.execute(_ADVANCE, _keys(follower, reached) | values)


def positions(connection: Connection, follower: str, *, lock: bool = False) -> dict[Place, Checkpoint]:
    """All checkpoints of a follower, locked if wanted; partitions never claimed are left out."""
    statement = _ALL + (" for update" if lock else "")
    return {
        Place(row.source, row.partition): Checkpoint(
            row.next_offset, row.sequence, bytes(row.chain), row.reacted, row.owner_epoch, row.topic_id
        )
        for row in connection.execute(text(statement), {"follower": follower})
    }


def place(connection: Connection, follower: str, checkpoints: Mapping[Place, Checkpoint]) -> None:
    """Put a follower somewhere, wherever it stood before."""
    values = {"follower": follower}
    rows = [
        values | at._asdict() | {"offset": c.next_offset, "sequence": c.sequence, "chain": c.chain, "epoch": c.epoch}
        for at, c in checkpoints.items()
    ]
    if rows:
        connection.execute(_PLACE, rows)


def unplace(connection: Connection, follower: str) -> None:
    """Forget a follower."""
    connection.execute(text("delete from checkpoint where follower = :follower"), {"follower": follower})


def beginning(sources: Iterable[str]) -> dict[Place, Checkpoint]:
    """The checkpoints of a follower that has read nothing yet."""
    places = [Place(source, partition) for source in sources for partition in range(PARTITIONS)]
    return {place: Checkpoint(0, 0, first_link(*place), 0, 0) for place in places}


def _keys(follower: str, places: Iterable[Place]) -> dict[str, object]:
    listed = list(places)
    return {
        "follower": follower,
        "sources": [place.source for place in listed],
        "partitions": [place.partition for place in listed],
    }


_PLACE = text(
    "insert into checkpoint (follower, source, partition, next_offset, sequence, chain, reacted, owner_epoch)"
    " values (:follower, :source, :partition, :offset, :sequence, :chain, :sequence, :epoch)"
    " on conflict (follower, source, partition) do update set next_offset = excluded.next_offset,"
    " sequence = excluded.sequence, chain = excluded.chain, reacted = excluded.reacted,"
    " owner_epoch = excluded.owner_epoch"
)
_ALL = "select * from checkpoint where follower = :follower order by source, partition"
_CLAIM = text(
    "insert into checkpoint as c (follower, source, partition, topic_id, chain, owner_epoch)"
    " values (:follower, :source, :partition, :topic_id, :chain, 1)"
    " on conflict (follower, source, partition) do update set owner_epoch = c.owner_epoch + 1,"
    " topic_id = excluded.topic_id,"
    " next_offset = case when c.topic_id = excluded.topic_id then c.next_offset else 0 end returning *"
)
_WANTED = "unnest(cast(:sources as text[]), cast(:partitions as smallint[])) w (source, partition)"
_HOLD = text(
    f"select c.* from checkpoint c join {_WANTED} using (source, partition)"  # noqa: S608 -- Our own words.
    " where c.follower = :follower order by c.source, c.partition for update of c"
)
_ADVANCE = text(
    "update checkpoint c set next_offset = w.next_offset, sequence = w.sequence, chain = w.chain, reacted = w.reacted"
    " from unnest(cast(:sources as text[]), cast(:partitions as smallint[]), cast(:offsets as bigint[]),"
    " cast(:sequences as bigint[]), cast(:chains as bytea[]), cast(:reacteds as bigint[]))"
    " w (source, partition, next_offset, sequence, chain, reacted)"
    " where c.follower = :follower and c.source = w.source and c.partition = w.partition"
)
