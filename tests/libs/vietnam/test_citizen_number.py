"""Citizen numbers by the rules of domain.md §5.2; every number here is invented."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.vietnam.citizen_number import (
    CitizenNumber,
    LegacyId9,
    NumberFault,
    NumberProblem,
    Sex,
    conflicts,
    parse_citizen_number,
    parse_legacy_id9,
    warnings,
)
from libs.vietnam.units import unit

PROVINCES_OF_BIRTH = """
001 Hà Nội, 002 Hà Giang, 004 Cao Bằng, 006 Bắc Kạn, 008 Tuyên Quang, 010 Lào Cai, 011 Điện Biên, 012 Lai Châu,
014 Sơn La, 015 Yên Bái, 017 Hòa Bình, 019 Thái Nguyên, 020 Lạng Sơn, 022 Quảng Ninh, 024 Bắc Giang, 025 Phú Thọ,
026 Vĩnh Phúc, 027 Bắc Ninh, 030 Hải Dương, 031 Hải Phòng, 033 Hưng Yên, 034 Thái Bình, 035 Hà Nam, 036 Nam Định,
037 Ninh Bình, 038 Thanh Hóa, 040 Nghệ An, 042 Hà Tĩnh, 044 Quảng Bình, 045 Quảng Trị, 046 Huế, 048 Đà Nẵng,
049 Quảng Nam, 051 Quảng Ngãi, 052 Bình Định, 054 Phú Yên, 056 Khánh Hòa, 058 Ninh Thuận, 060 Bình Thuận,
062 Kon Tum, 064 Gia Lai, 066 Đắk Lắk, 067 Đắk Nông, 068 Lâm Đồng, 070 Bình Phước, 072 Tây Ninh, 074 Bình Dương,
075 Đồng Nai, 077 Bà Rịa - Vũng Tàu, 079 Hồ Chí Minh, 080 Long An, 082 Tiền Giang, 083 Bến Tre, 084 Trà Vinh,
086 Vĩnh Long, 087 Đồng Tháp, 089 An Giang, 091 Kiên Giang, 092 Cần Thơ, 093 Hậu Giang, 094 Sóc Trăng,
095 Bạc Liêu, 096 Cà Mau
"""


def citizen(text: str) -> CitizenNumber:
    number = parse_citizen_number(text)
    assert isinstance(number, CitizenNumber)
    return number


def fault(text: str) -> NumberFault:
    problem = parse_citizen_number(text)
    assert isinstance(problem, NumberProblem)
    return problem.fault


def test_a_number_tells_province_sex_year_and_a_random_part() -> None:
    number = citizen("075198001234")
    assert number.province_of_birth == "2004:75"
    assert (number.sex, number.birth_year, number.random_part) == (Sex.FEMALE, 1998, "001234")


@pytest.mark.parametrize(
    ("digit", "sex", "year"),
    [("0", Sex.MALE, 1985), ("1", Sex.FEMALE, 1985), ("2", Sex.MALE, 2085), ("3", Sex.FEMALE, 2085)],
)
def test_the_fourth_digit_is_century_and_sex(digit: str, sex: Sex, year: int) -> None:
    number = citizen(f"001{digit}85000017")
    assert (number.sex, number.birth_year) == (sex, year)


@pytest.mark.parametrize("row", [row.strip() for row in PROVINCES_OF_BIRTH.split(",")])
def test_the_province_codes_of_birth_are_those_of_the_2004_catalogue(row: str) -> None:
    code, name = row.split(" ", 1)
    ref = citizen(f"{code}085000017").province_of_birth
    assert ref is not None
    assert unit(ref).name == name


def test_exactly_63_province_codes_are_known() -> None:
    known = [code for code in range(1000) if citizen(f"{code:03}085000017").province_of_birth]
    assert len(known) == 63


@pytest.mark.parametrize(
    "text",
    [
        "075198001234",
        " 075198001234\n",
        "'0751 9800 1234",
        "075.198.001.234",
        "075-198-001-234",
        "0751\u00a09800\u00a01234",
        "\ufeff075198\u200b001234",
        "\u2019075198001234",
        "０７５１９８００１２３４",  # noqa: RUF001  # Full-width digits of an East Asian keyboard.
    ],
)
def test_typing_around_the_digits_is_cleaned_away(text: str) -> None:
    assert citizen(text).digits == "075198001234"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("O75198001234", NumberFault.NOT_DIGITS),
        ("07519800l234", NumberFault.NOT_DIGITS),
        ("C1234567", NumberFault.NOT_DIGITS),
        ("1.23457E+11", NumberFault.DIGITS_LOST),
        ("7,5198E+10", NumberFault.DIGITS_LOST),
        ("0751980012345", NumberFault.WRONG_LENGTH),
        ("75123", NumberFault.WRONG_LENGTH),
        ("271234567", NumberFault.IS_LEGACY),
        ("000000000000", NumberFault.PLACEHOLDER),
        ("111111111", NumberFault.PLACEHOLDER),
        ("123456789", NumberFault.PLACEHOLDER),
        ("123456789012", NumberFault.PLACEHOLDER),
        ("012345678901", NumberFault.PLACEHOLDER),
        ("", NumberFault.NOT_GIVEN),
        (" - ", NumberFault.NOT_GIVEN),
        ("không có", NumberFault.NOT_GIVEN),
        ("Đã mất", NumberFault.NOT_GIVEN),
        ("Chưa cấp.", NumberFault.NOT_GIVEN),
        ("không nhớ", NumberFault.NOT_GIVEN),
        ("075498001234", NumberFault.CENTURY_IMPLAUSIBLE),
        ("075998001234", NumberFault.CENTURY_IMPLAUSIBLE),
    ],
)
def test_what_is_no_citizen_number_is_refused_with_its_reason(text: str, expected: NumberFault) -> None:
    assert fault(text) == expected


def test_a_decomposed_excuse_is_read_too() -> None:
    assert fault("kho\u0302ng co\u0301") == NumberFault.NOT_GIVEN


@pytest.mark.parametrize(("text", "suggestion"), [("75198001234", "075198001234"), ("1085000017", "001085000017")])
def test_a_lost_leading_zero_is_suggested_not_repaired(text: str, suggestion: str) -> None:
    assert parse_citizen_number(text) == NumberProblem(NumberFault.LEADING_ZERO_LOST, 1, suggestion)


@pytest.mark.parametrize("text", ["99198001234", "75598001234", "3085000017"])
def test_eleven_digits_that_no_zero_completes_are_of_wrong_length(text: str) -> None:
    assert fault(text) == NumberFault.WRONG_LENGTH


def test_an_unknown_province_code_is_a_warning_because_births_abroad_have_codes_too() -> None:
    assert warnings(citizen("501085000017"), on=date(2025, 1, 1)) == (NumberProblem(NumberFault.PROVINCE_UNKNOWN, 2),)


@pytest.mark.parametrize(
    ("text", "unusual"),
    [
        ("001213000017", False),
        ("001214000017", True),
        ("001299000017", True),
        ("001025000017", False),
        ("001024000017", True),
    ],
)
def test_an_age_outside_12_to_100_is_a_warning(text: str, unusual: bool) -> None:  # noqa: FBT001  # A table's column.
    expected = (NumberProblem(NumberFault.AGE_UNEXPECTED, 5),) if unusual else ()
    assert warnings(citizen(text), on=date(2025, 6, 1)) == expected


def test_sex_and_birth_year_are_compared_with_the_columns_beside() -> None:
    number = citizen("075198001234")
    assert conflicts(number, sex=Sex.FEMALE, birth_year=1998) == ()
    assert conflicts(number, sex=None, birth_year=None) == ()
    assert conflicts(number, sex=Sex.MALE, birth_year=1989) == (
        NumberProblem(NumberFault.SEX_CONFLICTS, 3),
        NumberProblem(NumberFault.BIRTH_YEAR_CONFLICTS, 4),
    )


def test_a_legacy_number_has_nine_digits_kept_as_text() -> None:
    assert parse_legacy_id9("012 345 987") == LegacyId9("012345987")
    assert parse_legacy_id9("12345987") == NumberProblem(NumberFault.LEADING_ZERO_LOST, 1, "012345987")
    assert parse_legacy_id9("075198001234") == NumberProblem(NumberFault.IS_CITIZEN, 1)
    assert parse_legacy_id9("12735") == NumberProblem(NumberFault.WRONG_LENGTH, 1)
    assert parse_legacy_id9("111111111") == NumberProblem(NumberFault.PLACEHOLDER, 1)
    assert parse_legacy_id9("không có") == NumberProblem(NumberFault.NOT_GIVEN, 1)


@given(st.text())
def test_any_text_gets_an_answer_and_no_digit_is_ever_changed(text: str) -> None:
    number = parse_citizen_number(text)
    if isinstance(number, CitizenNumber):
        assert len(number.digits) == 12
        assert number.digits.isascii()
        assert number.digits.isdecimal()
    assert parse_legacy_id9(text)
