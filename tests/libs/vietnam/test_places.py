"""Which unit a list means, at the date of the document (domain.md §5.3, §5.5 items 27-32)."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.vietnam.places import resolve_unit
from libs.vietnam.units import COUNTRY, COUNTRY_2004, UnitRef, communes, province_of, unit

BEFORE = date(2024, 8, 26)
AFTER = date(2025, 9, 1)
XUAN_TAN = ("2004:26110",)
OLD_HANG_GON = ("2004:26113",)
NEW_HANG_GON = ("2025:26113",)


@pytest.mark.parametrize(
    "text",
    [
        "phường Xuân Tân, TP Long Khánh, Đồng Nai",
        "P. Xuân Tân, TP. Long Khánh, tỉnh Đồng Nai",
        "Xuân Tân, Long Khánh, Đồng Nai",
        "PHUONG XUAN TAN, TP LONG KHANH, DONG NAI",
        "Phươ\u0300ng Xuân Tân, Long Khánh, \u00d0ồng Nai",
        "tổ 4, KP.2, phường Xuân Tân TP Long Khánh",
        "phường Xuân Tân, TP Long Khánh - Đồng Nai",
        "phường Xuân Tân, TP Long Khánh, Đồng Nai, Việt Nam",
        "phường Xuân Tân (TP Long Khánh)",
        "phường Xuân Tân (TP Long Khánh), Đồng Nai",
    ],
)
def test_the_ward_of_the_pilot_club_is_found_however_it_is_written(text: str) -> None:
    assert resolve_unit(text, on=BEFORE) == XUAN_TAN


@pytest.mark.parametrize(
    ("province", "district"), [("Đồng Nai", "TP. Long Khánh"), ("tỉnh Đồng Nai", None), (None, "Long Khánh"), ("", " ")]
)
def test_columns_beside_the_place_narrow_it(province: str | None, district: str | None) -> None:
    assert XUAN_TAN[0] in resolve_unit("Xuân Tân", province=province, district=district, on=BEFORE)


def test_a_name_borne_by_several_is_never_guessed() -> None:
    everywhere = resolve_unit("phường Xuân An", on=BEFORE)
    assert everywhere == ("2004:22933", "2004:26080")
    assert resolve_unit("phường Xuân An", province="Đồng Nai", on=BEFORE) == ("2004:26080",)
    assert len(resolve_unit("phường 1", province="TP.HCM", on=BEFORE)) == 10
    assert resolve_unit("P.01, Q.3, TPHCM", on=BEFORE) == ("2004:27160",)


@pytest.mark.parametrize(
    ("text", "province"),
    [
        ("phường Xuân Tấn", "Đồng Nai"),
        ("phường Bàu Trâm", "Đồng Nai"),
        ("phường Xuân Tân", "Bình Dương"),
        ("phường Xuân Tân, TP. LK", None),
        ("ấp 3", "Đồng Nai"),
        ("lang thang", None),
        ("đặc khu Côn Đảo", None),
        ("", None),
        ("99999", None),
    ],
)
def test_what_fits_no_unit_is_unknown(text: str, province: str | None) -> None:
    assert resolve_unit(text, province=province, on=BEFORE) == ()


def test_the_catalogue_in_force_at_the_documents_date_decides() -> None:
    assert resolve_unit("Hàng Gòn", province="Đồng Nai", on=date(2025, 6, 30)) == OLD_HANG_GON
    assert resolve_unit("Hàng Gòn", province="Đồng Nai", on=date(2025, 7, 1)) == NEW_HANG_GON
    assert resolve_unit("đặc khu Côn Đảo", on=AFTER) == ("2025:26732",)


@pytest.mark.parametrize(
    ("text", "ref"),
    [
        ("phường Xuân Tân, TP Long Khánh", "2004:26110"),
        ("xã Hàng Gòn, Long Khánh, Đồng Nai", "2004:26113"),
        ("xã Hàng Gòn, Đồng Nai", "2004:26113"),
        ("xã Hàng Gòn cũ, Đồng Nai", "2004:26113"),
        ("phường Hàng Gòn", "2025:26113"),
        ("thị trấn Trâu Quỳ, Hà Nội", "2004:00565"),
        ("xã Hàng Gòn (cũ), Đồng Nai", "2004:26113"),
    ],
)
def test_after_the_reform_an_old_unit_is_taken_as_written(text: str, ref: str) -> None:
    assert resolve_unit(text, on=AFTER) == (ref,)


def test_a_new_name_with_its_old_one_is_the_old_unit() -> None:
    assert resolve_unit("phường Hàng Gòn (xã Hàng Gòn, TP Long Khánh cũ)", on=AFTER) == OLD_HANG_GON
    assert resolve_unit("phường Hàng Gòn (xã Hàng Gòn cũ), tỉnh Đồng Nai", on=AFTER) == OLD_HANG_GON
    assert resolve_unit("phường Hàng Gòn (xã Hàng Gòn, TP Long Khánh cũ", on=AFTER) == OLD_HANG_GON
    assert resolve_unit("phường Hàng Gòn (phường Xuân Tân cũ)", province="Đồng Nai", on=AFTER) == XUAN_TAN
    assert resolve_unit("xã Hàng Gòn (nay là phường Hàng Gòn)", province="Đồng Nai", on=AFTER) == OLD_HANG_GON


def test_a_new_name_with_a_split_old_one_is_the_new_unit_because_it_says_which_part() -> None:
    text = "phường Tây Mỗ (phường Đại Mỗ, quận Nam Từ Liêm cũ)"
    assert resolve_unit(text, province="Hà Nội", on=AFTER) == ("2025:00634",)


def test_two_units_of_one_commune_level_without_a_word_between_them_are_unknown() -> None:
    assert resolve_unit("phường Hàng Gòn (xã Bàu Trâm)", province="Đồng Nai", on=AFTER) == ()


def test_a_new_name_with_an_old_one_of_another_unit_is_ambiguous() -> None:
    found = resolve_unit("phường Hàng Gòn (xã Bàu Trâm, TP Long Khánh cũ)", on=AFTER)
    assert found == ("2004:26107", "2025:26113")


def test_a_bare_code_may_mean_two_units_after_the_reform() -> None:
    assert resolve_unit("26113", on=BEFORE) == OLD_HANG_GON
    assert resolve_unit("26113", on=AFTER) == NEW_HANG_GON + OLD_HANG_GON
    assert resolve_unit("26113", province="Hà Nội", on=AFTER) == ()


def test_a_district_alone_is_that_district() -> None:
    assert resolve_unit("huyện Thống Nhất", province="Đồng Nai", on=AFTER) == ("2004:738",)
    assert resolve_unit("tỉnh Đồng Nai", on=AFTER) == ("2025:75",)


def test_vung_tau_is_a_city_in_its_province_not_the_province() -> None:
    found = resolve_unit("phường Long Tâm, TP Vũng Tàu", on=BEFORE)
    assert found == ()


def test_who_writes_marks_means_the_name_as_marked() -> None:
    around = "huyện Nam Trà My, Quảng Nam"
    assert resolve_unit(f"xã Trà Don, {around}", on=BEFORE) == ("2004:20956",)
    assert resolve_unit(f"xã Trà Dơn, {around}", on=BEFORE) == ("2004:20938",)
    assert len(resolve_unit(f"xa Tra Don, {around}", on=BEFORE)) == 2


def test_after_the_reform_an_old_commune_may_stand_under_its_new_province() -> None:
    old = resolve_unit("xã Hồng Quang, huyện Nam Trực", province="Ninh Bình", on=AFTER)
    assert [unit(province_of(ref)).name for ref in old] == ["Nam Định"]
    assert resolve_unit("xã Hồng Quang, huyện Nam Trực", province="Ninh Bình", on=BEFORE) == ()
    assert resolve_unit("xã Hồng Quang, huyện Nam Trực, tỉnh Nam Định", on=AFTER) == old


@pytest.mark.parametrize(("country", "on"), [(COUNTRY_2004, BEFORE), (COUNTRY, AFTER)])
def test_a_commune_with_its_district_and_province_resolves_to_itself(country: UnitRef, on: date) -> None:
    for ref in communes(country)[::23]:
        above = unit(ref).parent or country
        text = f"{unit(ref).full_name}, {unit(above).full_name}, {unit(province_of(ref)).full_name}"
        assert resolve_unit(text, on=on) == (ref,)


@given(st.text(), st.none() | st.text(max_size=8), st.none() | st.text(max_size=8))
def test_any_text_gets_an_answer(text: str, province: str | None, district: str | None) -> None:
    for found in resolve_unit(text, province=province, district=district, on=AFTER):
        assert unit(found)
