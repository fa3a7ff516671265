"""Workbooks made in memory, and the small kind of list that the tests of the reader use."""

from collections.abc import Callable, Sequence
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from xlsxwriter import Workbook

from libs.sheets.columns import Column, Layout
from libs.sheets.table import Row, Table

PEOPLE = Layout(
    [
        Column("row_no", ["STT"]),
        Column("full_name", ["Họ và tên", "Họ tên"], required=True),
        Column("male_year", ["Năm sinh Nam", "Nam"]),
        Column("female_year", ["Năm sinh Nữ", "Nữ"]),
        Column("birth", ["Năm sinh", "Ngày tháng năm sinh"]),
        Column("address", ["Nơi ở", "Địa chỉ"], own=True),
    ],
    is_section=lambda text: text.startswith(("Phường", "Xã")),
    counter="row_no",
)


def book(
    *sheets: Sequence[Sequence[object]], more: Callable[[Workbook, Any], None] | None = None, **options: object
) -> bytes:
    """A workbook of sheets of rows; `more` gets the workbook and its first sheet."""
    memory = BytesIO()
    workbook = Workbook(memory, {"in_memory": True, "strings_to_formulas": False, **options})
    made = [workbook.add_worksheet() for _ in sheets]
    for sheet, rows in zip(made, sheets, strict=True):
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    if more is not None:
        more(workbook, made[0])
    workbook.close()
    return memory.getvalue()


def repacked(content: bytes, **parts: bytes | None) -> bytes:
    """The same archive with some parts replaced, or left out; `sheet1` is the first sheet."""
    names = {"sheet1": "xl/worksheets/sheet1.xml", "workbook": "xl/workbook.xml", "macros": "xl/vbaProject.bin"}
    changed = {names[name]: part for name, part in parts.items()}
    memory = BytesIO()
    with ZipFile(BytesIO(content)) as old, ZipFile(memory, "w", ZIP_DEFLATED) as new:
        kept = {one.filename: old.read(one) for one in old.infolist()}
        for name, part in (kept | changed).items():
            if part is not None:
                new.writestr(name, part)
    return memory.getvalue()


def table(*rows: Sequence[object]) -> Table:
    """A sheet of rows as a reader would give it."""
    made = [Row(number, tuple(row)) for number, row in enumerate(rows, start=1)]  # type: ignore[arg-type]
    return Table("Sheet1", 1, [row for row in made if any(cell is not None for cell in row.cells)])
