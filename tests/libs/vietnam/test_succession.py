"""What became of the units of 2004: the Long Khánh table, the merged provinces and the splits of domain.md §2.6."""

from collections import Counter
from collections.abc import Callable

import pytest

from libs.vietnam.catalogues import units
from libs.vietnam.units import (
    COUNTRY,
    COUNTRY_2004,
    Succession,
    SuccessionKind,
    UnitRef,
    UnknownUnit,
    communes,
    predecessors,
    successor_on_2025,
    successors,
    unit,
    within,
)

LONG_KHANH = {
    ("26080", "Phường Long Khánh"): ["26077", "26080", "26083", "26086", "26107"],
    ("26089", "Phường Bình Lộc"): ["26089", "26095", "26323"],
    ("26098", "Phường Bảo Vinh"): ["26092", "26098"],
    ("26104", "Phường Xuân Lập"): ["26101", "26104"],
    ("26113", "Phường Hàng Gòn"): ["26110", "26113"],
}

MERGED_PROVINCES = """
Tuyên Quang ← Hà Giang; Lào Cai ← Yên Bái; Thái Nguyên ← Bắc Kạn; Phú Thọ ← Vĩnh Phúc, Hòa Bình;
Bắc Ninh ← Bắc Giang; Hưng Yên ← Thái Bình; Hải Phòng ← Hải Dương; Ninh Bình ← Hà Nam, Nam Định;
Quảng Trị ← Quảng Bình; Đà Nẵng ← Quảng Nam; Quảng Ngãi ← Kon Tum; Gia Lai ← Bình Định; Khánh Hòa ← Ninh Thuận;
Lâm Đồng ← Đắk Nông, Bình Thuận; Đắk Lắk ← Phú Yên; Hồ Chí Minh ← Bình Dương, Bà Rịa - Vũng Tàu;
Đồng Nai ← Bình Phước; Tây Ninh ← Long An; Cần Thơ ← Sóc Trăng, Hậu Giang; Vĩnh Long ← Bến Tre, Trà Vinh;
Đồng Tháp ← Tiền Giang; Cà Mau ← Bạc Liêu; An Giang ← Kiên Giang
"""
UNCHANGED_PROVINCES = """
Hà Nội, Huế, Lai Châu, Điện Biên, Sơn La, Lạng Sơn, Quảng Ninh, Thanh Hóa, Nghệ An, Hà Tĩnh, Cao Bằng
"""


def provinces(catalogue: str) -> dict[str, UnitRef]:
    return {unit(ref).name: ref for ref in units().below[UnitRef(f"{catalogue}:VN")]}


@pytest.mark.parametrize(("new", "old"), LONG_KHANH.items(), ids=[name for _, name in LONG_KHANH])
def test_a_ward_of_long_khanh_is_made_of_these_old_units(new: tuple[str, str], old: list[str]) -> None:
    code, full_name = new
    ref = UnitRef(f"2025:{code}")
    assert unit(ref).full_name == full_name
    assert [link.old for link in predecessors(ref)] == [f"2004:{code}" for code in old]
    assert {link.kind for link in predecessors(ref)} == {SuccessionKind.MERGE}


def test_the_ward_of_the_pilot_club_is_now_hang_gon() -> None:
    assert unit(UnitRef("2004:26110")).full_name == "Phường Xuân Tân"
    assert successor_on_2025(UnitRef("2004:26110")) == "2025:26113"
    assert successors(UnitRef("2004:26110")) == (
        Succession(UnitRef("2004:26110"), UnitRef("2025:26113"), SuccessionKind.MERGE),
    )


def test_xuan_thien_came_to_binh_loc_from_another_district() -> None:
    assert unit(UnitRef("2004:26323")).full_name == "Xã Xuân Thiện"
    assert unit(unit(UnitRef("2004:26323")).parent or COUNTRY).full_name == "Huyện Thống Nhất"


@pytest.mark.parametrize("row", [row.strip() for row in MERGED_PROVINCES.split(";")])
def test_a_new_province_is_made_of_these_old_ones(row: str) -> None:
    name, others = row.split(" ← ")
    old, new = provinces("2004"), provinces("2025")
    assert {link.old for link in predecessors(new[name])} == {old[one] for one in [name, *others.split(", ")]}


@pytest.mark.parametrize("name", [name.strip() for name in UNCHANGED_PROVINCES.split(",")])
def test_a_province_stayed_what_it_was(name: str) -> None:
    assert [(link.old, link.kind) for link in predecessors(provinces("2025")[name])] == [
        (provinces("2004")[name], SuccessionKind.UNCHANGED),
    ]


def test_442_old_communes_were_split_199_of_them_in_ha_noi_and_dai_mo_over_five() -> None:
    """domain.md has 471: 29 of those were namesakes whose parts belong to another commune (SOURCES.md)."""
    split = [ref for ref in communes(COUNTRY_2004) if len(successors(ref)) > 1]
    assert len(split) == 442
    assert sum(within(ref, UnitRef("2004:01")) for ref in split) == 199
    assert [unit(ref).full_name for ref in split if len(successors(ref)) == 5] == ["Phường Đại Mỗ"]


def test_no_split_commune_has_a_successor_of_its_own() -> None:
    split = [ref for ref in communes(COUNTRY_2004) if len(successors(ref)) > 1]
    assert {successor_on_2025(ref) for ref in split} == {None}


def test_every_old_commune_has_a_successor_and_every_new_one_a_predecessor() -> None:
    assert all(successors(ref) for ref in communes(COUNTRY_2004))
    assert all(predecessors(ref) for ref in communes(COUNTRY))


def test_a_commune_went_into_the_province_that_took_over_its_own() -> None:
    strays = [
        link for ref in communes(COUNTRY_2004) for link in successors(ref) if not within(link.new, _province_after(ref))
    ]
    assert strays == []


def _province_after(old: UnitRef) -> UnitRef:
    above = next(ref for ref in provinces("2004").values() if within(old, ref))
    return successor_on_2025(above) or COUNTRY


def test_each_kind_of_succession_has_its_number_of_links() -> None:
    links = [link for ref in communes(COUNTRY_2004) for link in successors(ref)]
    assert Counter(str(link.kind) for link in links) == {
        "merge": 9461,
        "part": 971,
        "split": 3,
        "unchanged": 121,
        "rename": 11,
    }


def test_two_communes_of_one_name_in_one_new_province_keep_their_own_successors() -> None:
    assert successor_on_2025(UnitRef("2004:28924")) == "2025:28921"
    assert successor_on_2025(UnitRef("2004:29734")) == "2025:29734"


def test_an_island_district_became_a_special_zone() -> None:
    islands = {"318": "11948", "471": "19742", "498": "20333", "536": "21548", "755": "26732"}
    for old, new in islands.items():
        assert successor_on_2025(UnitRef(f"2004:{old}")) == f"2025:{new}"
        assert unit(UnitRef(f"2025:{new}")).kind == "special_zone"


def test_a_district_with_communes_has_no_successor() -> None:
    assert successors(UnitRef("2004:732")) == ()
    assert successor_on_2025(UnitRef("2004:732")) is None


def test_the_country_and_a_unit_of_2025_succeed_themselves() -> None:
    assert successor_on_2025(COUNTRY_2004) == COUNTRY
    assert successor_on_2025(UnitRef("2025:26113")) == "2025:26113"
    assert successors(UnitRef("2025:26113")) == ()
    assert predecessors(UnitRef("2004:26113")) == ()


@pytest.mark.parametrize("ask", [successors, predecessors, successor_on_2025])
def test_an_unknown_unit_has_no_succession(ask: Callable[[UnitRef], object]) -> None:
    with pytest.raises(UnknownUnit):
        ask(UnitRef("2025:99999"))
