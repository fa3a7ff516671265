"""Number cells as lists write them (domain.md §5.5 items 1-5, 26); every number here is invented."""

import pytest

from libs.vietnam.number_text import NumberCell, clean_number, is_placeholder, split_number_cell

BOTH = NumberCell("075198001234", "271234567")


@pytest.mark.parametrize(
    "cell",
    [
        "075198001234/271234567",
        "271234567 / 075198001234",
        "075198001234\n271234567",
        "075198001234\r\n271234567",
        "0751 9800 1234; 271.234.567",
        "075198001234 - 271234567",
        "075198001234 271234567",
        "075198001234 (271234567)",
    ],
)
def test_a_new_and_an_old_number_in_one_cell_are_told_apart(cell: str) -> None:
    assert split_number_cell(cell) == BOTH


def test_a_cell_with_one_number_has_one_candidate() -> None:
    assert split_number_cell("'0751 9800 1234") == NumberCell(citizen="075198001234")
    assert split_number_cell("271 234 567") == NumberCell(legacy="271234567")
    assert split_number_cell("") == NumberCell()


def test_a_second_number_of_a_kind_and_everything_else_is_left_to_a_human() -> None:
    assert split_number_cell("075198001234/075198001235") == NumberCell("075198001234", None, ("075198001235",))
    assert split_number_cell("75198001234/271234567") == NumberCell(None, "271234567", ("75198001234",))
    assert split_number_cell("hộ chiếu C123") == NumberCell(others=("hộchiếuC123",))


def test_cleaning_keeps_letters_so_that_they_are_seen() -> None:
    assert clean_number("O75-198.001 234") == "O75198001234"


@pytest.mark.parametrize("digits", ["111111111", "000000000000", "123456789", "987654321", "012345678901"])
def test_a_repeated_digit_or_a_run_of_the_keyboard_is_a_placeholder(digits: str) -> None:
    assert is_placeholder(digits)


def test_an_ordinary_number_is_no_placeholder() -> None:
    assert not is_placeholder("075198001234")
