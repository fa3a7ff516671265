"""Places as lists write them, taken apart (domain.md §5.5 items 27, 28, 39)."""

import pytest

from libs.vietnam.catalogues import UnitKind
from libs.vietnam.place_text import CITIES, Place, fits, name_key, parts, readings

WARD, COMMUNE, TOWNSHIP = {UnitKind.WARD}, {UnitKind.COMMUNE}, {UnitKind.TOWNSHIP}


@pytest.mark.parametrize(
    ("text", "kinds", "name"),
    [
        ("phường Xuân Tân", WARD, "Xuân Tân"),
        ("PHUONG Xuan Tan", WARD, "Xuan Tan"),
        ("P. Xuân Tân", WARD, "Xuân Tân"),
        ("P.Xuân Tân", WARD, "Xuân Tân"),
        ("P Xuân Tân", WARD, "Xuân Tân"),
        ("P1", WARD, "1"),
        ("F.12", WARD, "12"),
        ("xã Bàu Trâm", COMMUNE, "Bàu Trâm"),
        ("X. Bàu Trâm", COMMUNE, "Bàu Trâm"),
        ("thị trấn Trâu Quỳ", TOWNSHIP, "Trâu Quỳ"),
        ("thi tran Trau Quy", TOWNSHIP, "Trau Quy"),
        ("TT. Trâu Quỳ", TOWNSHIP, "Trâu Quỳ"),
        ("T.T Trâu Quỳ", TOWNSHIP, "Trâu Quỳ"),
        ("Đặc khu Côn Đảo", {UnitKind.SPECIAL_ZONE}, "Côn Đảo"),
        ("ĐK Côn Đảo", {UnitKind.SPECIAL_ZONE}, "Côn Đảo"),
        ("Q.3", {UnitKind.URBAN_DISTRICT}, "3"),
        ("H. Thống Nhất", {UnitKind.RURAL_DISTRICT}, "Thống Nhất"),
        ("thị xã Kỳ Anh", {UnitKind.DISTRICT_TOWN}, "Kỳ Anh"),
        ("TX Kỳ Anh", {UnitKind.DISTRICT_TOWN}, "Kỳ Anh"),
        ("TP. Long Khánh", CITIES, "Long Khánh"),
        ("thành phố Huế", CITIES, "Huế"),
        ("T. Đồng Nai", {UnitKind.PROVINCE}, "Đồng Nai"),
    ],
)
def test_a_prefix_says_the_kind(text: str, kinds: set[UnitKind], name: str) -> None:
    assert readings(text)[0] == Place(name, frozenset(kinds))


@pytest.mark.parametrize("text", ["Xuân Tân", "Xà Phìn", "H'Mông", "Phường", "Tân An", "Hàng Gòn"])
def test_a_name_that_only_begins_like_a_prefix_has_no_kind(text: str) -> None:
    assert readings(text) == [Place(text, frozenset())]


def test_a_doubtful_prefix_is_read_both_ways() -> None:
    assert [place.name for place in readings("Xa Dung")] == ["Dung", "Xa Dung"]


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("ấp 3, xã Bàu Trâm, TP Long Khánh", ["xã Bàu Trâm", "TP Long Khánh"]),
        ("tổ 5, KP.2, phường Xuân An", ["phường Xuân An"]),
        ("xã Bàu Trâm TP Long Khánh tỉnh Đồng Nai", ["xã Bàu Trâm", "TP Long Khánh", "tỉnh Đồng Nai"]),
        ("ấp 3", []),
        ("", []),
        (" , ", []),
    ],
)
def test_an_address_is_taken_from_the_commune_outwards(text: str, taken: list[str]) -> None:
    assert parts(text) == taken


@pytest.mark.parametrize(
    ("written", "official", "fit"),
    [
        ("Xuan Tan", "Xuân Tân", True),
        ("XUÂN TÂN", "Xuân Tân", True),
        ("Xuân Tan", "Xuân Tân", True),
        ("Xuân Tấn", "Xuân Tân", False),
        ("Dak Lak", "Đắk Lắk", True),
        ("Đan", "Dan", False),
        ("Hoà Bình", "Hòa Bình", True),
        ("01", "1", True),
        ("11", "1", False),
        ("Mađaguôi", "Ma Đa Guôi", True),
        ("Ia Hdreh", "Ia H'Dreh", True),
        ("Lí Quốc", "Lý Quốc", True),
    ],
)
def test_marks_may_be_missing_but_not_different(written: str, official: str, fit: bool) -> None:  # noqa: FBT001  # A table's column.
    assert fits(written, official) is fit


def test_a_key_is_what_all_writings_share() -> None:
    assert name_key("Bà Rịa - Vũng Tàu") == name_key("BA RIA VUNG TAU") == "bariavungtau"
    assert name_key("001") == name_key("1")
    assert name_key("0") == name_key("00") == "0"
