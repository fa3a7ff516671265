"""Which commune a row is of: by its own column, the title over it, the sender, the sheet's name, or its address.

Everything is read as of the list's day (domain.md §5.3): a list after 01/07/2025 that names an old commune means its
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
    Catalogue,
    UnitError,
    UnitRef,
    communes,
    parse_unit_ref,
    predecessors,
    province_of,
    successor_on_2025,
    successors,
    unit,
)
from services.registry.feed.cells import RawRow, text_of
from services.registry.feed.dirt import Problem

ADDRESSES = ("current_address", "temporary_address", "both_addresses", "permanent_address")
COMMUNE_KIND = re.compile(r"(phường|xã|thị trấn|đặc khu|[pfx]\.|tt\.?)\s*\S", re.IGNORECASE)
DISTRICT_KIND = re.compile(r"(quận|huyện|thị xã|thành phố|[qh]\.|tx\.?|tp\.?)\s*\S", re.IGNORECASE)
PROVINCE_KIND = re.compile(r"(tỉnh|t\.)\s*\S", re.IGNORECASE)
CODE = re.compile(r"\d{1,5}")
COUNTED = re.compile(r"[\s:(\-–]*\d+\s*(người|đối tượng|trường hợp)?\)?$|\s*:$", re.IGNORECASE)  # noqa: RUF001 -- Their dash.
PLACES_CACHED = 65_536


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
    """The commune of a row in the catalogue of the list's day, or None and why not."""
    code, named = text_of(row.cells, "unit_code"), text_of(row.cells, "unit")
    if CODE.fullmatch(named) or (CODE.fullmatch(code) and not named):
        return None, [Problem("unit_code_bare", "unit" if named else "unit_code")]
    for column, text, claims in _sayings(row, sender):
        found = _communes(text, *_around(row, sender), sender.as_of)
        if len(found) == 1:
            differs = CODE.fullmatch(code) is not None and unit(found[0]).code != code.zfill(5)
            return (
                (None, [Problem("unit_code_differs", "unit_code")]) if differs else _in_force(found[0], sender, column)
            )
        if found or claims:
            return None, [Problem("unit_ambiguous" if found else "unit_unknown", column)]
    return None, [Problem("unit_unknown", None)]


def unit_of_sheet(row: RawRow, sender: Sender) -> str:
    """The commune that the sheet's name means, empty where it means none or the row names one: what the row says."""
    if any(claims for _, _, claims in _nearer(row, sender)):
        return ""
    return ",".join(_communes(row.traits.name, sender.province, None, sender.as_of))


def _sayings(row: RawRow, sender: Sender) -> Iterator[tuple[str | None, str, bool]]:
    """What may name the commune, the nearest first; with True, it does, and must be known."""
    yield from _nearer(row, sender)
    yield None, row.traits.name, False
    yield from ((column, said, False) for column in ADDRESSES if (said := text_of(row.cells, column)))


def _nearer(row: RawRow, sender: Sender) -> Iterator[tuple[str | None, str, bool]]:
    for column in ("unit_code", "unit"):
        if said := text_of(row.cells, column):
            yield column, said, column == "unit" or ":" in said
    for title in reversed(row.sections):
        yield None, COUNTED.sub("", title), COMMUNE_KIND.match(one_spelling(title)) is not None
    if sender.commune is not None:
        yield None, sender.commune, True


def _around(row: RawRow, sender: Sender) -> tuple[str | None, str | None]:
    titles = [COUNTED.sub("", one_spelling(title)) for title in row.sections]
    province = next((title for title in reversed(titles) if PROVINCE_KIND.match(title)), sender.province)
    district = next((title for title in reversed(titles) if DISTRICT_KIND.match(title)), None)
    return text_of(row.cells, "province") or province, text_of(row.cells, "district") or district


@lru_cache(maxsize=PLACES_CACHED)
def _communes(text: str, province: str | None, district: str | None, on: date) -> tuple[UnitRef, ...]:
    if CODE.fullmatch(text):
        return ()
    try:
        return (parse_unit_ref(text),)
    except UnitError:
        found = resolve_unit(text, province=province, district=district, on=on)
    return tuple(ref for ref in found if communes(ref) == (ref,))


def _in_force(ref: UnitRef, sender: Sender, column: str | None) -> tuple[UnitRef | None, list[Problem]]:
    if sender.as_of >= REFORM and unit(ref).catalogue is Catalogue.SERIES_2004:
        heir = successor_on_2025(ref)
        if heir is None:
            return None, [Problem("unit_split", column)]
        ref = heir
    if ref not in _reach(sender.unit):
        return None, [Problem("unit_outside_list", column)]
    return ref, []


@lru_cache(maxsize=256)
def _reach(sender: UnitRef) -> frozenset[UnitRef]:
    """The communes that lie in the sender's unit, in either catalogue."""
    own = communes(sender)
    after = [link.new for ref in own for link in successors(ref)]
    before = [link.old for ref in own for link in predecessors(ref)]
    return frozenset([*own, *after, *before])
