"""One name written in two ways, and two names: what a number of twelve digits may be linked by itself with."""

import pytest

from services.registry.feed.agreeing import names_agree

KNOWN = "Nguyễn Văn Tuấn"


@pytest.mark.parametrize(
    ("known", "written"),
    [
        (KNOWN, KNOWN),
        (KNOWN, "NGUYEN VAN TUAN"),
        (KNOWN, "nguyễn  văn tuấn"),
        (KNOWN, "Nguyễn Tuấn"),
        (KNOWN, "Nguyển Văn Tuấn"),
        (KNOWN, "Nguyênx Văn Tuấn"),
        (KNOWN, "Ng V Tuấn"),
        (KNOWN, "Tuấn Nguyễn Văn"),
        (KNOWN, "Anh Nguyễn Văn Tuấn"),
        ("Trần Thị Hoà", "Trần Thị Hòa"),
        ("Trần Thị Thuý", "Trần Thị Thúy"),
        ("Trần Văn Lý", "Trần Văn Lí"),
        ("Trần Văn Dũng", "Trần Văn Dủng"),
        ("Y Blô Niê", "Y-Blô Niê"),
        ("Y Blô Niê", "Yblô Niê"),
        ("H'Hen Niê", "HHen Niê"),
        ("Trần Thị Song Anh", "Trần Thị Anh"),
    ],
)
def test_one_name_written_otherwise_is_the_same(known: str, written: str) -> None:
    assert names_agree(known, written)
    assert names_agree(written, known)


@pytest.mark.parametrize(
    ("known", "written"),
    [
        (KNOWN, "Nguyễn Văn Toàn"),
        (KNOWN, "NGUYEN VAN TOAN"),
        (KNOWN, "Nguyễn Văn Tuân"),
        (KNOWN, "Nguyễn Thế Tuấn"),
        (KNOWN, "Trần Văn Tuấn"),
        (KNOWN, "Tuấn"),
        (KNOWN, ""),
        ("Trần Thị Song Anh", "Trần Thị Song Em"),
        ("Trần Thị Song Anh", "Trần Thị Song"),
        ("Nguyễn Văn Hùng", "Nguyễn Văn Hưng"),
        ("Nguyễn Văn Thanh", "Nguyễn Văn Thành"),
        ("Lê Văn Trường", "Lê Văn Trung"),
        ("Lê Thị Kim Anh", "Lê Thị Lan Anh"),
    ],
)
def test_two_names_are_two_however_like_they_are(known: str, written: str) -> None:
    assert not names_agree(known, written)
    assert not names_agree(written, known)
