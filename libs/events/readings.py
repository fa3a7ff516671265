"""What a service's database tells of the service's own work: how far everything has come, and who leads."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, text

from libs.events.checkpoints import LIVE, Place
from libs.events.metering import BACKLOG, BACKLOG_AGE, LAG, PARKED, REBUILT, STALENESS, Number
from libs.events.outbox import LOCK
from libs.events.partitions import PARTITIONS


class Leader(NamedTuple):
    """The session that holds the relay's lock, and for how long it has asked nothing."""

    session: int
    silent_seconds: float


@dataclass(frozen=True)
class News:
    """What is known of a source that is followed: its newest mark, and until when all of it is applied here.

    `sequences` are those of the newest mark, by partition.
    """

    marked_at: datetime | None
    sequences: tuple[int, ...]
    stale_seconds: float | None


@dataclass(frozen=True)
class Readings:
    """One instant of one service.

    `recorded`, `published` and `applied` are sequences; `oldest_seconds` is the age of the oldest event that is not
    published yet; `rebuilds` tell by group how many events are folded, and of how many.
    """

    recorded: Mapping[int, int]
    published: Mapping[int, int]
    oldest_seconds: float
    leader: Leader | None
    applied: Mapping[Place, int]
    news: Mapping[str, News]
    parked: Mapping[str, int]
    rebuilds: Mapping[str, tuple[int, int]]

    @property
    def backlog(self) -> int:
        """How many events are not published yet."""
        return sum(max(0, sequence - self.published.get(p, 0)) for p, sequence in self.recorded.items())

    def lag(self, source: str) -> int:
        """How many events of a source are told of by its newest mark and not applied here."""
        return sum(max(0, told - self.applied.get(place, 0)) for place, told in self.told(source).items())

    def numbers(self) -> Iterator[Number]:
        """All of it as gauges tell it."""
        yield Number(BACKLOG, self.backlog, {})
        yield Number(BACKLOG_AGE, self.oldest_seconds, {})
        for source, news in self.news.items():
            yield Number(LAG, self.lag(source), {"source": source})
            if news.stale_seconds is not None:
                yield Number(STALENESS, news.stale_seconds, {"source": source})
        for taker, events in self.parked.items():
            yield Number(PARKED, events, {"taker": taker})
        for group, (done, goal) in self.rebuilds.items():
            yield Number(REBUILT, done / goal if goal else 1.0, {"group": group})

    def told(self, source: str) -> dict[Place, int]:
        """How far the newest mark of a source says that each of its partitions was."""
        news = self.news.get(source)
        return {Place(source, p): told for p, told in enumerate(news.sequences if news else ())}


def read_readings(engine: Engine, service: str) -> Readings:
    """The readings now, as the worker's role sees them."""
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        checkpoints = _checkpoints(connection)
        applied = checkpoints.get(LIVE, {})
        recorded = _by_partition(connection, "journal_head")
        goals = applied | {Place(service, p): sequence for p, sequence in recorded.items()}
        return Readings(
            recorded=recorded,
            published=_by_partition(connection, "published"),
            oldest_seconds=float(connection.execute(_OLDEST).scalar_one()),
            leader=_leader(connection),
            applied=applied,
            news=_news(connection, applied),
            parked={row.taker: row.events for row in connection.execute(_PARKED)},
            rebuilds={
                follower.removeprefix(_BUILD): _progress(build, goals)
                for follower, build in checkpoints.items()
                if follower.startswith(_BUILD)
            },
        )


def _by_partition(connection: Connection, table: str) -> dict[int, int]:
    rows = connection.execute(text(f"select partition, sequence from {table}"))  # noqa: S608 -- One of two.
    return {row.partition: row.sequence for row in rows}


def _checkpoints(connection: Connection) -> dict[str, dict[Place, int]]:
    found: dict[str, dict[Place, int]] = {}
    for row in connection.execute(text("select follower, source, partition, sequence from checkpoint")):
        found.setdefault(row.follower, {})[Place(row.source, row.partition)] = row.sequence
    return found


def _progress(build: Mapping[Place, int], goals: Mapping[Place, int]) -> tuple[int, int]:
    wanted = {place: goals.get(place, 0) for place in build}
    return sum(min(build[place], goal) for place, goal in wanted.items()), sum(wanted.values())


def _leader(connection: Connection) -> Leader | None:
    row = connection.execute(_LEADER, {"lock": LOCK}).one_or_none()
    return None if row is None else Leader(row.pid, float(row.silent))


def _news(connection: Connection, applied: Mapping[Place, int]) -> dict[str, News]:
    marks: dict[str, list[Any]] = {source: [] for source, _ in applied}
    for row in connection.execute(_MARKS):
        marks.setdefault(row.source, []).append(row)
    return {source: _told(source, rows, applied) for source, rows in marks.items()}


def _told(source: str, rows: list[Any], applied: Mapping[Place, int]) -> News:
    """From the marks of a source, the newest first."""
    stale = next((float(row.age) for row in rows if _is_applied(source, row.sequences, applied)), None)
    newest = rows[0] if rows else None
    return News(newest.known_until, tuple(newest.sequences), stale) if newest else News(None, (0,) * PARTITIONS, None)


def _is_applied(source: str, sequences: list[int], applied: Mapping[Place, int]) -> bool:
    return all(applied.get(Place(source, p), 0) >= sequence for p, sequence in enumerate(sequences))


_BUILD = "build:"
_OLDEST = text(
    "select coalesce(extract(epoch from journal_now() - min(j.recorded_at)), 0) from journal_head h"
    " left join published p using (partition)"
    " join journal j on j.partition = h.partition and j.sequence = coalesce(p.sequence, 0) + 1"
    " where h.sequence > coalesce(p.sequence, 0)"
)
_LEADER = text(
    "select a.pid, extract(epoch from clock_timestamp() - a.query_start) as silent"
    " from pg_locks l join pg_stat_activity a using (pid)"
    " where l.locktype = 'advisory' and l.granted and l.objid = :lock"
    " and l.database = (select oid from pg_database where datname = current_database())"
)
_MARKS = text(
    "select source, known_until, sequences, extract(epoch from journal_now() - known_until) as age from mark"
    " order by source, known_until desc"
)
_PARKED = text("select taker, count(*) as events from parked_event group by taker")
