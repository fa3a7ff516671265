"""Marks: consistent cuts of a service, which make "complete until" and "as known on" provable."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson
from sqlalchemy import Connection, Engine, text

from libs.events.journal import read_heads

MARK_SECONDS = 5
KEY = "mark"


@dataclass(frozen=True)
class Mark:
    """Everything recorded until `known_until` (inclusive) lies at or before `sequences`, one a partition."""

    source: str
    known_until: datetime
    sequences: tuple[int, ...]

    def to_value(self) -> bytes:
        """The record on the marks topic."""
        return orjson.dumps(self)

    @staticmethod
    def from_value(value: bytes) -> "Mark":
        """The inverse of `to_value`."""
        raw = orjson.loads(value)
        return Mark(raw["source"], datetime.fromisoformat(raw["known_until"]), tuple(raw["sequences"]))


def take_mark(engine: Engine, service: str) -> Mark:
    """A cut of the service now: for an instant nobody can append, so nothing is under way."""
    with engine.begin() as connection:
        heads = read_heads(connection, lock=True)
        at: datetime = connection.execute(text("select journal_now()")).scalar_one()
        connection.execute(text("delete from mark_request"))
    # The next append may fall into this same microsecond; it is later than the one before.
    return Mark(service, at - timedelta(microseconds=1), tuple(head.sequence for head in heads))


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
_PRUNE = text(
    "delete from mark d where d.source = :source and d.known_until <"  # noqa: S608 -- Our own words.
    f" (select max(m.known_until) from mark m where m.source = :source and {_COUNTS})"
)
