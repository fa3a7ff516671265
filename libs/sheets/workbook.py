"""XLSX: the archive is checked first, then read by calamine; merged cells are filled with what they show."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from io import BytesIO
from typing import Any

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from libs.sheets.limits import MERGES_MAX, SHEETS_MAX
from libs.sheets.markup import Markup, epoch_1904
from libs.sheets.package import WORKBOOK, Package
from libs.sheets.refusals import ArchiveBroken, TooManySheets
from libs.sheets.table import EPOCH, Cell, Row, Table

EPOCH_1904 = date(1904, 1, 1)
Span = tuple[int, int, tuple[int, int]]


def read_workbook(content: bytes) -> list[Table]:
    """The worksheets of a workbook, in its order; raises a `SheetRefused`."""
    package = Package(content)
    parts = package.sheets()
    if len(parts) > SHEETS_MAX:
        raise TooManySheets("the workbook has too many sheets", sheets_max=SHEETS_MAX)
    epoch = EPOCH_1904 if epoch_1904(package, WORKBOOK) else EPOCH
    markup = Markup(package)
    try:
        with CalamineWorkbook.from_filelike(BytesIO(content)) as book:
            sheets = [
                (number, sheet, book.get_sheet_by_name(sheet.name))
                for number, sheet in enumerate(book.sheets_metadata, start=1)
                if sheet.typ is SheetTypeEnum.WorkSheet and sheet.name in parts
            ]
    except CalamineError as error:
        raise ArchiveBroken("the workbook cannot be read") from error
    return [
        Table(
            name=known.name,
            number=number,
            rows=_Rows(sheet),
            hidden=known.visible is not SheetVisibleEnum.Visible,
            epoch=epoch,
            marks=markup.of(parts[known.name]),
        )
        for number, known, sheet in sheets
    ]


class _Rows:
    """The rows of a sheet, as often as they are wanted; the sheet stays compact until then."""

    def __init__(self, sheet: CalamineSheet) -> None:
        self._sheet = sheet
        self._spans = _spans((sheet.merged_cell_ranges or [])[:MERGES_MAX])

    def __iter__(self) -> Iterator[Row]:
        shown: dict[tuple[int, int], Cell] = {}
        # The reader begins at the first row, and at the first column that holds anything.
        left: list[Cell] = [None] * (self._sheet.start or (0, 0))[1]
        for index, values in enumerate(self._sheet.iter_rows()):
            cells = left + [_cell(value) for value in values]
            for first, last, anchor in self._spans.get(index, ()):
                if anchor == (index, first):
                    shown[anchor] = cells[first] if first < len(cells) else None
                cells[first : last + 1] = [shown.get(anchor)] * len(cells[first : last + 1])
            if any(cell is not None for cell in cells):
                yield Row(index + 1, tuple(cells))


def _spans(merges: Sequence[tuple[tuple[int, int], tuple[int, int]]]) -> Mapping[int, list[Span]]:
    spans: dict[int, list[Span]] = {}
    budget = MERGES_MAX
    for (top, left), (bottom, right) in merges:
        for row in range(top, min(bottom, top + budget) + 1):
            budget -= 1
            spans.setdefault(row, []).append((left, right, (top, left)))
    return spans


def _cell(value: Any) -> Cell:
    match value:
        case str():
            return value if value.strip() else None
        case datetime() if value.time() == time.min:
            return value.date()
        case float() if value.is_integer():
            return int(value)
        case bool() | int() | float() | date():
            return value
        case _:
            # A time of day, or a span of it.
            return str(value)
