"""What is data does not depend on the order of columns, nor on columns that nobody asked for."""

import pytest

from libs.sheets.headings import find_headings
from libs.sheets.rows import listed
from tests.libs.sheets.books import PEOPLE, table
from tests.libs.sheets.test_rows import HEADINGS, data

ADDRESS_FIRST = ("Nơi ở", "Họ và tên", "Năm sinh", "STT")


def lines(headings: tuple[str, ...], *rows: dict[str, object]) -> list[tuple[object, tuple[str, ...]]]:
    """What stands under the address of each row of data, and the titles over it, with columns in this order."""
    made = [tuple(row.get(heading) for heading in headings) for row in rows]
    (one,) = listed([table(headings, *made)], PEOPLE)
    return [(row.cells[PEOPLE.fields.index("address")], row.sections) for row in one.rows]


@pytest.mark.parametrize("headings", [HEADINGS, ADDRESS_FIRST, HEADINGS[1:], ADDRESS_FIRST[:3]])
def test_an_address_alone_is_no_title_wherever_its_column_stands(headings: tuple[str, ...]) -> None:
    rows: list[dict[str, object]] = [{"STT": 1, "Nơi ở": "Xã Một"}, {"STT": 2, "Họ và tên": "Trần A", "Nơi ở": "ấp 3"}]
    assert lines(headings, *rows) == [("Xã Một", ()), ("ấp 3", ())]


@pytest.mark.parametrize("headings", [HEADINGS, ADDRESS_FIRST, ("Cột lạ", *ADDRESS_FIRST)])
def test_a_title_under_the_counter_or_the_name_is_one_wherever_they_stand(headings: tuple[str, ...]) -> None:
    titles: list[dict[str, object]] = [
        {"STT": "I. Xã Một"},
        {"Họ và tên": "Xã Một"},
        {"STT": "I", "Họ và tên": "Xã Một"},
        {"STT": "I", "Họ và tên": "Xã Một", "Năm sinh": 12},
        {"Họ và tên": "Xã Một", "Cột lạ": "x"},
        {"Nơi ở": "I. Xã Một"},
    ]
    for title in titles:
        assert lines(headings, title, {"STT": 1, "Nơi ở": "ấp 3"}) == [("ấp 3", ("Xã Một",))], title


def test_below_what_may_have_been_a_merged_title_no_older_title_holds() -> None:
    titled: dict[str, object] = {"STT": "I", "Họ và tên": "Xã Một"}
    rows: list[dict[str, object]] = [titled, {"Họ và tên": "A", "Nơi ở": "x"}, {"Nơi ở": "Xã Hai"}, {"Họ và tên": "B"}]
    assert lines(ADDRESS_FIRST, *rows) == [("x", ("Xã Một",)), ("Xã Hai", ("Xã Một",)), (None, ())]
    for address in ("II/5 Xã Hai", "12/ Xã Hai"):
        assert lines(HEADINGS, {"Nơi ở": address}) == [(address, ())]
    assert lines(HEADINGS, *rows) == [("x", ("Xã Một",)), ("Xã Hai", ("Xã Một",)), (None, ("Xã Một",))]


@pytest.mark.parametrize(
    "row",
    [
        (5, "Nguyễn Văn Ký", 1985),
        (None, "Nguyễn Văn Ký", 1985),
        (5, "Lê B", None, "xác nhận của công an"),
        (None, "Lê B", None, "xác nhận của công an"),
        (None, "Lê B", "ngày 12 tháng 5 năm 1985"),
        (5, None, None, "Trưởng công an xã báo"),
    ],
)
def test_nobody_is_taken_for_a_signature(row: tuple[object, ...]) -> None:
    assert len(data((1, "Trần A", 1985, "ấp 3"), row)) == 2


def test_people_below_a_signature_are_people() -> None:
    signed = (None, None, None, "Xuân Tân, ngày 14 tháng 6 năm 2026")
    rows = data((1, "Trần A"), signed, (2, "Lê B"), signed, (None, "Võ C", 1990), signed, (None, "Nguyễn Văn Chánh"))
    assert [name for _, name, _ in rows] == ["Trần A", "Lê B", "Võ C"]


def test_a_tick_beside_a_name_makes_it_no_title() -> None:
    headings = ("Nam", "Họ và tên", "STT", "Cột lạ")
    (one,) = listed([table(headings, ("X", "Trần A", None, None), (None, "Lê B", None, "X"))], PEOPLE)
    assert [row.cells[PEOPLE.fields.index("full_name")] for row in one.rows] == ["Trần A", "Lê B"]


@pytest.mark.parametrize("strange", ["Nam", "Họ tên", "Năm sinh"])
def test_what_stands_under_an_unknown_heading_is_no_heading(strange: str) -> None:
    headings = ("STT", "Họ và tên", "Nơi ở", "Cột lạ", None)
    row = (1, "Trần A", "ấp 3", strange, strange)
    for rows in ([headings, row], [headings, row, row, headings, row]):
        found = find_headings(table(*rows), PEOPLE)
        assert found is not None
        assert (found.last_row, found.places) == (1, {"row_no": (0,), "full_name": (1,), "address": (2,)})


def test_headings_sums_and_counters_are_told_beside_columns_that_nobody_asked_for() -> None:
    headings = ("Cột lạ", *HEADINGS)
    rows = [
        ("x", "(1)", "(2)", "(3)", "(4)"),
        ("x", 1, "Trần A", 1985, "ấp 3"),
        ("x", None, "Cộng", 1, None),
        ("x", *HEADINGS),
        ("x", None, None, None, None),
    ]
    (one,) = listed([table(headings, *rows)], PEOPLE)
    assert [row.number for row in one.rows] == [3]
