"""What became of each old unit: the package's pairs with our corrections, each named by its kind."""

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

CORRECTIONS = Path(__file__).parent / "corrections.tsv"


class Pair(NamedTuple):
    """An old unit and a new one that took over all or a part of it."""

    old: str
    new: str


class Link(NamedTuple):
    """One line of the succession file."""

    old: str
    new: str
    kind: str


def corrected(pairs: Iterable[Pair]) -> set[Pair]:
    """The pairs with `corrections.tsv` applied; a correction that no longer bites raises ValueError.

    Most corrections drop a part that the package gives to a namesake: the two Xã Hòa Lộc of the new Vĩnh Long
    came from two old provinces, each wholly into one new commune (SOURCES.md).
    """
    result = set(pairs)
    for line in CORRECTIONS.read_text("utf-8").splitlines()[1:]:
        old, new, action, _ = line.split("\t")
        if (Pair(old, new) in result) is not (action == "drop"):
            raise ValueError(f"the package already agrees: {line}")
        result ^= {Pair(old, new)}
    return result


def kinds_of(
    pairs: Iterable[Pair], old: Mapping[str, tuple[str, str]], new: Mapping[str, tuple[str, str]]
) -> list[Link]:
    """Every pair with its kind, sorted; `old` and `new` map a code to its (kind, name)."""
    pairs = sorted(pairs)
    parts, sources = Counter(pair.old for pair in pairs), Counter(pair.new for pair in pairs)
    return [
        Link(*pair, _kind(parts[pair.old], sources[pair.new], same=old[pair.old] == new[pair.new])) for pair in pairs
    ]


def _kind(parts: int, sources: int, *, same: bool) -> str:
    if parts > 1:
        return "part" if sources > 1 else "split"
    if sources > 1:
        return "merge"
    return "unchanged" if same else "rename"
