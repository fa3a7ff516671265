"""Workbooks: what is read of them, and what is refused before anything is."""

from datetime import date, datetime
from typing import Any

import pytest
from xlsxwriter import Workbook

from libs.sheets.kind import FileKind
from libs.sheets.reading import read_tables
from libs.sheets.refusals import (
    ArchiveBroken,
    ArchiveTooLarge,
    FileKindDiffers,
    FileKindUnknown,
    MacrosInside,
    PasswordProtected,
    SheetRefused,
    TooManyColumns,
    TooManyRows,
    TooManySheets,
)
from libs.sheets.table import Mark, Row
from libs.sheets.workbook import EPOCH_1904
from tests.libs.sheets.books import book, repacked

SHEET = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%s</sheetData></worksheet>'


def test_cells_keep_their_kinds_and_rows_their_numbers() -> None:
    def more(workbook: Workbook, sheet: Any) -> None:
        day = workbook.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write_datetime(4, 1, datetime(1985, 5, 2), day)  # noqa: DTZ001 -- A cell has no offset.
        sheet.write_boolean(4, 2, True)

    (table,) = read_tables(book([[], [], ["Họ tên", None, 31048, 12.5, "  "]], more=more))
    assert list(table.rows) == [
        Row(3, ("Họ tên", None, 31048, 12.5, None)),
        Row(5, (None, date(1985, 5, 2), True, None, None)),
    ]


def test_a_table_may_begin_anywhere() -> None:
    def more(_workbook: Workbook, sheet: Any) -> None:
        sheet.write(6, 3, "x")

    (table,) = read_tables(book([[]], more=more))
    assert list(table.rows) == [Row(7, (None, None, None, "x"))]


def test_rows_can_be_read_again() -> None:
    (table,) = read_tables(book([["a"], ["b"]]))
    assert list(table.rows) == list(table.rows)


def test_merged_cells_are_filled_with_what_they_show() -> None:
    def more(_workbook: Workbook, sheet: Any) -> None:
        sheet.merge_range(0, 0, 0, 1, "over two")
        sheet.merge_range(1, 2, 2, 2, "down two")

    (table,) = read_tables(book([[None, None, "c"], ["a", "b"], ["d", "e"]], more=more))
    assert [row.cells for row in table.rows] == [
        ("over two", "over two", "c"),
        ("a", "b", "down two"),
        ("d", "e", "down two"),
    ]


def test_what_the_markup_says_of_rows() -> None:
    def more(workbook: Workbook, sheet: Any) -> None:
        sheet.write(1, 0, "struck", workbook.add_format({"font_strikeout": True}))
        sheet.write(2, 0, "red", workbook.add_format({"bg_color": "#FF0000"}))
        sheet.set_row(3, None, None, {"hidden": True})
        sheet.write_formula(4, 0, "=#REF!", None, "#REF!")
        sheet.write_comment(5, 0, "nobody may read this")

    (table,) = read_tables(book([["a"], ["b"], ["c"], ["hidden"], ["e"], ["f"]], more=more))
    assert table.marks == {
        2: {Mark.STRUCK},
        3: {Mark.FILLED},
        4: {Mark.HIDDEN},
        5: {Mark.FAILED_FORMULA},
        6: {Mark.COMMENTED},
    }


def test_hidden_sheets_are_told() -> None:
    def more(workbook: Workbook, _sheet: Any) -> None:
        workbook.worksheets()[1].hide()

    tables = read_tables(book([["a"]], [["b"]], more=more))
    assert [(table.number, table.hidden) for table in tables] == [(1, False), (2, True)]


def test_days_may_count_from_1904() -> None:
    (table,) = read_tables(book([[31048]], date_1904=True))
    assert table.epoch == EPOCH_1904


@pytest.mark.parametrize(
    ("rows", "refusal", "place"),
    [
        (b'<row r="1048576"><c r="A1048576"><v>1</v></c></row>', TooManyRows, {"row": 1_048_576}),
        (b'<row r="1"><c r="A1048576"><v>1</v></c></row>', TooManyRows, {"row": 1_048_576, "column": 1}),
        (b'<row r="1"><c r="XFD1"><v>1</v></c></row>', TooManyColumns, {"row": 1, "column": 16_384}),
        (b"<row r='1'><c t='n' r = 'xfd1'><v>1</v></c></row>", TooManyColumns, {"row": 1, "column": 16_384}),
        (b'<row r="2"><c r="BM2"><v>1</v></c></row>', TooManyColumns, {"row": 2, "column": 65}),
    ],
)
def test_two_far_cells_do_not_end_the_process(rows: bytes, refusal: type[SheetRefused], place: dict[str, int]) -> None:
    with pytest.raises(refusal) as caught:
        read_tables(repacked(book([["a"]]), sheet1=SHEET % rows))
    params = {name: n for name, n in caught.value.params.items() if not name.endswith("_max")}
    assert params == {"sheet": 1, **place}


def test_far_cells_without_content_are_nothing() -> None:
    rows = b'<row r="1"><c r="A1"><v>1</v></c><c r="XFD1" s="0"/></row>'
    (table,) = read_tables(repacked(book([["a"]]), sheet1=SHEET % rows))
    assert list(table.rows) == [Row(1, (1,))]


def test_an_archive_that_unpacks_without_measure_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("libs.sheets.package.UNPACKED_BYTES_MAX", 200_000)
    with pytest.raises(ArchiveTooLarge):
        read_tables(repacked(book([["a"]]), sheet1=SHEET % (b" " * 300_000)))


def test_sizes_that_an_archive_only_declares_are_not_believed() -> None:
    whole = bytearray(repacked(book([["a"]]), sheet1=SHEET % (b" " * 300_000)))
    declared = len(SHEET % (b" " * 300_000)).to_bytes(4, "little")
    assert declared in whole
    with pytest.raises(ArchiveBroken):
        read_tables(bytes(whole).replace(declared, (1000).to_bytes(4, "little")))


@pytest.mark.parametrize("length", [30, 400, -30])
def test_a_broken_archive_is_refused(length: int) -> None:
    with pytest.raises(ArchiveBroken):
        read_tables(book([["a"]])[:length])


def test_a_broken_part_is_refused() -> None:
    with pytest.raises(ArchiveBroken):
        read_tables(repacked(book([["a"]]), workbook=b"<workbook"))
    with pytest.raises(ArchiveBroken):
        read_tables(repacked(book([["a"]]), workbook=b'<!DOCTYPE a [<!ENTITY b "c">]><workbook/>'))


def test_other_archives_programs_and_passwords_are_refused() -> None:
    with pytest.raises(FileKindUnknown):
        read_tables(repacked(book([["a"]]), workbook=None))
    with pytest.raises(MacrosInside):
        read_tables(repacked(book([["a"]]), macros=b"1"))
    compound = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(64)
    with pytest.raises(PasswordProtected):
        read_tables(compound + "EncryptedPackage".encode("utf-16-le"))


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(64), "xls"),
        (b"%PDF-1.7 scan", "pdf"),
        (b"\x89PNG\r\n", "png"),
        (b"<html><table>", "markup"),
        (b"abc\0def", "binary"),
    ],
)
def test_other_kinds_of_file_are_named(content: bytes, found: str) -> None:
    with pytest.raises(FileKindUnknown) as caught:
        read_tables(content)
    assert caught.value.params == {"found": found}


def test_a_file_of_another_kind_than_declared_is_refused() -> None:
    with pytest.raises(FileKindDiffers) as caught:
        read_tables(book([["a"]]), FileKind.CSV)
    assert caught.value.params == {"declared": FileKind.CSV, "found": FileKind.XLSX}


def test_too_many_sheets_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("libs.sheets.workbook.SHEETS_MAX", 1)
    with pytest.raises(TooManySheets):
        read_tables(book([["a"]], [["b"]]))
