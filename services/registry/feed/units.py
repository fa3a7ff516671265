"""Which commune a row is of: by its own column, the title over it, the sender, the sheet's name, or its address.

Everything is read as of the list's day (domain.md §5.3); a list after 01/07/2025 that names an old commune means its
one successor, and nothing where it was divided. A bare code is never believed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from libs.vietnam.places import resolve_unit
from libs.vietnam.spelling import one_spelling
from libs.vietnam.units import (
    COUNTRY,
    COUNTRY_2004,
    REFORM,
    UnitError,
    UnitRef,
    communes,
    parse_unit_ref,
    province_of,
    successor_on_2025,
    successors,
    unit,
    within,
)
from services.registry.feed.cells import RawRow, text_of
from services.registry.feed.dirt import Problem
from services.registry.feed.headings import UNIT_KIND

ADDRESSES = ("current_address", "temporary_address", "both_addresses", "permanent_address")
CODE = re.compile(r"\d{2,5}")
QUALIFIED = re.compile(r"20(04|25):\d{2,5}")
COUNTED = re.compile(r"\s*[:(\-–]?\s*\d+\s*(người|đối tượng|trường hợp)?\)?\s*$|\s*:\s*$")
PLACES_CACHED = 65_536
Found = UnitRef | str


@dataclass(frozen=True, slots=True)
class Sender:
    """Whose list it is, and of which day."""

    unit: UnitRef
    as_of: date

    @property
    def commune(self) -> UnitRef | None:
        """The sender's unit, if it is a commune."""
        return self.unit if communes(self.unit) == (self.unit,) else None

    @property
    def province(self) -> str | None:
        """The name of the sender's province; None for the whole country."""
        return None if self.unit in {COUNTRY, COUNTRY_2004} else unit(province_of(self.unit)).name


def read_unit(row: RawRow, sender: Sender) -> tuple[UnitRef | None, list[Problem]]:
    """The commune of a row, or None and why not."""
    found, column = next(_found(row, sender), ("unit_unknown", None))
    code = text_of(row.cells, "unit_code")
    if not isinstance(found, UnitRef | str) or found in _PROBLEMS:
        return None, [Problem(found, column)]
    ref = UnitRef(found)
    if code and CODE.fullmatch(code) and unit(ref).code != code.zfill(5):
        return None, [Problem("unit_code_differs", "unit_code")]
    return _in_force(ref, sender, column)


def unit_of_sheet(row: RawRow, sender: Sender) -> str:
    """What a sheet's name says of the commune, empty where it says nothing: part of what a row is."""
    return _place(row.traits.name, sender.province, None, sender.as_of) or ""


_PROBLEMS = frozenset({"unit_unknown", "unit_ambiguous", "unit_code_bare"})
