"""Marks: consistent cuts of a service, which make "complete until" and "as known on" provable."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import orjson
from sqlalchemy import Connection, Engine, text

from libs.events.checkpoints import LIVE
from libs.events.journal import Head, JournalUnverified, read_heads
from libs.events.partitions import PARTITIONS

MARK_SECONDS = 5
KEY = "mark"
# Whether the relay compared this database, and no other, with the log.
VERIFIED = "select exists (select from journal_verified where identity = journal_identity_now())"


@dataclass(frozen=True)
class Waiting:
    """An event that a reactor of the service could not take yet, and whose news it waits for."""

    reactor: str
    source: str
    partition: int
    sequence: int
    waits_for: str | None


@dataclass(frozen=True)
class Mark:
    """Everything recorded until `known_until` (inclusive) lies at or before `sequences`, one a partition.

    All that the service's reactors ever decided on what lies at or before `reacted` in the sources it follows is among
    it, but for what they are `waiting` with: so nothing of it is decided again when the service was restored.
    """

    source: str
    known_until: datetime
    sequences: tuple[int, ...]
    reacted: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    waiting: tuple[Waiting, ...] = ()

    def to_value(self) -> bytes:
        """The record on the marks topic."""
        return orjson.dumps(self)

    @staticmethod
    def from_value(value: bytes) -> "Mark":
        """The inverse of `to_value`."""
        raw = orjson.loads(value)
        reacted = {source: tuple(sequences) for source, sequences in raw.get("reacted", {}).items()}
        waiting = tuple(Waiting(**one) for one in raw.get("waiting", ()))
        until = datetime.fromisoformat(raw["known_until"])
        return Mark(raw["source"], until, tuple(raw["sequences"]), reacted, waiting)


def take_mark(engine: Engine, service: str) -> Mark:
    """A cut of the service now: for an instant nobody can append, so nothing is under way.

    `JournalUnverified` where this is another database than was compared with the log: it may lack what was published.
    """
    with engine.begin() as connection:
        heads = read_heads(connection, lock=True)
        if not connection.execute(text(VERIFIED)).scalar_one():
            raise JournalUnverified
        # After the heads are held: what was decided on what is reacted to lies before them.
        reacted = _reacted(connection)
        waiting = tuple(Waiting(*row) for row in connection.execute(_WAITING))
        connection.execute(text("delete from mark_request"))
    return Mark(service, held_at(heads), tuple(head.sequence for head in heads), reacted, waiting)


def held_at(heads: Sequence[Head]) -> datetime:
    """The time at which heads are held: no event in them is later, and whatever is appended after is."""
    return max(head.recorded_at for head in heads if head.recorded_at is not None)


def request_mark(connection: Connection) -> None:
    """Ask the relay for a mark now, not at the next turn."""
    connection.execute(text("insert into mark_request default values"))


def store_mark(connection: Connection, mark: Mark) -> None:
    """Keep a mark that was followed, and drop those that an applied one made useless."""
    values = {"source": mark.source, "at": mark.known_until, "sequences": list(mark.sequences)}
    connection.execute(_STORE, values)
    connection.execute(_PRUNE, {"source": mark.source})


def known_until(connection: Connection, sources: list[str]) -> datetime | None:
    """Until when everything of all sources is applied here: the oldest of their newest applied marks.

    None when a source has no applied mark yet.
    """
    rows = connection.execute(_APPLIED, {"sources": sources}).all()
    return min(row.known_until for row in rows) if len(rows) == len(sources) else None


def _reacted(connection: Connection) -> dict[str, tuple[int, ...]]:
    found: dict[str, dict[int, int]] = {}
    for row in connection.execute(_REACTED, {"follower": LIVE}):
        found.setdefault(row.source, {})[row.partition] = row.reacted
    return {source: tuple(by.get(p, 0) for p in range(PARTITIONS)) for source, by in found.items()}


_REACTED = text("select source, partition, reacted from checkpoint where follower = :follower")
# What is parked for a projection parks again when it is folded again.
_WAITING = text(
    "select taker, source, partition, sequence, waits_for from parked_event"
    " where taker <> 'log' and taker not in (select name from projection_pointer)"
    " order by taker, source, partition, sequence"
)


def newest_mark(connection: Connection, source: str) -> Mark | None:
    """The newest applied mark of a source; None when it has none yet."""
    row = connection.execute(_NEWEST, {"source": source}).one_or_none()
    return None if row is None else Mark(source, row.known_until, tuple(row.sequences))


_STORE = text(
    "insert into mark (source, known_until, sequences) values (:source, :at, :sequences) on conflict do nothing"
)
_COUNTS = """
    not exists (select from unnest(m.sequences) with ordinality cut (sequence, n)
                left join checkpoint c on c.follower = 'live' and c.source = m.source and c.partition = cut.n - 1
                where cut.sequence > coalesce(c.sequence, 0))
"""
_APPLIED = text(
    "select m.source, max(m.known_until) as known_until from mark m"  # noqa: S608 -- Our own words.
    f" where m.source = any(:sources) and {_COUNTS} group by m.source"
)
_NEWEST = text(
    f"select m.known_until, m.sequences from mark m where m.source = :source and {_COUNTS}"  # noqa: S608 -- Our own words.
    " order by m.known_until desc limit 1"
)
_PRUNE = text(
    "delete from mark d where d.source = :source and d.known_until <"  # noqa: S608 -- Our own words.
    f" (select max(m.known_until) from mark m where m.source = :source and {_COUNTS})"
)
