"""Which administrative unit a list means by what it writes: all that fit, and never a guess among several.

For domain.md §5.3 and §5.5 items 27-32. The 2004 catalogue is its state of 30/06/2025: a name that ended earlier
(Huế's districts before 2025, the merged communes of 2019-2024) is unknown here, not mapped.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache

from libs.vietnam.catalogues import COMMUNE_KINDS, PROVINCE_KINDS, REFORM, Catalogue, Unit, UnitKind, UnitRef, units
from libs.vietnam.place_text import FORMER, Place, fits, name_key, parts, readings
from libs.vietnam.spelling import one_spelling
from libs.vietnam.succession import successors

BRACKET = re.compile(r"(?P<outer>[^()]+)\((?!cũ\))(?P<inner>[^()]+)(?:\)(?P<tail>[^()]*))?", re.IGNORECASE)
NOW = re.compile(r"^\s*(?:nay là|nay thuộc|hiện nay là|mới là)\s+", re.IGNORECASE)
ALIASES = {
    "hcm": "hochiminh",
    "tphcm": "hochiminh",
    "hcmc": "hochiminh",
    "saigon": "hochiminh",
    "hn": "hanoi",
    "thuathienhue": "hue",
    "tthue": "hue",
    "brvt": "bariavungtau",
    "daclac": "daklak",
    "dacnong": "daknong",
}
DASH = re.compile(r"\s[-\u2013]\s")
NEW, OLD = (Catalogue.SERIES_2025,), (Catalogue.SERIES_2004,)
BARE_CODE = re.compile(r"\d{5}")


def resolve_unit(
    text: str, *, province: str | None = None, district: str | None = None, on: date
) -> tuple[UnitRef, ...]:
    """The units that a place in a document of the day `on` may be: none known, one resolved, several ambiguous.

    Before 01/07/2025 in the 2004 catalogue. From then in that of 2025; where nothing there fits, because a district,
    an old province or an abolished kind is written, in that of 2004, as written: the caller maps it by succession.
    A new name with its old one beside it (`phường Hàng Gòn (xã Hàng Gòn, TP Long Khánh cũ)`) is the old unit, or the
    new one where the old was split. A kind that is written must be right; marks may be missing, not different.
    """
    spelled = one_spelling(text)
    query = _Query(tuple(_hint(name) for name in (district, province) if name and name.strip()), on >= REFORM)
    if bracket := BRACKET.fullmatch(spelled):
        outer, inner = f"{bracket['outer']} {bracket['tail'] or ''}", bracket["inner"]
        if FORMER.search(inner) or NOW.match(inner):
            return _with_former(outer, inner, query)
        spelled = f"{bracket['outer']}, {inner} {bracket['tail'] or ''}"
    if BARE_CODE.fullmatch(spelled):
        return _of_code(spelled, query)
    if FORMER.search(spelled):
        return _resolved(FORMER.sub("", spelled), query, OLD)
    return _resolved(spelled, query, query.catalogues)


@dataclass(frozen=True, slots=True)
class _Query:
    around: tuple[list[Place], ...]
    reformed: bool

    @property
    def catalogues(self) -> tuple[Catalogue, ...]:
        return NEW + OLD if self.reformed else OLD


def _with_former(outer: str, inner: str, query: _Query) -> tuple[UnitRef, ...]:
    if NOW.match(inner):
        outer, inner = NOW.sub("", inner), outer
    new = _resolved(outer, query, query.catalogues[:1])
    old = _resolved(FORMER.sub("", inner), query, OLD)
    heirs = {ref: [link.new for link in successors(ref)] for ref in old}
    agreeing = [ref for ref in old if not new or set(new) & set(heirs[ref])]
    if not agreeing:
        return tuple(sorted({*new, *old}))
    if new and any(len(heirs[ref]) > 1 for ref in agreeing):
        return tuple(ref for ref in new if any(ref in heirs[one] for one in agreeing))
    return tuple(agreeing)


def _of_code(code: str, query: _Query) -> tuple[UnitRef, ...]:
    refs = [UnitRef(f"{catalogue}:{code}") for catalogue in query.catalogues]
    return tuple(ref for ref in refs if ref in units().by_ref and _lies_in(ref, query.around, query))


def _resolved(text: str, query: _Query, catalogues: Iterable[Catalogue]) -> tuple[UnitRef, ...]:
    head, *rest = parts(text) or [""]
    hints = [*query.around, *(_hint(piece) for part in rest for piece in _pieces(part))]
    for catalogue in catalogues:
        for place in readings(head):
            named = [ref for ref in _named(catalogue, place) if _lies_in(ref, hints, query)]
            if found := _as_written(head, place, named):
                return found
    return ()


def _named(catalogue: Catalogue, place: Place) -> list[UnitRef]:
    by_ref = units().by_ref
    found = [ref for ref in _index().get((catalogue, place.key), ()) if fits(place.name, by_ref[ref].name)]
    return [ref for ref in found if not place.kinds or by_ref[ref].kind in place.kinds]


def _as_written(head: str, place: Place, found: list[UnitRef]) -> tuple[UnitRef, ...]:
    by_ref = units().by_ref
    if not place.kinds and any(by_ref[ref].kind in COMMUNE_KINDS for ref in found):
        found = [ref for ref in found if by_ref[ref].kind in COMMUNE_KINDS]
    # Who writes marks at all means Trà Don, not Trà Dơn.
    exact = [] if head.isascii() else [ref for ref in found if by_ref[ref].name.lower() == place.name.lower()]
    return tuple(exact or found)


def _hint(text: str) -> list[Place]:
    return readings(one_spelling(text))


def _pieces(part: str) -> list[str]:
    # `TP Long Khánh - Đồng Nai` is two units, `Bà Rịa - Vũng Tàu` one.
    known = not DASH.search(part) or any(
        any((one, place.key) in _index() for one in Catalogue) for place in readings(part)
    )
    return [part] if known else DASH.split(part)


def _lies_in(ref: UnitRef, hints: Iterable[list[Place]], query: _Query) -> bool:
    above, parent = list[Unit](), units().by_ref[ref].parent
    while parent is not None:
        above.append(units().by_ref[parent])
        # Since the reform a list may head its old communes with the new province.
        above.extend(units().by_ref[link.new] for link in successors(parent) if query.reformed)
        parent = units().by_ref[parent].parent
    return all(any(_is(unit, place) for unit in above for place in hint) for hint in hints)


def _is(unit: Unit, place: Place) -> bool:
    if unit.kind in PROVINCE_KINDS and ALIASES.get(place.key) == name_key(unit.name):
        return True
    return (not place.kinds or unit.kind in place.kinds) and fits(place.name, unit.name)


@cache
def _index() -> dict[tuple[Catalogue, str], list[UnitRef]]:
    index: dict[tuple[Catalogue, str], list[UnitRef]] = {}
    for ref, unit in units().by_ref.items():
        if unit.kind is not UnitKind.COUNTRY:
            index.setdefault((unit.catalogue, name_key(unit.name)), []).append(ref)
    return index
