"""The report of a row: counters first, then rates and ratios, then what it ran on; for people and for programs."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path

import orjson

from benchmarks.contest import Row, Spread, Standing

RESULTS = Path(__file__).parent / "results"


def write(folder: Path, day: date, row: Row, document: Mapping[str, object], text: str) -> list[Path]:
    """`<date>-<row>.md` and `.json` in a folder; their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    page, data = (folder / f"{day.isoformat()}-{row.name}.{suffix}" for suffix in ("md", "json"))
    page.write_text(text, "utf-8")
    data.write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2) + b"\n")
    return [page, data]


def document(
    row: Row, standings: Sequence[Standing], run: Mapping[str, int], machine: Mapping[str, str]
) -> dict[str, object]:
    """Everything as data."""
    return {
        "row": row.name,
        "title": row.title,
        "run": dict(run),
        "standings": [asdict(standing) | {"verdict": standing.verdict} for standing in standings],
        "machine": dict(machine),
    }


def page(row: Row, standings: Sequence[Standing], run: Mapping[str, int], machine: Mapping[str, str]) -> str:
    """Everything as a page."""
    ours = standings[0].name
    parts = [
        f"# {row.title}",
        f"{row.how}\n\n{', '.join(f'{value:,} {name}' for name, value in run.items())}; contestants in turn.",
        "## Correct?",
        _counters(standings),
        "## How fast",
        f"Medians of the rounds [least … most]. A ratio is {ours} divided by the peer, round by round.",
        _table(
            ["", "events/s", f"{ours} ÷ peer", "reach", ""],
            [[s.name, _rate(s.rate), _ratio(s.ratio), _reach(s), s.verdict] for s in standings],
        ),
        *_times(standings),
        "## On what",
        _table(["", ""], [[name, value] for name, value in machine.items()]),
    ]
    return "\n\n".join(parts) + "\n"


def _times(standings: Sequence[Standing]) -> list[str]:
    """The measures that are no rates, where there are any."""
    timed = [standing for standing in standings if standing.measures]
    if not timed:
        return []
    rows = [
        [s.name, of, _milliseconds(spread), f"< {s.limits[of]:g}" if of in s.limits else "", s.verdict]
        for s in timed
        for of, spread in s.measures.items()
    ]
    return ["## How long", _table(["", "measure", "ms", "limit", ""], rows)]


def _counters(standings: Sequence[Standing]) -> str:
    names = list(dict.fromkeys(name for standing in standings for name in standing.counters))
    rows = [
        [
            s.name,
            *(f"{s.counters[name]:,}" if name in s.counters else "" for name in names),
            "; ".join(s.wrong) or "nothing",
        ]
        for s in standings
    ]
    return _table(["", *names, "wrong"], rows)


def _rate(spread: Spread) -> str:
    return f"{spread.median:,.0f} [{spread.least:,.0f} … {spread.most:,.0f}]"


def _milliseconds(spread: Spread) -> str:
    return f"**{spread.median:.1f}** [{spread.least:.1f} … {spread.most:.1f}]"


def _ratio(spread: Spread | None) -> str:
    return "" if spread is None else f"**{spread.median:.2f}** [{spread.least:.2f} … {spread.most:.2f}]"


def _reach(standing: Standing) -> str:
    return "" if standing.reach is None else f"≥ {standing.reach:g}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
