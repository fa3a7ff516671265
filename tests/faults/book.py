"""The fault book: which faults are tried, what must happen then, and the figures of the runs that tried them.

A test that tries a row bears `@pytest.mark.row(36)` and hands its figures to the fixture `figures_of`. A run of
`make test-faults` keeps them in `docs/reference/faults.json` and writes `docs/reference/faults.md`.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

FOLDER = Path(__file__).parents[2] / "docs" / "reference"
KEPT, PAGE = FOLDER / "faults.json", FOLDER / "faults.md"
FIGURES = ("rounds", "lost", "doubled", "recovered")


class Row(NamedTuple):
    """A fault and what must happen."""

    fault: str
    expected: str


ROWS: Mapping[int, Row] = {
    15: Row("all processes killed at random", "everything converges"),
    16: Row("told to stop while the collector is away", "ends in under 5 s, nothing under way is lost"),
    17: Row("brokers restarted one after the other", "no command fails, reads become staler for a while"),
    18: Row("the broker that leads every partition is killed", "the relay goes on, the broker holds nothing twice"),
    20: Row("a slow broker", "memory stays bounded, the backlog drains"),
    21: Row("a broker's disk is full", "commands are taken, the relay goes on when there is room"),
    22: Row("a topic is deleted", "relay and followers stop aloud, nothing makes it anew; `log restore` refills it"),
    23: Row("a topic is made anew, cut, or its records deleted", "noticed, nothing is skipped in silence"),
    26: Row("fewer brokers than `min.insync.replicas`", "nothing counts as published, the backlog drains after"),
    27: Row(
        "a worker joins and leaves every three seconds", "above half of the normal rate, nothing doubled or missed"
    ),
    28: Row("a partition silently brings nothing", "noticed and asked for anew within 45 s"),
    29: Row("a fold slower than the group allows", "the partition passes to another, the late write is refused"),
    30: Row("a frozen worker wakes after its partitions were taken", "its write is refused"),
    31: Row("the group's offsets are gone", "reading goes on from the checkpoint, nothing is skipped"),
    32: Row(
        "a topic or broker that is not there in the settings",
        "said aloud, no topic is made, commands are taken; work begins once it is there",
    ),
    33: Row("the producer's id expired after a long pause", "a new producer sends the batch again"),
    36: Row("PostgreSQL killed, or stopped at once", "503 with Retry-After, then all goes on"),
    38: Row("fsync of PostgreSQL fails", "it recovers, and what was acknowledged is there"),
    39: Row(
        "the disk of the write-ahead log is full",
        "PostgreSQL ends itself: 503 until there is room and it is started, nothing is lost",
    ),
    43: Row("serialisation failures and deadlocks", "the command is tried again, the caller sees none"),
    44: Row("concurrent appends to one stream", "one wins, the others are tried again or get 409"),
    45: Row("no connection is left", "503, health does not flap, all goes on after"),
    46: Row("a transaction left open", "the server ends it, writers go on"),
    49: Row("a database put back from an older day", "nothing is taken until its missing end is imported"),
    50: Row("a migration waits behind a long read", "it gives up; commands go on meanwhile"),
    51: Row("an event twice", "it counts once"),
    52: Row("two events of a partition exchanged", "the partition stops and says so"),
    53: Row("an event that comes thirty days late", "it counts on its own day"),
    54: Row("malformed JSON, broken UTF-8, not a number", "parked raw with a reason, the rest goes on"),
    55: Row("more than a record can hold", "refused when commanded, the relay never stops"),
    56: Row("a type or version of the future", "the type is nobody's here; the version's subject waits, nobody else"),
    57: Row(
        "old and new code side by side",
        "the new reads what the old wrote; what only the new can read waits in the old, and is lost nowhere",
    ),
    58: Row("an event changed in place", "named by (partition, sequence)"),
    59: Row("a record on the wrong topic", "parked, applied nowhere"),
    60: Row("clocks an hour before, behind, and going back", "the order stays; tokens have a minute's leeway"),
    61: Row("bad settings", "the start is refused with one clear line"),
    64: Row("the collector is away, slow, or refuses", "commands do not notice"),
    77: Row("one subject with ten thousand events", "its commands stay within reach of the others'"),
}
# What this machine cannot run, and why.
CANNOT: Mapping[int, str] = {}


def keep(told: Mapping[str, Mapping[str, Any]]) -> None:
    """Add figures, by `row: test`, to those kept, and write the page."""
    kept: dict[str, Any] = json.loads(KEPT.read_text("utf-8")) if KEPT.exists() else {}
    kept = dict(sorted({**kept, **told}.items(), key=lambda one: (_number(one[0]), one[0])))
    KEPT.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", "utf-8")
    PAGE.write_text(page(kept), "utf-8")


def page(kept: Mapping[str, Mapping[str, Any]]) -> str:
    """The page of the fault book."""
    lines = [
        "# Faults",
        "",
        "What was broken on purpose against real engines, and what came of it: `make test-faults` writes this page.",
        "*Recovered* is the longest time, in seconds, until the work went on by itself.",
        "",
        "| row | fault | what must happen | test | rounds | lost | doubled | recovered | more |",
        "|--:|---|---|---|--:|--:|--:|--:|---|",
    ]
    for key, figures in kept.items():
        lines.append(_line(key, figures))
    shown = {_number(key) for key in kept}
    lines += [f"| {n} | {ROWS[n].fault} | {ROWS[n].expected} | not run: {why} | | | | | |" for n, why in CANNOT.items()]
    missing = sorted(ROWS.keys() - shown - CANNOT.keys())
    if missing:
        lines += ["", f"Not tried yet: {', '.join(map(str, missing))}."]
    return "\n".join(lines) + "\n"


def _line(key: str, figures: Mapping[str, Any]) -> str:
    number, _, test = key.partition(": ")
    row = ROWS.get(_number(key))
    fault, expected = (row.fault, row.expected) if row else (number, "nothing is lost or doubled")
    cells = [figures.get(name, "") for name in FIGURES]
    more = ", ".join(f"{name} {value}" for name, value in figures.items() if name not in FIGURES)
    first = number if row else ""
    return "| " + " | ".join(map(str, (first, fault, expected, f"`{test}`", *cells, more))) + " |"


def _number(key: str) -> int:
    """Of a row; crash points come first."""
    first = key.partition(": ")[0]
    return int(first) if first.isdigit() else 0
