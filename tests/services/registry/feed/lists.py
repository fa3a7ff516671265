"""Lists as offices send them, made in code: headings, rows of people, and the same as workbook, text or JSON."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import orjson

from libs.sheets.rows import DataRow
from libs.sheets.table import Cell, Mark
from libs.vietnam.units import UnitRef
from services.registry.feed.cells import RawRow, Traits
from services.registry.feed.headings import LAYOUT
from services.registry.feed.reading import Incoming
from services.registry.feed.rows import ListRow, parse_row
from services.registry.feed.units import Sender
from tests.libs.sheets.books import book

HANG_GON = UnitRef("2025:26113")
COMMUNE_NAME = "Phường Hàng Gòn"
DONG_NAI = UnitRef("2025:75")
DONG_NAI_2004 = UnitRef("2004:75")
DAY = date(2026, 6, 14)
COMMUNE, PROVINCE = Sender(HANG_GON, DAY), Sender(DONG_NAI, DAY)
HEADINGS = ("STT", "Họ và tên", "Giới tính", "Ngày, tháng, năm sinh", "Số CMND/CCCD", "Nơi ở hiện tại", "Ghi chú")
NOTHING: frozenset[Mark] = frozenset()


def row_of(sender: Sender = COMMUNE, traits: Traits | None = None, /, **cells: Any) -> ListRow:
    """A row with these cells, read; a name and a birth year are there unless they are given."""
    return parse_row(raw_of(traits, **cells), sender)


def raw_of(
    traits: Traits | None = None,
    /,
    sections: tuple[str, ...] = (),
    marks: frozenset[Mark] = NOTHING,
    **cells: Any,
) -> RawRow:
    """As `row_of`, not read."""
    assert cells.keys() <= set(LAYOUT.fields)
    filled: Mapping[str, Cell] = {"full_name": "Nguyễn Văn Bình", "dob": "1985"} | cells
    kept = {field: cell for field, cell in filled.items() if cell is not None}
    return RawRow(1, 9, kept, sections, marks, traits or Traits())


def data_row(number: int = 9, marks: frozenset[Mark] = NOTHING, **cells: Cell) -> DataRow:
    """A row as `libs/sheets` gives it."""
    return DataRow(1, number, tuple(cells.get(field) for field in LAYOUT.fields), (), marks)


def codes(row: ListRow) -> set[str]:
    """The kinds of its problems."""
    return {problem.code for problem in row.problems}


def person(n: int, **changed: object) -> tuple[object, ...]:
    """A row of the list about the n-th of some people who differ in everything."""
    # Three letters of a name each, so that no two names are alike.
    first, middle, last = FIRST[n % 15], MIDDLE[n // 15 % 11], LAST[n // 165 % 14]
    values: dict[str, object] = {
        "name": f"{first} {middle} {last}",
        "sex": "Nam",
        "dob": f"{n % 28 + 1:02}/{n % 12 + 1:02}/{1960 + n % 40}",
        "number": f"0750{60 + n % 40}{n:06}",
        "address": f"ấp {n % 9 + 1}",
        "note": None,
    }
    assert changed.keys() <= values.keys()
    return (n + 1, *(values | changed).values())


def workbook(*rows: Sequence[object], headings: Sequence[object] = HEADINGS, sheet: str | None = None) -> bytes:
    """A workbook of one sheet."""
    above = [["CÔNG AN TỈNH ĐỒNG NAI"], ["DANH SÁCH NGƯỜI SAU CAI NGHIỆN"], []]
    return book([*above, headings, *rows], more=None if sheet is None else lambda _, one: setattr(one, "name", sheet))


def text_file(*rows: Sequence[object]) -> bytes:
    """The same as a text file."""
    lines = [HEADINGS, *rows]
    return "\n".join(";".join("" if cell is None else str(cell) for cell in line) for line in lines).encode()


def json_file(*rows: Sequence[object]) -> bytes:
    """The same as JSON."""
    return orjson.dumps([dict(zip(HEADINGS, row, strict=False)) for row in rows])


def incoming(content: bytes, unit: UnitRef = HANG_GON, **more: Any) -> Incoming:
    """The file as the commune's office sends it."""
    return Incoming(content, unit, **({"as_of": DAY} | more))


FIRST = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Phan", "Vũ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Lý", "Đinh", "Mai")
MIDDLE = ("Văn", "Hữu", "Đức", "Quốc", "Thanh", "Xuân", "Công", "Minh", "Hoài", "Trọng", "Bá")
LAST = ("An", "Bình", "Cường", "Dũng", "Giang", "Hải", "Khánh", "Long", "Mạnh", "Nam", "Phúc", "Quân", "Sơn", "Uy")
