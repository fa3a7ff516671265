"""Dates as lists write them (domain.md §5.5 items 8-14)."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.vietnam.dates import EXCEL_1904, DateFault, DateProblem, PartialDate, parse_list_date

LIST_DAY = date(2025, 9, 30)


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("02/05/1985", "1985-05-02"),
        ("2/5/1985", "1985-05-02"),
        ("02-05-1985", "1985-05-02"),
        ("02.05.1985", "1985-05-02"),
        ("02 / 05 / 1985", "1985-05-02"),
        ("1985-05-02", "1985-05-02"),
        ("02/05/1985 00:00:00", "1985-05-02"),
        ("1985-05-02T00:00:00", "1985-05-02"),
        ("ngày 02 tháng 5 năm 1985", "1985-05-02"),
        ("03/04/1990", "1990-04-03"),
        ("29/02/1988", "1988-02-29"),
        ("05/1985", "1985-05"),
        ("tháng 5 năm 1985", "1985-05"),
        ("tha\u0301ng 5 na\u0306m 1985", "1985-05"),
        ("1985", "1985"),
        (" 1985. ", "1985"),
        ("năm 1985", "1985"),
        ("sinh năm 1985", "1985"),
        ("SN 1985", "1985"),
        ("S.N: 1985", "1985"),
        ("khoảng 1985", "1985~"),
        ("Khoảng năm 1985", "1985~"),
        ("~1985", "1985~"),
        ("khoảng 05/1985", "1985-05~"),
        ("00/00/1978", "1978"),
        ("00/05/1978", "1978-05"),
        ("--/--/1978", "1978"),
        ("../../1978", "1978"),
        ("x/x/1978", "1978"),
        ("01/01/1985", "1985-01-01"),
        (1985, "1985"),
        (1985.0, "1985"),
        (31048, "1985-01-01"),
        (31048.75, "1985-01-01"),
        (date(1985, 5, 2), "1985-05-02"),
        (datetime(1985, 5, 2, 0, 0, tzinfo=UTC), "1985-05-02"),
        ("30/09/2025", "2025-09-30"),
    ],
)
def test_a_cell_is_read_as_far_as_it_is_known(cell: str | float | date, text: str) -> None:
    assert str(parse_list_date(cell, on=LIST_DAY)) == text


@pytest.mark.parametrize(
    ("cell", "fault"),
    [
        ("31/02/1980", DateFault.IMPOSSIBLE),
        ("30/13/1990", DateFault.IMPOSSIBLE),
        ("05/13/1990", DateFault.IMPOSSIBLE),
        ("12/00/1978", DateFault.IMPOSSIBLE),
        ("29/02/1985", DateFault.IMPOSSIBLE),
        ("32/01/1985", DateFault.IMPOSSIBLE),
        ("0198", DateFault.YEAR_IMPLAUSIBLE),
        ("02/05/0198", DateFault.YEAR_IMPLAUSIBLE),
        ("02/05/198", DateFault.YEAR_IMPLAUSIBLE),
        ("31/02/0000", DateFault.YEAR_IMPLAUSIBLE),
        ("01/10/2025", DateFault.FUTURE),
        ("2030", DateFault.FUTURE),
        (2030, DateFault.FUTURE),
        (date(2026, 1, 1), DateFault.FUTURE),
        ("tuổi Mão", DateFault.LUNAR),
        ("15/8 âm lịch 1985", DateFault.LUNAR),
        ("15/08/1985 (ÂL)", DateFault.LUNAR),
        ("Ất Sửu", DateFault.LUNAR),
        ("chưa rõ", DateFault.NOT_GIVEN),
        ("", DateFault.NOT_GIVEN),
        (None, DateFault.NOT_GIVEN),
        ("?", DateFault.NOT_GIVEN),
        ("không nhớ", DateFault.NOT_GIVEN),
        ("19850502", DateFault.UNREADABLE),
        ("1985-1986", DateFault.UNREADABLE),
        ("hơn 40", DateFault.UNREADABLE),
        (12, DateFault.UNREADABLE),
        (2500, DateFault.UNREADABLE),
        (99999, DateFault.UNREADABLE),
        (float("nan"), DateFault.UNREADABLE),
        (float("inf"), DateFault.UNREADABLE),
    ],
)
def test_a_cell_that_is_no_date_is_refused_with_its_reason(cell: str | float | date | None, fault: DateFault) -> None:
    assert parse_list_date(cell, on=LIST_DAY) == DateProblem(fault)


@pytest.mark.parametrize(
    ("cell", "suggestion"),
    [("85", "1985"), ("02/05/85", "1985-05-02"), ("5/85", "1985-05"), ("02/05/20", None), ("02/05/10", "2010-05-02")],
)
def test_a_year_of_two_digits_is_refused_and_suggested_where_one_century_fits_a_life(
    cell: str, suggestion: str | None
) -> None:
    expected = PartialDate.parse(suggestion) if suggestion else None
    assert parse_list_date(cell, on=LIST_DAY) == DateProblem(DateFault.TWO_DIGIT_YEAR, expected)


def test_an_impossible_day_of_a_two_digit_year_has_no_suggestion() -> None:
    assert parse_list_date("31/02/85", on=LIST_DAY) == DateProblem(DateFault.TWO_DIGIT_YEAR)


def test_a_serial_in_a_text_is_only_suggested() -> None:
    assert parse_list_date("31048", on=LIST_DAY) == DateProblem(DateFault.SERIAL_AS_TEXT, PartialDate(1985, 1, 1))
    assert parse_list_date("99999", on=LIST_DAY) == DateProblem(DateFault.SERIAL_AS_TEXT)


def test_a_workbook_of_1904_counts_1462_days_later() -> None:
    assert parse_list_date(31048 - 1462, on=LIST_DAY, epoch=EXCEL_1904) == PartialDate(1985, 1, 1)


@pytest.mark.parametrize("text", ["1985", "1985-05", "1985-05-02", "1985~", "1985-05-02~"])
def test_a_partial_date_reads_back_what_it_writes(text: str) -> None:
    assert str(PartialDate.parse(text)) == text


@pytest.mark.parametrize("text", ["", "85", "1985-5", "1985-02-31", "1985-13", "0000", "1985-00", "02/05/1985"])
def test_a_partial_date_has_one_form(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        PartialDate.parse(text)


def test_a_day_without_its_month_never_was() -> None:
    with pytest.raises(ValueError, match="month"):
        PartialDate(1985, None, 2)


def test_a_partial_date_knows_its_first_day() -> None:
    assert PartialDate(1985).first_day == date(1985, 1, 1)
    assert PartialDate(1985, 5).first_day == date(1985, 5, 1)


@given(st.dates(date(1900, 1, 1), LIST_DAY), st.sampled_from(["%d/%m/%Y", "%d-%m-%Y", "%Y-%m-%d", "%d.%m.%Y"]))
def test_every_past_day_is_read_back_from_each_writing(day: date, form: str) -> None:
    assert parse_list_date(day.strftime(form), on=LIST_DAY) == PartialDate(day.year, day.month, day.day)


@given(st.text() | st.floats() | st.integers() | st.dates() | st.text("0123456789/.- ~x", max_size=12))
def test_any_cell_gets_an_answer_that_is_not_later_than_the_list(cell: str | float | date) -> None:
    found = parse_list_date(cell, on=LIST_DAY)
    assert isinstance(found, DateProblem) or found.first_day <= LIST_DAY
