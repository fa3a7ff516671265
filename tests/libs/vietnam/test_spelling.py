"""One spelling of Vietnamese text, and its fold (domain.md §5.4, §5.5 items 22, 39)."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from libs.vietnam.spelling import folded, one_spelling
from libs.vietnam.units import COUNTRY, COUNTRY_2004, subtree, unit

VIETNAMESE = st.text(
    "aăâbcdđeêghiklmnoôơpqrstuưvxyAĂÂĐÊÔƠƯQÐƉ '-.()\u0300\u0301\u0303\u0309\u0323\u00a0\u200b", max_size=30
)


@pytest.mark.parametrize(
    ("written", "spelled"),
    [
        ("hoà", "hòa"),
        ("HOÀ", "HÒA"),
        ("thuỷ", "thủy"),
        ("tuý", "túy"),
        ("khoẻ", "khỏe"),
        ("qúy", "quý"),
        ("qủa", "quả"),
        ("gía", "giá"),
        ("tòan", "toàn"),
        ("ngóai", "ngoái"),
        ("Nguỹên", "Nguyễn"),
        ("khuỷu", "khuỷu"),
        ("rựơu", "rượu"),
        ("mía của gì", "mía của gì"),
        ("Ðỗ Ɖỗ", "Đỗ Đỗ"),
        ("H\u2019Mông", "H'Mông"),
        ("  Y\u00a0Blô \u200bNiê ", "Y Blô Niê"),
        ("José Muñoz", "José Muñoz"),
    ],
)
def test_a_word_has_one_spelling(written: str, spelled: str) -> None:
    assert one_spelling(written) == spelled


@pytest.mark.parametrize(
    ("written", "fold"),
    [
        ("Nguyễn Đức Hoà", "nguyen duc hoa"),
        ("Lý", "li"),
        ("Lí", "li"),
        ("QUÝ", "qui"),
        ("Thúy", "thuy"),
        ("Y Blô Niê", "y blo nie"),
        ("H'Mông", "hmong"),
        ("Bà Rịa - Vũng Tàu", "ba ria vung tau"),
        ("Ɖắk Lắk", "dak lak"),
        ("", ""),
    ],
)
def test_a_text_is_folded_for_search(written: str, fold: str) -> None:
    assert folded(written) == fold


@given(VIETNAMESE | st.text())
def test_spelling_and_folding_twice_change_nothing(text: str) -> None:
    assert one_spelling(one_spelling(text)) == one_spelling(text)
    assert folded(folded(text)) == folded(text)


@given(VIETNAMESE | st.text())
def test_composed_and_decomposed_text_are_spelled_and_folded_alike(text: str) -> None:
    composed, decomposed = unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text)
    assert one_spelling(composed) == one_spelling(decomposed)
    assert folded(composed) == folded(decomposed)


@given(VIETNAMESE | st.text())
@example("İstanbul ß ﬁ ͅ")
def test_folding_is_defined_for_every_text_and_leaves_only_letters_digits_and_single_spaces(text: str) -> None:
    fold = folded(text)
    assert fold == " ".join(fold.split())
    assert all(sign.isalnum() or sign == " " for sign in fold)
    assert not any(unicodedata.combining(sign) for sign in fold)


def test_every_administrative_unit_keeps_its_name_and_a_tone_never_gets_lost() -> None:
    for ref in subtree(COUNTRY) + subtree(COUNTRY_2004):
        name = unit(ref).name
        assert sorted(unicodedata.normalize("NFD", one_spelling(name))) == sorted(unicodedata.normalize("NFD", name))
