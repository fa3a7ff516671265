"""Readers that never stop: each read takes one snapshot of both tables of the group and compares them."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from multiprocessing.synchronize import Event as Flag
from random import Random
from threading import Thread
from time import monotonic
from typing import Any

from sqlalchemy import text

from benchmarks.ground import Ground
from benchmarks.loans import SOURCE
from benchmarks.projection.ours import service
from libs.events.projection import live_tables
from libs.events.service import Parts

READERS = 4
GROUPED = ("loans", "entries")
_LOANS, _ENTRIES = (f"{SOURCE}.benchmark_{name}" for name in GROUPED)


@dataclass
class Reads:
    """How often was read, what went wrong, how long each took in milliseconds, and which versions were seen."""

    done: int = 0
    failed: int = 0
    mixed: int = 0
    differing: int = 0
    milliseconds: list[float] = field(default_factory=list)
    versions: set[str] = field(default_factory=set)


def read(ground: Ground, stop: Flag, send: Any) -> None:
    """Read until told to stop, in several threads; tells the reads of each."""
    with closing(ground.open(service(*GROUPED), "api")) as parts:
        reads = [Reads() for _ in range(READERS)]
        threads = [Thread(target=_read, args=(parts, one, Random(n), stop)) for n, one in enumerate(reads)]
        for thread in threads:
            thread.start()
        send("reading")
        for thread in threads:
            thread.join()
    send(reads)


def _read(parts: Parts, reads: Reads, chance: Random, stop: Flag) -> None:
    while not stop.is_set():
        began = monotonic()
        try:
            _look(parts, reads, chance)
        except Exception:  # noqa: BLE001 -- Whatever it is, a reader would have seen it.
            reads.failed += 1
        reads.done += 1
        reads.milliseconds.append(1000 * (monotonic() - began))


def _look(parts: Parts, reads: Reads, chance: Random) -> None:
    """Balance and repayments of a loan, from its row and from its entries."""
    with parts.engine.connect() as connection:
        connection.exec_driver_sql("set transaction isolation level repeatable read, read only")
        connection.exec_driver_sql("select set_config('aftercare.scope', '*', true)")
        tables = live_tables(connection)
        loans, entries = tables[_LOANS], tables[_ENTRIES]
        at = f"{chance.getrandbits(32):08x}-0000-4000-8000-000000000000"
        found = connection.execute(text(_PICK.format(loans)), {"at": at}).one_or_none()
        if found is None:
            return
        told = connection.execute(text(_SUM.format(entries)), {"loan": found.loan_id}).one()
    reads.mixed += version_of(loans) != version_of(entries)
    reads.differing += (found.balance_vnd, found.repayments) != (told.balance_vnd, told.repayments)
    reads.versions.add(version_of(loans))


def version_of(table: str) -> str:
    """The part of a table's name that tells its version."""
    return table.partition("_v")[2]


def slowest(reads: Sequence[Reads]) -> float:
    """The longest read of all, in milliseconds."""
    return max(max(one.milliseconds) for one in reads)


_PICK = "select loan_id, balance_vnd, repayments from {} where loan_id >= :at order by loan_id limit 1"
_SUM = (
    "select sum(amount_vnd) as balance_vnd, count(*) filter (where amount_vnd <= 0) as repayments"
    " from {} where loan_id = :loan"
)
