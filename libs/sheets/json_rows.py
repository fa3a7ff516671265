"""JSON: a list of objects, `{"rows": [...]}`, or `{"sheets": [{"name": ..., "rows": [...]}]}`; plain values only."""

from collections.abc import Iterator, Sequence
from typing import Any

import orjson

from libs.sheets.json_keys import check_keys
from libs.sheets.limits import COLUMNS_MAX, JSON_BYTES_MAX, SHEETS_MAX
from libs.sheets.refusals import FileTooLarge, JsonBroken, RowBroken, RowsMissing, TooManyColumns, TooManySheets
from libs.sheets.table import Cell, Row, Table

PLAIN = (str, int, float, bool, type(None))


def read_json(content: bytes) -> list[Table]:
    """The tables of a JSON file, whose headings are the names of its fields; raises a `SheetRefused`."""
    if len(content) > JSON_BYTES_MAX:
        raise FileTooLarge("the file is too large", bytes_max=JSON_BYTES_MAX)
    text = content.removeprefix(b"\xef\xbb\xbf")
    try:
        said = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        # From None: the parser's message quotes what was sent.
        raise JsonBroken("the file is not JSON", sheet=1, row=error.lineno, column=error.colno) from None
    check_keys(text)
    sheets = _sheets(said)
    if len(sheets) > SHEETS_MAX:
        raise TooManySheets("the file has too many sheets", sheets_max=SHEETS_MAX)
    return [_table(number, one) for number, one in enumerate(sheets, start=1)]


def _sheets(said: Any) -> Sequence[Any]:
    if isinstance(said, list):
        return [{"rows": said}]
    if isinstance(said, dict) and isinstance(said.get("sheets"), list):
        sheets: list[Any] = said["sheets"]
        return sheets
    return [said]


def _table(number: int, sheet: Any) -> Table:
    rows = sheet.get("rows") if isinstance(sheet, dict) else None
    if not isinstance(rows, list):
        raise RowsMissing("there is no list of rows", sheet=number)
    name = sheet.get("name")
    fields = list(dict.fromkeys(field for row in rows if isinstance(row, dict) for field in row))
    if len(fields) > COLUMNS_MAX:
        raise TooManyColumns("the rows have too many fields", sheet=number, columns_max=COLUMNS_MAX)
    return Table(name if isinstance(name, str) else "", number, list(_rows(number, fields, rows)))


def _rows(sheet: int, fields: Sequence[str], rows: Sequence[Any]) -> Iterator[Row]:
    yield Row(0, tuple(fields))
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, dict):
            raise RowBroken("a row is no object", sheet=sheet, row=number)
        for column, field in enumerate(fields, start=1):
            if not isinstance(row.get(field), PLAIN):
                raise RowBroken("a cell is no plain value", sheet=sheet, row=number, column=column)
        cells = tuple(_cell(row.get(field)) for field in fields)
        if any(cell is not None for cell in cells):
            yield Row(number, cells)


def _cell(value: Any) -> Cell:
    if isinstance(value, str):
        return value if value.strip() else None
    plain: Cell = value
    return plain
