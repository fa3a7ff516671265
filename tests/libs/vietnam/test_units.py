"""What the catalogues of units promise, against the figures and tables of domain.md §2.6."""

import subprocess
import sys
from collections import Counter
from datetime import date

import pytest

from libs.vietnam.units import (
    COUNTRY,
    COUNTRY_2004,
    BareUnitCode,
    Catalogue,
    Unit,
    UnitError,
    UnitKind,
    UnitRef,
    UnknownUnit,
    communes,
    is_district,
    parse_unit_ref,
    province_of,
    scope_communes,
    subtree,
    successors,
    unit,
    within,
)

HANG_GON = UnitRef("2025:26113")
LONG_KHANH_DISTRICT = UnitRef("2004:732")

COMMUNES_PER_PROVINCE = """
01 Hà Nội 126; 04 Cao Bằng 56; 08 Tuyên Quang 124; 11 Điện Biên 45; 12 Lai Châu 38; 14 Sơn La 75; 15 Lào Cai 99;
19 Thái Nguyên 92; 20 Lạng Sơn 65; 22 Quảng Ninh 54; 24 Bắc Ninh 99; 25 Phú Thọ 148; 31 Hải Phòng 114;
33 Hưng Yên 104; 37 Ninh Bình 129; 38 Thanh Hóa 166; 40 Nghệ An 130; 42 Hà Tĩnh 69; 44 Quảng Trị 78; 46 Huế 40;
48 Đà Nẵng 94; 51 Quảng Ngãi 96; 52 Gia Lai 135; 56 Khánh Hòa 65; 66 Đắk Lắk 102; 68 Lâm Đồng 124; 75 Đồng Nai 95;
79 Hồ Chí Minh 168; 80 Tây Ninh 96; 82 Đồng Tháp 102; 86 Vĩnh Long 124; 91 An Giang 102; 92 Cần Thơ 103; 96 Cà Mau 64
"""


@pytest.mark.parametrize("row", [row.split() for row in COMMUNES_PER_PROVINCE.split(";")], ids=lambda row: row[0])
def test_a_new_province_has_its_number_of_communes(row: list[str]) -> None:
    code, *name, count = row
    province = parse_unit_ref(f"2025:{code}")
    assert (unit(province).name, len(communes(province))) == (" ".join(name), int(count))


@pytest.mark.parametrize(
    ("country", "counts"),
    [
        (COUNTRY, {"province": 28, "centrally_run_city": 6, "commune": 2621, "ward": 687, "special_zone": 13}),
        (
            COUNTRY_2004,
            {
                "province": 57,
                "centrally_run_city": 6,
                "urban_district": 49,
                "rural_district": 508,
                "district_town": 52,
                "district_city": 87,
                "commune": 7692,
                "ward": 1726,
                "township": 617,
            },
        ),
    ],
)
def test_each_catalogue_has_the_official_number_of_units(country: UnitRef, counts: dict[str, int]) -> None:
    assert Counter(str(unit(ref).kind) for ref in subtree(country)) == {"country": 1} | counts


def test_almost_every_new_code_was_in_use_before_and_half_of_them_now_mean_another_name() -> None:
    """3,316 as in domain.md; 1,803 where it says 1,799: we compare names letter by letter (SOURCES.md)."""
    before = {unit(ref).code: unit(ref) for ref in communes(COUNTRY_2004)}
    reused = [(unit(ref), before[unit(ref).code]) for ref in communes(COUNTRY) if unit(ref).code in before]
    assert len(reused) == 3316
    assert sum(new.name != old.name for new, old in reused) == 1803
    assert sum(new.name == old.name and new.kind != old.kind for new, old in reused) == 342


def test_a_unit_says_what_it_is() -> None:
    assert unit(HANG_GON) == Unit(
        ref=HANG_GON,
        catalogue=Catalogue.SERIES_2025,
        code="26113",
        name="Hàng Gòn",
        kind=UnitKind.WARD,
        parent=UnitRef("2025:75"),
        valid_from=date(2025, 7, 1),
        valid_to=None,
    )
    assert unit(HANG_GON).full_name == "Phường Hàng Gòn"
    assert unit(UnitRef("2004:26113")).full_name == "Xã Hàng Gòn"
    assert unit(UnitRef("2004:26113")).valid_to == date(2025, 7, 1)


def test_the_kind_comes_from_the_full_name_where_the_type_column_of_the_source_is_wrong() -> None:
    assert unit(UnitRef("2004:15061")).full_name == "Thị trấn Ngọc Lặc"
    assert unit(UnitRef("2004:27046")).kind is UnitKind.WARD


@pytest.mark.parametrize("text", ["26080", "75", "732", "VN"])
def test_a_bare_code_is_refused_as_ambiguous(text: str) -> None:
    with pytest.raises(BareUnitCode, match=f"ambiguous: write 2004:{text} or 2025:{text}"):
        parse_unit_ref(text)


@pytest.mark.parametrize("text", ["2025:732", "2025:99999", "1999:26080", "2025:", "", "Hàng Gòn", " 2025:75", "99999"])
def test_a_text_that_names_no_unit_is_refused(text: str) -> None:
    with pytest.raises(UnknownUnit):
        parse_unit_ref(text)


def test_both_refusals_are_unit_errors_and_value_errors() -> None:
    assert issubclass(BareUnitCode, UnitError)
    assert issubclass(UnknownUnit, UnitError)
    assert issubclass(UnitError, ValueError)


def test_a_ward_lies_in_its_province_and_not_in_another_nor_in_the_other_catalogue() -> None:
    assert within(HANG_GON, HANG_GON)
    assert within(HANG_GON, UnitRef("2025:75"))
    assert within(HANG_GON, COUNTRY)
    assert not within(UnitRef("2025:75"), HANG_GON)
    assert not within(HANG_GON, UnitRef("2025:79"))
    assert not within(HANG_GON, COUNTRY_2004)


@pytest.mark.parametrize(("ref", "ancestor"), [("2025:0", "2025:75"), ("2025:75", "2025:0")])
def test_an_unknown_unit_lies_nowhere(ref: str, ancestor: str) -> None:
    with pytest.raises(UnknownUnit):
        within(UnitRef(ref), UnitRef(ancestor))


def test_the_province_of_a_unit_is_found_from_every_level() -> None:
    assert [province_of(UnitRef(ref)) for ref in ("2004:26113", "2004:732", "2004:75", "2025:26113")] == [
        "2004:75",
        "2004:75",
        "2004:75",
        "2025:75",
    ]
    with pytest.raises(UnknownUnit, match="no province"):
        province_of(COUNTRY)


def test_a_subtree_lists_each_unit_before_those_below_it() -> None:
    listed = subtree(UnitRef("2004:75"))
    assert listed[0] == "2004:75"
    assert listed.index(LONG_KHANH_DISTRICT) < listed.index(UnitRef("2004:26113"))
    assert len(listed) == 1 + 11 + 159


def test_communes_of_a_commune_are_itself_and_an_island_district_had_none() -> None:
    assert communes(HANG_GON) == (HANG_GON,)
    assert len(communes(LONG_KHANH_DISTRICT)) == 13
    assert communes(UnitRef("2004:755")) == ()


def test_a_district_is_told_from_the_other_levels() -> None:
    refs = ("2004:VN", "2004:75", "2004:732", "2004:755", "2004:26113", "2025:26732")
    assert [is_district(UnitRef(ref)) for ref in refs] == [False, False, True, True, False, False]


def test_a_ward_answers_for_itself_and_the_old_units_it_wholly_succeeded() -> None:
    assert scope_communes(HANG_GON) == (HANG_GON, "2004:26110", "2004:26113")
    assert scope_communes(UnitRef("2025:26732")) == ("2025:26732", "2004:755")


def test_a_split_commune_is_in_no_communes_scope_but_in_its_provinces() -> None:
    dai_mo = UnitRef("2004:00634")
    assert not any(dai_mo in scope_communes(link.new) for link in successors(dai_mo))
    assert dai_mo in scope_communes(UnitRef("2025:01"))


def test_a_province_answers_for_all_old_communes_of_those_it_succeeded() -> None:
    dong_nai = scope_communes(UnitRef("2025:75"))
    assert len(dong_nai) == 95 + 159 + 111
    assert scope_communes(LONG_KHANH_DISTRICT) == communes(LONG_KHANH_DISTRICT)


def test_units_load_lazily_and_in_a_fraction_of_a_second() -> None:
    program = (
        "import time, libs.vietnam.units as u, libs.vietnam.catalogues as c\n"
        "assert c.units.cache_info().currsize == 0\n"
        "best = 9.0\n"
        "for _ in range(3):\n"
        "    c.units.cache_clear(); t = time.perf_counter(); c.units(); best = min(best, time.perf_counter() - t)\n"
        "assert best < 0.1, best\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)  # noqa: S603  # Our own program, above.
