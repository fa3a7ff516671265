"""A lap of appending: sixteen threads of one process write, another process reads on and counts."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing.synchronize import Event as Flag
from threading import Barrier, Thread
from time import monotonic, sleep
from typing import Any

from benchmarks.apart import Apart, make_flag
from benchmarks.append.ways import WAYS, WRITERS, Way, prepare
from benchmarks.contest import Contestants, Lap, Row
from benchmarks.ground import Ground
from benchmarks.loans import EVENTS_PER_LOAN, drafts, lives
from libs.events.record import Draft

POLL_SECONDS = 0.02
WARM_LOANS = 1


@dataclass(frozen=True)
class Read:
    """What a reader counted."""

    seen: int
    out_of_order: int
    broken: str | None


@contextmanager
def contest(ground: Ground, size: int) -> Iterator[Contestants]:
    """The ways to append, each lap on a fresh part of the same tables."""
    prepare(ground)
    yield {name: partial(_lap, name, ground, size) for name in WAYS}


def _lap(name: str, ground: Ground, size: int) -> Lap:
    """Both processes; the reader is placed first, and goes on until it finds nothing after the last append."""
    loans = max(1, size // (WRITERS * EVENTS_PER_LOAN))
    done = make_flag()
    reader = Apart(_read, name, ground, done)
    reader.hear()
    writer = Apart(_write, name, ground, loans)
    seconds = writer.hear()
    done.set()
    read: Read = reader.hear()
    for process in (reader, writer):
        process.join()
    timed = WRITERS * loans * EVENTS_PER_LOAN
    appended = timed + WRITERS * WARM_LOANS * EVENTS_PER_LOAN
    counters = {
        "appended": appended,
        "seen": read.seen,
        "missed": appended - read.seen,
        "out of order": read.out_of_order,
    }
    return Lap(timed, seconds, counters, tuple(_wrong(name, counters, read)))


def _wrong(name: str, counters: dict[str, int], read: Read) -> Iterator[str]:
    if read.broken:
        yield read.broken
    if not name.startswith("plain insert"):
        yield from (f"{what}: {counters[what]}" for what in ("missed", "out of order") if counters[what])


def _read(name: str, ground: Ground, done: Flag, send: Callable[[Any], None]) -> None:
    way = WAYS[name](ground)
    way.read_on()
    send("placed")
    versions: dict[str, int] = {}
    seen = out_of_order = 0
    last = False
    while True:
        finishing = done.is_set()
        found = way.read_on()
        for stream, version in found:
            seen += 1
            out_of_order += version != versions.get(stream, 0) + 1
            versions[stream] = version
        if last and not found:
            break
        last = finishing
        if not found:
            sleep(POLL_SECONDS)
    send(Read(seen, out_of_order, way.broken()))
    way.close()


def _write(name: str, ground: Ground, loans: int, send: Callable[[Any], None]) -> None:
    """Seconds from the moment when all threads may begin until the last one is done; everything is warm by then."""
    way = WAYS[name](ground)
    made = [[drafts(life) for life in lives(WARM_LOANS + loans, _seed(n))] for n in range(WRITERS)]
    ready = Barrier(WRITERS + 1)
    failures: list[BaseException] = []

    def write(mine: list[list[Draft]]) -> None:
        try:
            _append(way, mine[:WARM_LOANS])
            ready.wait()
            _append(way, mine[WARM_LOANS:])
        except BaseException as error:  # noqa: BLE001 -- Raised below.
            failures.append(error)
            ready.abort()

    threads = [Thread(target=write, args=(mine,)) for mine in made]
    for thread in threads:
        thread.start()
    ready.wait()
    start = monotonic()
    for thread in threads:
        thread.join()
    seconds = monotonic() - start
    way.close()
    if failures:
        raise failures[0]
    send(seconds)


def _append(way: Way, loans: list[list[Draft]]) -> None:
    for loan in loans:
        for draft in loan:
            way.append(draft)


def _seed(writer: int) -> int:
    """Another seed for every writer of every lap, so that no stream comes twice."""
    return int(monotonic() * 1_000) * WRITERS + writer


ROW = Row(
    name="append",
    title="Append: one event a transaction, 16 writers, with a reader checking",
    how=(
        f"{WRITERS} threads of one process append, each event in a transaction of its own (one request thread of an"
        " API process, `journal.transaction()` and `append`); another process polls every 20 ms, parses every body,"
        " and counts. The events are the same bytes for all. `eventsourcing recorder` is its"
        " `PostgresApplicationRecorder` as it comes (table lock, NOTIFY), with a pool of 16. `plain insert` is one"
        " INSERT into the same columns and constraints by the same client in the same transaction block, without"
        " head and chain; `bare psycopg` is that INSERT as a single autocommitted statement, without SQLAlchemy."
        " Both plain inserts number by a PostgreSQL sequence, and their reader, who reads as ours does, may pass over"
        " events that commit late: what it missed is the control, not a fault."
    ),
    size=4_800,
    reach={"eventsourcing recorder": 2.5, "plain insert": 0.6},
    contest=contest,
)
