"""Headings found wherever they are, and rows of data told from all the others (domain.md §5.5 items 34, 35, 38)."""

import pytest

from libs.sheets.headings import find_headings
from libs.sheets.refusals import (
    CellTooLong,
    HeadingMissing,
    HeadingRepeated,
    HeadingsUnknown,
    NothingListed,
    TooManyRows,
)
from libs.sheets.rows import listed
from libs.sheets.table import Row, Table
from tests.libs.sheets.books import PEOPLE, table

HEADINGS = ("STT", "Họ và tên", "Năm sinh", "Nơi ở")


def data(*rows: tuple[object, ...]) -> list[tuple[object, object, tuple[str, ...]]]:
    (one,) = listed([table(HEADINGS, *rows)], PEOPLE)
    name = PEOPLE.fields.index("full_name")
    return [(row.number, row.cells[name], row.sections) for row in one.rows]


@pytest.mark.parametrize(
    "heading", ["Họ và tên", "HỌ TÊN", "Ho va ten", " họ  và\ntên (khai sinh)", "full_name", "HỌ VÀ TÊN 1"]
)
def test_a_heading_is_known_in_any_spelling(heading: str) -> None:
    found = find_headings(table(("STT", heading)), PEOPLE)
    assert found is not None
    assert found.places == {"row_no": (0,), "full_name": (1,)}


def test_headings_may_come_late_in_another_order_and_with_strangers() -> None:
    rows = [("CÔNG AN TỈNH", None), *[(None,)] * 4, ("DANH SÁCH", None), ("Nơi ở", "Ghi chú", "Họ tên", "STT")]
    found = find_headings(table(*rows), PEOPLE)
    assert found is not None
    assert (found.last_row, found.preamble) == (7, ("CÔNG AN TỈNH", "DANH SÁCH"))
    assert found.places == {"address": (0,), "full_name": (2,), "row_no": (3,)}


def test_headings_after_the_twentieth_row_are_unknown() -> None:
    rows = [*[("x", "y", "z", n) for n in range(20)], HEADINGS]
    with pytest.raises(HeadingsUnknown) as caught:
        find_headings(table(*rows), PEOPLE)
    assert caught.value.params == {"sheet": 1, "row": 1}


@pytest.mark.parametrize(
    ("upper", "lower"),
    [
        (("STT", "Họ và tên", "Năm sinh", None), (None, None, "Nam", "Nữ")),
        (("STT", "Họ và tên", "Năm sinh", "Năm sinh"), ("STT", "Họ và tên", "Nam", "Nữ")),
        (("STT", "Họ và tên", None, None), (None, None, "Nam", "Nữ")),
    ],
)
def test_headings_of_two_rows(upper: tuple[object, ...], lower: tuple[object, ...]) -> None:
    found = find_headings(table(("DANH SÁCH",), upper, lower, (1, "A", 1985, None)), PEOPLE)
    assert found is not None
    assert found.last_row == 3
    assert found.places == {"row_no": (0,), "full_name": (1,), "male_year": (2,), "female_year": (3,)}


def test_a_heading_may_stretch_over_two_columns() -> None:
    rows = [("STT", "Họ và tên", "Họ và tên", "Nơi ở"), (1, "Nguyễn Văn", "An", "ấp 3")]
    (one,) = listed([table(*rows)], PEOPLE)
    assert one.rows[0].cells[PEOPLE.fields.index("full_name")] == "Nguyễn Văn An"


def test_a_missing_or_repeated_heading_is_refused_where_it_is() -> None:
    with pytest.raises(HeadingMissing) as missing:
        find_headings(table(("STT", "Nơi ở")), PEOPLE)
    assert missing.value.params == {"field": "full_name", "sheet": 1, "row": 1}
    with pytest.raises(HeadingRepeated) as repeated:
        find_headings(table(("Họ tên", "STT", "Họ và tên")), PEOPLE)
    assert repeated.value.params == {"field": "full_name", "sheet": 1, "row": 1, "column": 3}


def test_titles_stand_over_the_rows_below_them() -> None:
    rows = data(
        ("A. Phường thuộc huyện X",),
        ("I. Xã Một",),
        (1, "Trần A"),
        ("II", "Xã Hai", 12),
        (2, "Lê B"),
        ("Xã Ba",),
        (3, "Lý C"),
        ("B. Phường thuộc huyện Y",),
        (4, "Võ D"),
    )
    assert [sections for _, _, sections in rows] == [
        ("Phường thuộc huyện X", "Xã Một"),
        ("Phường thuộc huyện X", "Xã Hai"),
        ("Phường thuộc huyện X", "Xã Hai", "Xã Ba"),
        ("Phường thuộc huyện Y",),
    ]


def test_one_cell_alone_is_no_title_unless_it_looks_like_one() -> None:
    assert [name for _, name, _ in data((None, "A Sơn"), (None, "A. Sơn"), ("1", "Trần A"))] == [
        "A Sơn",
        "A. Sơn",
        "Trần A",
    ]


def test_counters_sums_repeated_headings_and_blank_rows_are_no_data() -> None:
    rows = data(
        ("(1)", "(2)", "(3)", "(4)"),
        (1, "Trần A", 1985, "ấp 3"),
        (None, None, None, None),
        (2, None, None, None),
        ("Cộng", None, 1, None),
        HEADINGS,
        (2, "Tống Văn B", 1990, "ấp 4"),
        ("Tổng cộng:", "02 người"),
        ("TONG CONG", 2),
    )
    assert [(number, name) for number, name, _ in rows] == [(3, "Trần A"), (8, "Tống Văn B")]


def test_signatures_below_a_list_are_no_data() -> None:
    rows = data(
        (1, "Trần A", 1985, "ấp 3"),
        (None, None, None, "Xuân Tân, ngày 14 tháng 6 năm 2026"),
        ("NGƯỜI LẬP BIỂU", None, "TRƯỞNG CÔNG AN"),
        ("(Ký, ghi rõ họ tên)",),
        (None, "Nguyễn Văn Ký"),
        (2, "Lê B", 1990, "ấp 4"),
    )
    assert [name for _, name, _ in rows] == ["Trần A", "Lê B"]


def test_a_list_of_nobody_is_refused() -> None:
    with pytest.raises(NothingListed) as caught:
        listed([table(HEADINGS, ("Tổng cộng", 0))], PEOPLE)
    assert caught.value.params == {"sheet": 1}


def test_covers_and_hidden_notes_are_left_out_and_other_tables_refused() -> None:
    cover = table(("CÔNG AN PHƯỜNG",), ("Kính gửi",))
    strange = Table("x", 2, [Row(n, ("a", "b", "c", n)) for n in range(1, 5)])
    real = Table("y", 3, [Row(1, HEADINGS), Row(2, (1, "Trần A", None, None))])
    assert [one.table.number for one in listed([cover, real], PEOPLE)] == [3]
    with pytest.raises(HeadingsUnknown) as caught:
        listed([real, strange], PEOPLE)
    assert caught.value.params == {"sheet": 2, "row": 1}
    hidden = Table("x", 2, strange.rows, hidden=True)
    assert len(listed([real, hidden], PEOPLE)) == 1
    with pytest.raises(HeadingsUnknown):
        listed([cover], PEOPLE)


def test_rows_and_cells_have_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CellTooLong) as long:
        data((1, "Trần A", None, "x" * 4001))
    assert long.value.params == {"characters_max": 4000, "sheet": 1, "row": 2, "column": 4}
    monkeypatch.setattr("libs.sheets.rows.ROWS_MAX", 1)
    with pytest.raises(TooManyRows) as many:
        data((1, "Trần A"), (2, "Lê B"))
    assert many.value.params == {"sheet": 1, "row": 3, "rows_max": 1}
