"""`make simulate`: any number of seeds, or one again, or the planted bugs."""

import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import Annotated

import typer
from rich.progress import track

from tests.simulation.pages import PAGE, page
from tests.simulation.planted import BUGS
from tests.simulation.running import Ended, first_broken, run

SEEDS_MAX = 1_000


def main(
    seeds: Annotated[str, typer.Option(help="One seed, or from and to, as 0:1000.")] = "0:1000",
    *,
    planted: Annotated[bool, typer.Option(help="Find each planted bug, and write the page.")] = False,
    trace: Annotated[bool, typer.Option(help="Say a digest of every step.")] = False,
) -> None:
    """Run seeds; exit 1 when one of them breaks a promise, and name it."""
    if planted:
        _plant()
        return
    first, _, behind = seeds.partition(":")
    chosen = range(int(first), int(behind or int(first) + 1))
    failed = 0
    with ProcessPoolExecutor() as pool:
        for ended in track(pool.map(run, chosen), "simulating", len(chosen), disable=len(chosen) == 1):
            failed += bool(ended.broken)
            if ended.broken or len(chosen) == 1:
                _tell(ended, trace=trace)
    typer.echo(f"{len(chosen)} seeds, {failed} broken")
    if failed:
        sys.exit(1)


def _tell(ended: Ended, *, trace: bool) -> None:
    end = f"{ended.steps} steps" + (f" {ended.trace}" if trace else "")
    typer.echo(f"seed {ended.seed} broken {end}" if ended.broken else f"seed {ended.seed} kept {end}")
    for what in ended.broken:
        typer.echo(f"  {what}")


def _plant() -> None:
    found: dict[str, Ended | None] = {}
    with ProcessPoolExecutor() as pool:
        for bug, ended in zip(BUGS, pool.map(partial(first_broken, seeds=range(SEEDS_MAX)), BUGS), strict=True):
            found[bug] = ended
            typer.echo(f"{bug}: {ended.seed if ended else 'not found'}")
    PAGE.write_text(page(found), "utf-8")
    if None in found.values():
        sys.exit(1)


if __name__ == "__main__":
    typer.run(main)
