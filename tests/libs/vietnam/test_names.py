"""Names of people as lists write them (domain.md §5.5 items 16-20, 22)."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.vietnam.names import folded_name, name_tokens, normal_name, split_other_names

NAMES = st.lists(
    st.sampled_from(
        [
            "Anh",
            "ông",
            "Ông",
            "Bà",
            "đối tượng",
            "Đ/c",
            "Nguyễn",
            "Hoà",
            "Ðỗ",
            "A",
            "tức",
            "tự",
            "(",
            ")",
            '"',
            ",",
            ":",
            "-",
            "H'Mông",
        ]
    ),
    max_size=8,
).map(" ".join)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("  Nguyễn   Văn  A. ", "Nguyễn Văn A"),
        ("Nguyễn Thị Hoà,", "Nguyễn Thị Hòa"),
        ("Ðỗ Văn B", "Đỗ Văn B"),
        ("Anh Nguyễn Văn A", "Nguyễn Văn A"),
        ("anh. Nguyễn Văn A", "Nguyễn Văn A"),
        ("đối tượng Nguyễn Văn A", "Nguyễn Văn A"),
        ("Đối tượng: Nguyễn Văn A", "Nguyễn Văn A"),
        ("Ông Nguyễn Văn A", "Nguyễn Văn A"),
        ("Bà Trần Thị B", "Trần Thị B"),
        ("Họ và tên: Bà Trần Thị B", "Trần Thị B"),
        ("NGUYEN VAN A", "NGUYEN VAN A"),
        ("Y Blô Niê", "Y Blô Niê"),
        ("H\u2019Mông Thị Sa", "H'Mông Thị Sa"),
        ("Ka-Lơng K'Tét", "Ka-Lơng K'Tét"),
        ("", ""),
    ],
)
def test_a_name_has_one_form_without_its_titles(written: str, name: str) -> None:
    assert normal_name(written) == name


@pytest.mark.parametrize("name", ["Ông Cao Thắng", "Anh Thư", "Em", "A Sơn", "Tên"])
def test_a_word_that_may_be_part_of_the_name_stays(name: str) -> None:
    assert normal_name(name) == name


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Nguyễn Thị Lý", "NGUYEN THI LI"),
        ("Đỗ Hoà", "ÐỖ HÒA"),
        ("Trần Quí", "Trần Quý"),
        ("H'Mông Sa", "H\u2019Mông Sa"),
    ],
)
def test_two_writings_of_a_name_have_one_fold(one: str, other: str) -> None:
    assert folded_name(one) == folded_name(other)


def test_two_different_names_keep_different_folds() -> None:
    assert folded_name("Nguyễn Thị Thúy") != folded_name("Nguyễn Thị Thu")


def test_tokens_are_the_folded_words_without_titles() -> None:
    assert name_tokens("Anh Nguyễn Văn Đức.") == ("nguyen", "van", "duc")
    assert name_tokens("") == ()


@pytest.mark.parametrize(
    ("cell", "name", "others"),
    [
        ('Nguyễn Văn A (tức Tí "Lùn")', "Nguyễn Văn A", ('Tí "Lùn"',)),
        ("Nguyễn Văn A (Tí)", "Nguyễn Văn A", ("Tí",)),
        ("Nguyễn Văn A (Sơn sẹo)", "Nguyễn Văn A", ("Sơn sẹo",)),
        ("Nguyễn Văn A (tên gọi khác: Tí; Tèo)", "Nguyễn Văn A", ("Tí", "Tèo")),
        ("Nguyễn Văn A (hay còn gọi là Tí)", "Nguyễn Văn A", ("Tí",)),
        ("Nguyễn Văn A (tức Tí", "Nguyễn Văn A", ("Tí",)),
        ("Nguyễn Văn A tức Tí hoặc Tèo", "Nguyễn Văn A", ("Tí", "Tèo")),
        ("Nguyễn Văn A, tự Tí", "Nguyễn Văn A", ("Tí",)),
        ("Nguyễn Văn A “Tí”", "Nguyễn Văn A", ("Tí",)),
        ("Anh Nguyễn Văn A (Tí) (tức Tèo)", "Nguyễn Văn A", ("Tí", "Tèo")),
        ('Hùng "sẹo"', "Hùng", ("sẹo",)),
        ("Nguyễn Tự Trọng", "Nguyễn Tự Trọng", ()),
        ("Nguyễn Văn Tự", "Nguyễn Văn Tự", ()),
        ("Nguyễn Văn A (đã chết)", "Nguyễn Văn A (đã chết)", ()),
        ("Nguyễn Văn A (SN 1985)", "Nguyễn Văn A (SN 1985)", ()),
        ("Nguyễn Văn A ()", "Nguyễn Văn A ()", ()),
        ("", "", ()),
    ],
)
def test_other_names_are_told_from_the_name(cell: str, name: str, others: tuple[str, ...]) -> None:
    assert split_other_names(cell) == (name, others)


@given(NAMES | st.text())
def test_the_normal_name_is_final_and_the_same_for_both_ways_to_write_a_mark(text: str) -> None:
    assert normal_name(normal_name(text)) == normal_name(text)
    assert normal_name(unicodedata.normalize("NFC", text)) == normal_name(unicodedata.normalize("NFD", text))


@given(NAMES | st.text())
def test_any_cell_splits_into_a_final_name_and_names_that_are_not_blank(text: str) -> None:
    name, others = split_other_names(text)
    assert normal_name(name) == name
    assert all(other.strip() for other in others)
    assert " ".join(name_tokens(name)) == folded_name(name)
