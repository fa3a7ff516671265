"""Every kind of dirt of domain.md §5.5 that one row shows: what is read of it, and under which code it waits."""

from datetime import date
from typing import Any

import pytest

from libs.events.contracts.values import Sex
from libs.sheets.table import Mark
from libs.vietnam.units import UnitRef
from services.registry.feed.cells import Traits
from services.registry.feed.dirt import DIRT, Effect
from services.registry.feed.rows import parse_row
from services.registry.feed.units import Sender
from tests.services.registry.feed.lists import (
    COMMUNE,
    DONG_NAI_2004,
    HANG_GON,
    PROVINCE,
    codes,
    raw_of,
    row_of,
)

NUMBER = "075085001234"
BEFORE = Sender(DONG_NAI_2004, date(2024, 6, 14))


def test_a_clean_row_has_no_problem() -> None:
    row = row_of(sex="Nam", dob="02/05/1985", id_number=NUMBER, current_address="ấp 3")
    assert (row.full_name, row.sex, str(row.birth), row.citizen_id) == (
        "Nguyễn Văn Bình",
        Sex.MALE,
        "1985-05-02",
        NUMBER,
    )
    assert (row.unit, row.address, row.problems) == (HANG_GON, "ấp 3", ())


@pytest.mark.parametrize(
    ("item", "cell", "code", "suggestion"),
    [
        (1, 75085001234, "number_zero_lost", NUMBER),
        (1, "75085001234", "number_zero_lost", NUMBER),
        (2, "1.23457E+11", "number_digits_lost", None),
        (3, "075085001234 / 075085001235", "number_several", None),
        (5, "O75085001234", "number_not_digits", None),
        (5, "0750850012E4", "number_not_digits", None),
        (13, "075985001234", "number_century", None),
        (26, "111111111111", "number_placeholder", None),
        (26, "123456789", "number_placeholder", None),
        (26, "000000000000", "number_placeholder", None),
        (3, "0750850012345", "number_wrong_length", None),
        (57, "B1234567", "number_passport", None),
    ],
)
def test_a_number_is_never_repaired(item: int, cell: object, code: str, suggestion: str | None) -> None:
    row = row_of(id_number=cell)
    (problem,) = row.problems
    assert (problem.code, problem.suggestion) == (code, suggestion)
    assert item in DIRT[code].items
    assert row.citizen_id is None
    assert row.legacy_id9 is None


@pytest.mark.parametrize(
    ("cell", "citizen", "legacy"),
    [
        ("075085001234/271234567", NUMBER, "271234567"),
        ("075085001234\n271234567", NUMBER, "271234567"),
        ("271234567", None, "271234567"),
        (271234567, None, "271234567"),
        ("'0750 8500 1234", NUMBER, None),
        ("075.085.001.234", NUMBER, None),
        ("075085-001234\u200b\u00a0", NUMBER, None),
    ],
)
def test_numbers_of_both_kinds_are_read_from_one_cell_and_cleaned_of_typing(
    cell: object, citizen: str | None, legacy: str | None
) -> None:
    row = row_of(id_number=cell)
    assert (row.citizen_id, row.legacy_id9, row.problems) == (citizen, legacy, ())


@pytest.mark.parametrize("cell", ["không có", "đã mất", "chưa cấp", "không nhớ", "-", None])
def test_an_excuse_is_no_number_and_no_problem(cell: str | None) -> None:
    row = row_of(id_number=cell)
    assert (row.citizen_id, row.problems) == (None, ())


def test_a_number_may_stand_in_the_other_kinds_column() -> None:
    assert row_of(citizen_id="271234567", legacy_id9=NUMBER).problems == ()
    assert codes(row_of(citizen_id=NUMBER, id_number="075085009999")) == {"number_several"}


def test_a_number_of_the_other_sex_or_another_year_may_be_a_relatives() -> None:
    assert codes(row_of(sex="Nữ", id_number=NUMBER)) == {"number_contradicts_sex"}
    assert codes(row_of(dob="02/05/1990", id_number=NUMBER)) == {"number_contradicts_birth"}
    assert codes(row_of(dob="khoảng 1990", id_number=NUMBER)) == set()


def test_an_unknown_province_code_is_a_note() -> None:
    row = row_of(id_number="003085001234")
    assert (codes(row), row.effect, row.citizen_id) == ({"number_province"}, Effect.NOTED, "003085001234")


def test_a_birth_year_may_come_from_the_number_and_is_no_birth_date() -> None:
    row = row_of(dob=None, id_number=NUMBER)
    assert (row.birth, row.birth_year) == (None, 1985)


@pytest.mark.parametrize(
    ("item", "cell", "birth"),
    [
        (8, "1985", "1985"),
        (8, 1985, "1985"),
        (8, "05/1985", "1985-05"),
        (8, "khoảng 1985", "1985~"),
        (9, 31048, "1985-01-01"),
        (10, "03/04/1990", "1990-04-03"),
        (10, date(1990, 4, 3), "1990-04-03"),
        (11, "00/00/1978", "1978"),
        (37, "02/05/\n1985", "1985-05-02"),
    ],
)
def test_birth_dates_are_read_as_they_are_written(item: int, cell: object, birth: str) -> None:
    row = row_of(dob=cell)
    assert (str(row.birth), row.problems) == (birth, ())
    assert item in {8, 9, 10, 11, 37}


def test_a_workbook_may_count_from_1904() -> None:
    assert str(row_of(COMMUNE, Traits(epoch=date(1904, 1, 1)), dob=31048).birth) == "1989-01-02"


@pytest.mark.parametrize(
    ("item", "cell", "code"),
    [
        (9, "31048", "birth_serial_as_text"),
        (10, "05/13/1990", "birth_impossible"),
        (11, "31/02/1980", "birth_impossible"),
        (11, "30/13/1990", "birth_impossible"),
        (11, "02/05/0198", "birth_year_implausible"),
        (11, "85", "birth_two_digit_year"),
        (13, "02/05/2027", "birth_future"),
        (13, "02/05/2020", "age_unexpected"),
        (13, "1910", "age_unexpected"),
        (14, "tuổi Mão", "birth_lunar"),
        (14, "năm kia", "birth_unreadable"),
        (53, "02/05/2010", "minor"),
    ],
)
def test_birth_dates_that_nobody_can_have_wait(item: int, cell: object, code: str) -> None:
    row = row_of(dob=cell)
    assert codes(row) == {code}
    assert row.effect is Effect.QUARANTINED
    assert item in DIRT[code].items


@pytest.mark.parametrize("cell", ["chưa rõ", "không rõ", None])
def test_an_unknown_birth_date_is_no_problem_of_its_own(cell: str | None) -> None:
    assert row_of(dob=cell).problems == ()


def test_days_that_a_spreadsheet_swapped_wait_with_a_suggestion() -> None:
    row = row_of(COMMUNE, Traits(swapped=True), dob=date(1990, 4, 3))
    assert [(one.code, one.suggestion) for one in row.problems] == [("birth_day_month_swapped", "1990-03-04")]
    assert row_of(COMMUNE, Traits(swapped=True), dob="13/04/1990").problems == ()


def test_a_day_that_stands_for_unknown_is_read_as_its_year() -> None:
    row = row_of(COMMUNE, Traits(default_day=True), dob="01/01/1985")
    assert (str(row.birth), codes(row), row.effect) == ("1985", {"birth_default_day"}, Effect.NOTED)
    assert str(row_of(COMMUNE, Traits(default_day=True), dob="02/01/1985").birth) == "1985-01-02"


@pytest.mark.parametrize(
    ("cells", "sex", "birth"),
    [
        ({"male_year": "1985"}, Sex.MALE, "1985"),
        ({"female_year": 1985}, Sex.FEMALE, "1985"),
        ({"male_year": "x", "dob": "02/05/1985"}, Sex.MALE, "1985-05-02"),
        ({"female_year": "✓", "dob": 1985}, Sex.FEMALE, "1985"),
        ({"sex": "Nữ ", "dob": "1985"}, Sex.FEMALE, "1985"),
        ({"sex": "nam", "dob": "1985"}, Sex.MALE, "1985"),
        ({"sex": None, "dob": "1985"}, Sex.UNKNOWN, "1985"),
    ],
)
def test_sex_and_year_may_share_two_columns(cells: dict[str, object], sex: Sex, birth: str) -> None:
    row = row_of(**{"dob": None} | cells)
    assert (row.sex, str(row.birth), row.problems) == (sex, birth, ())


def test_a_sex_that_cannot_be_read_is_unknown_and_two_wait() -> None:
    row = row_of(sex="x")
    assert (row.sex, codes(row), row.effect) == (Sex.UNKNOWN, {"sex_unreadable"}, Effect.NOTED)
    assert codes(row_of(dob=None, male_year="1985", female_year="1985")) == {"sex_both"}


@pytest.mark.parametrize(
    ("item", "cell", "name", "others"),
    [
        (17, "  Nguyễn   Văn Bình. ", "Nguyễn Văn Bình", ()),
        (17, "Anh Nguyễn Văn Bình", "Nguyễn Văn Bình", ()),
        (17, "đối tượng: Nguyễn Văn Bình", "Nguyễn Văn Bình", ()),
        (18, 'Nguyễn Văn Bình (tức Tí "Lùn")', "Nguyễn Văn Bình", ('Tí "Lùn"',)),
        (20, "Y Blô Niê", "Y Blô Niê", ()),
        (20, "H'Hen Niê", "H'Hen Niê", ()),
        (20, "Giàng A Páo", "Giàng A Páo", ()),
        (37, "Nguyễn Văn\nBình", "Nguyễn Văn Bình", ()),
        (39, "Nguyê\u0303n Va\u0306n Ho\u0300a", "Nguyễn Văn Hòa", ()),
        (39, "Ðặng Văn Hoà", "Đặng Văn Hòa", ()),
    ],
)
def test_names_are_read_in_one_spelling(item: int, cell: str, name: str, others: tuple[str, ...]) -> None:
    row = row_of(full_name=cell)
    assert (row.full_name, row.other_names, row.problems) == (name, others, ())
    assert item in {17, 18, 20, 37, 39}


def test_other_names_have_a_column_of_their_own() -> None:
    row = row_of(full_name="Nguyễn Văn Bình (Tí)", other_names="Tí, Sơn sẹo; Ba tức Út")
    assert row.other_names == ("Tí", "Sơn sẹo", "Ba", "Út")


@pytest.mark.parametrize(
    ("item", "cell", "code"),
    [
        (16, "NguyÔn V¨n Nam", "name_mojibake"),
        (16, "Nguyeãn Vaên Bình", "name_mojibake"),
        (57, "Jürgen Müller", "name_mojibake"),
        (17, "Ng V Bình", "name_abbreviated"),
        (17, "Ng. Văn Bình", "name_abbreviated"),
        (41, "Nguyễn Văn Bình (1985)", "name_not_a_name"),
        (56, "=HYPERLINK()", "formula"),
        (56, "@Nguyễn Văn Bình", "formula"),
    ],
)
def test_what_is_no_name_waits(item: int, cell: str, code: str) -> None:
    row = row_of(full_name=cell)
    assert code in codes(row)
    assert row.effect is Effect.QUARANTINED
    assert item in DIRT[code].items


def test_a_name_without_marks_is_a_note() -> None:
    row = row_of(full_name="NGUYEN VAN BINH")
    assert (codes(row), row.effect) == ({"name_without_marks"}, Effect.NOTED)


def test_a_row_without_a_name_is_rejected_unless_it_has_a_number() -> None:
    assert row_of(full_name=None).effect is Effect.REJECTED
    assert codes(row_of(full_name=None, id_number=NUMBER)) == {"name_only_number"}


@pytest.mark.parametrize(
    ("item", "cells", "unit"),
    [
        (35, {"sections": ("Phường Xuân Tân",)}, HANG_GON),
        (35, {"sections": ("Phường Long Khánh: 12 người",)}, "2025:26080"),
        (27, {"unit": "phường Xuân Tân, TP Long Khánh"}, HANG_GON),
        (28, {"current_address": "ấp 3, xã Bàu Trâm, TP. Long Khánh"}, "2025:26080"),
        (29, {"unit": "Xuân An", "district": "TP Long Khánh"}, "2025:26080"),
        (29, {"sections": ("Thành phố Long Khánh", "Xuân An")}, "2025:26080"),
        (30, {"unit": "Phường Hàng Gòn", "unit_code": "26113"}, HANG_GON),
        (30, {"unit_code": "2025:26113"}, HANG_GON),
        (5, {"unit": "phường Hàng Gòn (xã Hàng Gòn, TP Long Khánh cũ)"}, HANG_GON),
    ],
)
def test_the_commune_of_a_row(item: int, cells: dict[str, Any], unit: str) -> None:
    row = parse_row(raw_of(**cells), PROVINCE)
    assert (row.unit, row.problems) == (unit, ())
    assert item in {5, 27, 28, 29, 30, 35}


def test_the_commune_may_be_the_senders_or_the_sheets() -> None:
    assert row_of().unit == HANG_GON
    assert row_of(PROVINCE, Traits(name="P. Xuân Tân")).unit == HANG_GON
    assert codes(row_of(PROVINCE, Traits(name="Sheet1"))) == {"unit_unknown"}


def test_a_list_before_the_reform_means_the_units_of_then() -> None:
    row = parse_row(raw_of(sections=("Phường Xuân Tân",)), BEFORE)
    assert (row.unit, row.problems) == ("2004:26110", ())


@pytest.mark.parametrize(
    ("item", "sender", "cells", "code"),
    [
        (27, PROVINCE, {"unit": "xã Không Hề Có"}, "unit_unknown"),
        (27, PROVINCE, {"current_address": "huyện Xuân Lộc"}, "unit_unknown"),
        (28, PROVINCE, {"current_address": "KP.2"}, "unit_unknown"),
        (28, COMMUNE, {"sections": ("Xã Không Hề Có",)}, "unit_unknown"),
        (29, BEFORE, {"unit": "Xuân Hòa"}, "unit_ambiguous"),
        (30, PROVINCE, {"unit_code": "26110"}, "unit_code_bare"),
        (30, PROVINCE, {"unit": "26110"}, "unit_code_bare"),
        (30, PROVINCE, {"unit": "Phường Hàng Gòn", "unit_code": "26110"}, "unit_code_differs"),
        (23, COMMUNE, {"unit": "phường Long Khánh"}, "unit_outside_list"),
    ],
)
def test_a_commune_that_cannot_be_told_waits(item: int, sender: Sender, cells: dict[str, Any], code: str) -> None:
    row = parse_row(raw_of(**cells), sender)
    assert (row.unit, codes(row)) == (None, {code})
    assert item in DIRT[code].items


def test_a_divided_commune_never_moves_a_person() -> None:
    sender = Sender(UnitRef("2025:01"), date(2026, 6, 14))
    row = parse_row(raw_of(unit="phường Đại Mỗ (cũ)"), sender)
    assert (row.unit, codes(row)) == (None, {"unit_split"})


@pytest.mark.parametrize(
    ("item", "cells", "code"),
    [
        (33, {"current_address": "Không có nơi cư trú ổn định"}, "no_fixed_residence"),
        (33, {"note": "lang thang"}, "no_fixed_residence"),
        (33, {"note": "bỏ địa phương"}, "status_moved"),
        (41, {"note": "đã chết"}, "status_dead"),
        (41, {"category": "Đi tù"}, "status_prison"),
        (41, {"note": "đi CSCN"}, "status_rehab"),
        (41, {"moved_to": "xã khác"}, "status_moved"),
        (49, {"decision_date": "31/02/2026"}, "decision_contradicts"),
        (49, {"decision_date": "15/06/2026"}, "decision_contradicts"),
        (49, {"term_from": "01/02/2026", "term_to": "01/08/2026"}, "decision_contradicts"),
        (57, {"nationality": "Lào"}, "foreign_national"),
        (56, {"current_address": "=1+1"}, "formula"),
    ],
)
def test_what_a_row_says_beside_its_identity_makes_it_wait(item: int, cells: dict[str, str], code: str) -> None:
    row = row_of(**cells)
    assert codes(row) == {code}
    assert row.effect is Effect.QUARANTINED
    assert item in DIRT[code].items


@pytest.mark.parametrize(
    ("item", "cells", "code"),
    [
        (32, {"both_addresses": "ấp 3; ấp 4"}, "address_two_in_one"),
        (41, {"category": "nghi nghiện"}, "status_suspected"),
        (47, {"drug_types": "hàng đá"}, "unread"),
        (48, {"rehab_times": "nhiều lần"}, "unread"),
        (55, {"test_result": "+ 12/3; - 20/5"}, "unread"),
    ],
)
def test_what_is_only_noted(item: int, cells: dict[str, str], code: str) -> None:
    row = row_of(**cells)
    assert (codes(row), row.effect) == ({code}, Effect.NOTED)
    assert item in DIRT[code].items


@pytest.mark.parametrize(
    "cells",
    [
        {"nationality": "Việt Nam"},
        {"note": "tiến bộ"},
        {"note": "đã mất CMND"},
        {"decision_date": "01/02/2026", "term_from": "01/02/2026", "term_to": "31/01/2028"},
        {"decision_date": "không"},
        {"phone": "0938.123.456"},
    ],
)
def test_what_is_said_without_harm(cells: dict[str, str]) -> None:
    assert row_of(**cells).problems == ()


@pytest.mark.parametrize(
    ("mark", "code"),
    [
        (Mark.HIDDEN, "row_hidden"),
        (Mark.STRUCK, "row_struck"),
        (Mark.COMMENTED, "row_commented"),
        (Mark.FAILED_FORMULA, "formula_failed"),
    ],
)
def test_marks_on_a_row_make_it_wait(mark: Mark, code: str) -> None:
    assert codes(parse_row(raw_of(marks=frozenset({mark})), COMMUNE)) == {code}


def test_colours_tell_only_where_few_rows_have_one() -> None:
    filled = frozenset({Mark.FILLED})
    assert codes(parse_row(raw_of(Traits(colour_tells=True), marks=filled), COMMUNE)) == {"row_coloured"}
    assert codes(parse_row(raw_of(Traits(), marks=filled), COMMUNE)) == set()
    assert codes(row_of(COMMUNE, Traits(hidden=True))) == {"sheet_hidden"}


def test_problems_are_shown_without_what_was_written() -> None:
    row = row_of(id_number=75085001234, note="đã chết")
    assert [(one.column, one.code) for one in row.problems] == [
        ("id_number", "number_zero_lost"),
        ("note", "status_dead"),
    ]
    assert "Bình" not in repr(row) + repr(row.problems)


def test_every_kind_is_told_in_two_languages_and_has_its_place() -> None:
    for code, dirt in DIRT.items():
        assert code.isidentifier()
        assert dirt.english
        assert dirt.vietnamese
        assert all(1 <= item <= 60 for item in dirt.items)
