"""The laps of row 4: a row per event, rebuilt by two workers, followed by one process, and only copied."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile
from time import monotonic
from typing import IO

from psycopg.sql import SQL

from benchmarks.apart import apart
from benchmarks.contest import Contestants, Lap, Row
from benchmarks.ground import Ground
from benchmarks.loading import SERVICE, append_loans, publish
from benchmarks.loans import EVENTS_PER_LOAN
from benchmarks.projection.ours import FOLLOWER, Followed, follow, service
from benchmarks.rebuild.ours import WORKERS, Rebuilt, rebuild

SEED = 20260304
FOLDED = "entries"
TABLE = "benchmark_entries_v1"
CHUNK = 1 << 20


@contextmanager
def contest(ground: Ground, size: int) -> Iterator[Contestants]:
    """Loans in the topic, folded once, so that there is something to rebuild and something to copy."""
    ground.make_service(SERVICE)
    ground.make_service(service(FOLDED))
    events = append_loans(ground, max(1, size // EVENTS_PER_LOAN), SEED)
    publish(ground)
    apart(follow, ground, events, FOLDED)
    with TemporaryFile() as rows:
        _copy_out(ground, rows)
        yield {
            "rebuild": _rebuilt(ground, events),
            "followed projection": _followed(ground, events),
            "COPY": lambda: _copied(ground, events, rows),
        }


def _rebuilt(ground: Ground, events: int) -> Callable[[], Lap]:
    def lap() -> Lap:
        done: Rebuilt = rebuild(ground, FOLDED)
        counters = {"events": done.events, "digests that differ": int(not done.same)}
        # Up to its last few hundred a build is filled; the rest is folded while it is compared.
        wrong = ("its digest is not the live one's",) if not done.same else ()
        return Lap(done.events, done.seconds, counters | {"rows": _count(ground, TABLE) if done.same else 0}, wrong)

    return lap


def _followed(ground: Ground, events: int) -> Callable[[], Lap]:
    def lap() -> Lap:
        done: Followed = apart(follow, ground, events, FOLDED)
        wrong = (f"rows: {len(done.rows)}",) if len(done.rows) != events else ()
        return Lap(events, done.seconds, {"events": done.checkpoint, "rows": len(done.rows)}, (*wrong, *done.stopped))

    return lap


def _copy_out(ground: Ground, rows: IO[bytes]) -> None:
    statement = SQL("copy {} to stdout (format binary)").format(SQL(TABLE))
    with ground.connect(FOLLOWER) as connection, connection.cursor() as cursor, cursor.copy(statement) as copy:
        for data in copy:
            rows.write(data)


def _copied(ground: Ground, events: int, rows: IO[bytes]) -> Lap:
    rows.seek(0)
    with ground.connect(FOLLOWER) as connection, connection.cursor() as cursor:
        cursor.execute("drop table if exists peer_copy")
        cursor.execute(SQL("create table peer_copy (like {} including all)").format(SQL(TABLE)))
        began = monotonic()
        with cursor.copy("copy peer_copy from stdin (format binary)") as copy:
            while data := rows.read(CHUNK):
                copy.write(data)
        seconds = monotonic() - began
    count = _count(ground, "peer_copy")
    return Lap(events, seconds, {"rows": count}, (f"rows: {count}",) if count != events else ())


def _count(ground: Ground, table: str) -> int:
    with ground.connect(FOLLOWER) as connection:
        found = connection.execute(SQL("select count(*) from {}").format(SQL(table))).fetchone()
        return int(found[0]) if found else 0


ROW = Row(
    name="rebuild",
    title=f"Rebuild: a row per event, {WORKERS} workers, beside the live version",
    how=(
        f"Loans of {EVENTS_PER_LOAN} events each lie in a topic of 24 partitions; each event is one row of one table"
        f" with two indexes. The rebuild fills a new version by {WORKERS} processes, each its partitions, as"
        " `aftercare projection rebuild --workers` does, from the word to begin until the last is done; what it built"
        " is then compared with the live version by digest, and given up. The followed projection is one process that"
        " folds the same topic into the same table. COPY is one binary COPY of the same rows into a table with the"
        " same indexes."
    ),
    size=1_000_000,
    reach={"followed projection": 1.3, "COPY": 0.15},
    contest=contest,
)
