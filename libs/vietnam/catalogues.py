"""The two catalogues of administrative units as committed data, loaded once on first use."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import NewType

DATA = Path(__file__).parent / "data"
REFORM = date(2025, 7, 1)
"""The first day of the two-tier local government and of the codes of QĐ 19/2025/QĐ-TTg (domain.md §2.6)."""
SERIES_2004 = date(2004, 7, 8)

UnitRef = NewType("UnitRef", str)
"""A unit as `<catalogue>:<code>`: `2025:26080`, `2004:732`, `2025:75`, `2025:VN` for the whole country."""


class UnitError(ValueError):
    """A text that names no unit."""


class BareUnitCode(UnitError):
    """A code without its catalogue: since the reform about 1,800 codes mean another unit (domain.md, finding 6)."""


class UnknownUnit(UnitError):
    """A reference that neither catalogue knows."""


class Catalogue(StrEnum):
    """`2004`: the series of QĐ 124/2004 as it stood on 30/06/2025; `2025`: QĐ 19/2025, in force since."""

    SERIES_2004 = "2004"
    SERIES_2025 = "2025"


class UnitKind(StrEnum):
    """The kind of a unit, as the glossary writes it (domain.md §8); `district` is told apart in four."""

    COUNTRY = "country"
    PROVINCE = "province"
    CENTRALLY_RUN_CITY = "centrally_run_city"
    URBAN_DISTRICT = "urban_district"
    RURAL_DISTRICT = "rural_district"
    DISTRICT_TOWN = "district_town"
    DISTRICT_CITY = "district_city"
    COMMUNE = "commune"
    WARD = "ward"
    TOWNSHIP = "township"
    SPECIAL_ZONE = "special_zone"


PROVINCE_KINDS = frozenset({UnitKind.PROVINCE, UnitKind.CENTRALLY_RUN_CITY})
COMMUNE_KINDS = frozenset({UnitKind.COMMUNE, UnitKind.WARD, UnitKind.TOWNSHIP, UnitKind.SPECIAL_ZONE})

VIETNAMESE_KIND = {
    UnitKind.COUNTRY: "Nước",
    UnitKind.PROVINCE: "Tỉnh",
    UnitKind.CENTRALLY_RUN_CITY: "Thành phố",
    UnitKind.URBAN_DISTRICT: "Quận",
    UnitKind.RURAL_DISTRICT: "Huyện",
    UnitKind.DISTRICT_TOWN: "Thị xã",
    UnitKind.DISTRICT_CITY: "Thành phố",
    UnitKind.COMMUNE: "Xã",
    UnitKind.WARD: "Phường",
    UnitKind.TOWNSHIP: "Thị trấn",
    UnitKind.SPECIAL_ZONE: "Đặc khu",
}


@dataclass(frozen=True, slots=True)
class Unit:
    """One administrative unit of one catalogue.

    `name` is the proper name (`Hàng Gòn`, `1`). `valid_from` and `valid_to` (the first day no longer in
    force) are those of the catalogue, not of the unit: the packaged 2004 series is its state of 30/06/2025,
    and units that ended before that day are not in it.
    """

    ref: UnitRef
    catalogue: Catalogue
    code: str
    name: str
    kind: UnitKind
    parent: UnitRef | None
    valid_from: date
    valid_to: date | None

    @property
    def full_name(self) -> str:
        """The name with its kind, as an official list writes it: `Phường Hàng Gòn`."""
        return f"{VIETNAMESE_KIND[self.kind]} {self.name}"


@dataclass(frozen=True, slots=True)
class Units:
    """Every unit of both catalogues, and what lies directly below each; do not change either mapping."""

    by_ref: dict[UnitRef, Unit]
    below: dict[UnitRef, list[UnitRef]]


@cache
def units() -> Units:
    """Both catalogues, read from the committed files at the first call."""
    loaded = Units({}, {})
    for catalogue in Catalogue:
        _load(catalogue, loaded)
    return loaded


def _load(catalogue: Catalogue, into: Units) -> None:
    old = catalogue is Catalogue.SERIES_2004
    valid = (SERIES_2004, REFORM) if old else (REFORM, None)
    kinds = {str(kind): kind for kind in UnitKind}
    for line in (DATA / f"units_{catalogue}.tsv").read_text("utf-8").splitlines()[1:]:
        code, kind, name, above = line.split("\t")
        ref = UnitRef(f"{catalogue}:{code}")
        parent = UnitRef(f"{catalogue}:{above}") if above else None
        into.by_ref[ref] = Unit(ref, catalogue, code, name, kinds[kind], parent, *valid)
        if parent:
            into.below.setdefault(parent, []).append(ref)
