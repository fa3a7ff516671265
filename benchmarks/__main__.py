"""`python -m benchmarks`: runs rows of the design's table of figures and writes what they show."""

import sys
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import orjson
import typer

from benchmarks import contest, report
from benchmarks.append.laps import ROW as APPEND
from benchmarks.ground import engines
from benchmarks.machine import machine
from benchmarks.projection.laps import ROW as PROJECTION
from benchmarks.rebuild.laps import ROW as REBUILD
from benchmarks.relay.laps import ROW as RELAY
from benchmarks.swap.laps import ROW as SWAP
from benchmarks.visible.laps import ROW as VISIBLE

ROWS = {row.name: row for row in (APPEND, RELAY, PROJECTION, REBUILD, VISIBLE, SWAP)}


class Name(StrEnum):
    """The rows that are measured."""

    APPEND = APPEND.name
    RELAY = RELAY.name
    PROJECTION = PROJECTION.name
    REBUILD = REBUILD.name
    VISIBLE = VISIBLE.name
    SWAP = SWAP.name


def main(
    row: Annotated[list[Name] | None, typer.Option(help="Which row; may be given again. All, unless told.")] = None,
    rounds: Annotated[int, typer.Option(min=1, help="How often each contestant runs.")] = 5,
    size: Annotated[int | None, typer.Option(min=1, help="Events a lap; each row knows a good number.")] = None,
    *,
    json: Annotated[bool, typer.Option("--json", help="Print the results as JSON, not as pages.")] = False,
    results: Annotated[Path, typer.Option(help="Where the pages and their data are written.")] = report.RESULTS,
) -> None:
    """Measure, beside peers, in one run; exit 1 when a result is not correct. Speed never fails a run."""
    documents = []
    for name in row or list(Name):
        chosen = ROWS[name]
        with engines() as ground:
            on = machine(ground)
            run = {"rounds": rounds, "events a lap": size or chosen.size}
            standings = contest.run(chosen, ground, rounds, run["events a lap"], _tell)
        documents.append(report.document(chosen, standings, run, on))
        page = report.page(chosen, standings, run, on)
        written = report.write(results, datetime.now(UTC).date(), chosen, documents[-1], page)
        if not json:
            print(page)
        _tell(f"written: {', '.join(map(str, written))}")
        if any(standing.wrong for standing in standings):
            sys.exit(1)
    if json:
        print(orjson.dumps(documents, option=orjson.OPT_INDENT_2).decode())


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    typer.run(main)
