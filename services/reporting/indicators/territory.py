"""Which recorded units belong to the unit that is asked for, on the map of then or on that of now."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from libs.events.decider import Invalid
from libs.vietnam.succession import wholly_succeeded
from libs.vietnam.units import (
    COUNTRY,
    COUNTRY_2004,
    Catalogue,
    UnitRef,
    UnknownUnit,
    predecessors,
    province_of,
    subtree,
    successor_on_2025,
)
from libs.web.units import known_unit


class UnitMap(StrEnum):
    """The base of a figure, to be declared with it (domain.md §4.1.5).

    `as_recorded` counts what was recorded in the unit and below it, in its own catalogue; `current` adds what the
    units of 2004 that it wholly succeeded had recorded.
    """

    AS_RECORDED = "as_recorded"
    CURRENT = "current"


class UnitMapMismatch(Invalid):
    """A unit of the 2004 catalogue was asked for on the map of now, where it is not."""

    problem = "unit-map-mismatch"


@dataclass(frozen=True)
class Territory:
    """`units` are the recorded units that count; None is the whole country, whatever the catalogue.

    `divided` are the units of 2004 of which a part lies here and a part elsewhere: nobody can say where their people
    belong but a human with their addresses (domain.md §2.6), so they are shown apart and never counted.
    """

    unit_map: UnitMap
    units: frozenset[str] | None
    divided: frozenset[str] = frozenset()

    def __contains__(self, recorded: object) -> bool:
        return self.units is None or recorded in self.units

    @property
    def read(self) -> list[str]:
        """All units that a question has to read."""
        return sorted((self.units or frozenset()) | self.divided)

    def left_province(self, origin: str, moved_to: str) -> bool:
        """Whether a move from one unit to another crosses the border of a province, on this map."""
        here, there = _province(origin), _province(moved_to)
        if here is None or there is None:
            return False
        if self.unit_map is UnitMap.CURRENT or _catalogue(here) != _catalogue(there):
            return successor_on_2025(here) != successor_on_2025(there)
        return here != there


EVERYWHERE = Territory(UnitMap.AS_RECORDED, None)


def territory_of(asked: str, unit_map: UnitMap) -> Territory:
    """The territory of a unit; refuses one that is bare or not known (`known_unit`), or not on the map."""
    ref = UnitRef(known_unit(asked))
    if unit_map is UnitMap.CURRENT and _catalogue(ref) is Catalogue.SERIES_2004:
        raise UnitMapMismatch("a unit of 2004 is not on the map of now", unit=asked)
    if ref in (COUNTRY, COUNTRY_2004):
        return Territory(unit_map, None)
    here = subtree(ref)
    if unit_map is UnitMap.AS_RECORDED:
        return Territory(unit_map, frozenset(here))
    whole = frozenset(below for old in wholly_succeeded(here) for below in subtree(old))
    return Territory(unit_map, whole.union(here), _touched(here) - whole)


def _touched(here: Iterable[UnitRef]) -> frozenset[str]:
    return frozenset(link.old for ref in here for link in predecessors(ref))


def _catalogue(ref: UnitRef) -> Catalogue:
    return Catalogue(ref.split(":", 1)[0])


@cache
def _province(recorded: str) -> UnitRef | None:
    try:
        return province_of(UnitRef(recorded))
    except UnknownUnit:
        return None
