"""Administrative units: references that carry their catalogue, the tree of each, and what succeeded what.

A reference is `<catalogue>:<code>`, because a bare code is ambiguous: 3,316 of the 3,321 commune codes of
2025 existed before, about 1,800 of them on a unit with another name (domain.md §2.6, finding 6).
"""

from libs.vietnam.catalogues import (
    COMMUNE_KINDS,
    PROVINCE_KINDS,
    REFORM,
    BareUnitCode,
    Catalogue,
    Unit,
    UnitError,
    UnitKind,
    UnitRef,
    UnknownUnit,
    units,
)
from libs.vietnam.succession import (
    Succession,
    SuccessionKind,
    predecessors,
    successor_on_2025,
    successors,
    wholly_succeeded,
)

__all__ = [
    "COUNTRY",
    "COUNTRY_2004",
    "REFORM",
    "BareUnitCode",
    "Catalogue",
    "Succession",
    "SuccessionKind",
    "Unit",
    "UnitError",
    "UnitKind",
    "UnitRef",
    "UnknownUnit",
    "communes",
    "is_district",
    "parse_unit_ref",
    "predecessors",
    "province_of",
    "scope_communes",
    "subtree",
    "successor_on_2025",
    "successors",
    "unit",
    "within",
]

COUNTRY = UnitRef("2025:VN")
COUNTRY_2004 = UnitRef("2004:VN")


def parse_unit_ref(text: str) -> UnitRef:
    """The reference written as `text`, exactly; raises `BareUnitCode` or `UnknownUnit`, both `UnitError`."""
    ref = UnitRef(text)
    if ref in units().by_ref:
        return ref
    if ":" not in text and any(f"{catalogue}:{text}" in units().by_ref for catalogue in Catalogue):
        raise BareUnitCode(f"a bare code is ambiguous: write 2004:{text} or 2025:{text}")
    raise UnknownUnit(f"no unit is known as {text!r}")


def unit(ref: UnitRef) -> Unit:
    """What is known of the unit; raises `UnknownUnit`."""
    try:
        return units().by_ref[ref]
    except KeyError:
        raise UnknownUnit(f"no unit is known as {ref!r}") from None


def subtree(ref: UnitRef) -> tuple[UnitRef, ...]:
    """The unit and all units below it in its catalogue, each before those below it, by code."""
    unit(ref)
    found = [ref]
    for below in units().below.get(ref, ()):
        found.extend(subtree(below))
    return tuple(found)


def communes(ref: UnitRef) -> tuple[UnitRef, ...]:
    """The communes, wards, townships and special zones of the subtree; itself, if the unit is one.

    Five island districts of 2004 (Bạch Long Vĩ, Cồn Cỏ, Hoàng Sa, Lý Sơn, Côn Đảo) had none.
    """
    return tuple(below for below in subtree(ref) if units().by_ref[below].kind in COMMUNE_KINDS)


def within(ref: UnitRef, ancestor: UnitRef) -> bool:
    """Whether the unit is `ancestor` or lies in it, in one catalogue; raises `UnknownUnit` for either."""
    unit(ancestor)
    above: UnitRef | None = ref
    while above is not None and above != ancestor:
        above = unit(above).parent
    return above == ancestor


def province_of(ref: UnitRef) -> UnitRef:
    """The province or centrally run city that the unit is or lies in; `UnknownUnit` for the country."""
    above: UnitRef | None = ref
    while above is not None:
        found = unit(above)
        if found.kind in PROVINCE_KINDS:
            return above
        above = found.parent
    raise UnknownUnit("the whole country lies in no province")


def scope_communes(ref: UnitRef) -> tuple[UnitRef, ...]:
    """The communes whose people an officer of `ref` answers for: its own, and those they wholly succeeded.

    An old commune belongs here when all of its successors do. A split one is thus in the scope of no commune,
    only of the unit that holds every part, usually the province: until a human has placed its people, nobody
    below sees them as theirs (domain.md §2.6). The five island districts without communes count as communes.
    For a reference of the 2004 catalogue: its own communes.
    """
    own = communes(ref)
    return own + wholly_succeeded(own)


def is_district(ref: UnitRef) -> bool:
    """Whether the unit was a district, a level abolished on 01/07/2025 (Law on Local Government 2025)."""
    kind = unit(ref).kind
    return kind is not UnitKind.COUNTRY and kind not in PROVINCE_KINDS | COMMUNE_KINDS
