"""What became of each unit of 2004 in the reform of 01/07/2025, and where each unit of 2025 came from."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from libs.vietnam.catalogues import DATA, Catalogue, UnitRef, UnknownUnit, units


class SuccessionKind(StrEnum):
    """How an old unit went into a new one.

    Of a whole old unit: `unchanged`, `rename` (name or kind changed) and `merge` (together with others).
    Of a divided one: `split` (this part alone makes the new unit) and `part` (it does so with others).
    """

    UNCHANGED = "unchanged"
    RENAME = "rename"
    MERGE = "merge"
    SPLIT = "split"
    PART = "part"


@dataclass(frozen=True, slots=True)
class Succession:
    """One old unit (or a part of it) going into one new unit, from 01/07/2025."""

    old: UnitRef
    new: UnitRef
    kind: SuccessionKind


Links = dict[UnitRef, tuple[Succession, ...]]


def successors(ref: UnitRef) -> tuple[Succession, ...]:
    """What took over the unit, by code; empty for a unit of 2025 and for a district that had communes."""
    return _found(ref, _links()[0])


def predecessors(ref: UnitRef) -> tuple[Succession, ...]:
    """What the unit was made of, by code; empty for a unit of 2004."""
    return _found(ref, _links()[1])


def successor_on_2025(ref: UnitRef) -> UnitRef | None:
    """The one unit of the 2025 catalogue that the whole of `ref` now is (of a unit of 2025: itself).

    None for a split unit, whose people only a human can place by their addresses, and for a district.
    """
    if units().by_ref.get(ref) and ref.startswith(f"{Catalogue.SERIES_2025}:"):
        return ref
    found = successors(ref)
    return found[0].new if len(found) == 1 else None


def wholly_succeeded(new: Iterable[UnitRef]) -> tuple[UnitRef, ...]:
    """The old units all of whose successors are among `new`, by code."""
    heirs = frozenset(new)
    old = {link.old for ref in heirs for link in predecessors(ref)}
    return tuple(sorted(ref for ref in old if all(link.new in heirs for link in successors(ref))))


def _found(ref: UnitRef, links: Links) -> tuple[Succession, ...]:
    if ref not in units().by_ref:
        raise UnknownUnit(f"no unit is known as {ref!r}")
    return links.get(ref, ())


@cache
def _links() -> tuple[Links, Links]:
    kinds = {str(kind): kind for kind in SuccessionKind}
    by_old: dict[UnitRef, list[Succession]] = {}
    by_new: dict[UnitRef, list[Succession]] = {}
    for line in (DATA / "succession.tsv").read_text("utf-8").splitlines()[1:]:
        old, new, kind = line.split("\t")
        link = Succession(UnitRef(f"2004:{old}"), UnitRef(f"2025:{new}"), kinds[kind])
        by_old.setdefault(link.old, []).append(link)
        by_new.setdefault(link.new, []).append(link)
    return _frozen(by_old), _frozen(by_new)


def _frozen(links: dict[UnitRef, list[Succession]]) -> Links:
    return {ref: tuple(found) for ref, found in links.items()}
