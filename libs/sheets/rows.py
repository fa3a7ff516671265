"""The data of a list: every row below the headings that is a row of data, with its titles and marks, or a refusal."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from libs.sheets.columns import Layout
from libs.sheets.headings import Headings, find_headings
from libs.sheets.limits import CELL_CHARS_MAX, ROWS_MAX
from libs.sheets.noise import is_counters, is_signature, is_signer, is_sum, repeats_headings
from libs.sheets.refusals import CellTooLong, HeadingsUnknown, NothingListed, TooManyRows
from libs.sheets.said import Columns
from libs.sheets.sections import Outline, ends_sections, title_of
from libs.sheets.table import Cell, Mark, Row, Table, cell_text


@dataclass(frozen=True, slots=True)
class DataRow:
    """One row of data: `cells` in the order of the layout's fields, `sections` the titles over it, outermost first."""

    sheet: int
    number: int
    cells: tuple[Cell, ...]
    sections: tuple[str, ...]
    marks: frozenset[Mark]


@dataclass(frozen=True)
class Listed:
    """One table of a list with its headings and rows of data."""

    table: Table
    headings: Headings
    rows: Sequence[DataRow]


def listed(tables: Sequence[Table], layout: Layout) -> list[Listed]:
    """All tables that are lists, read to their ends; raises a `SheetRefused` unless there is at least one row.

    Sheets without headings are left out when they are hidden or hold no more than a few lines, as covers do.
    """
    found = [(table, headings) for table in tables if (headings := find_headings(table, layout)) is not None]
    if not found:
        raise HeadingsUnknown("no sheet has headings that are known", sheet=1)
    lists = list[Listed]()
    left = ROWS_MAX
    for table, headings in found:
        rows = list(_data(table, headings, layout, left))
        left -= len(rows)
        lists.append(Listed(table, headings, rows))
    if left == ROWS_MAX:
        raise NothingListed("there is no row below the headings", sheet=found[0][0].number)
    return lists


def _data(table: Table, headings: Headings, layout: Layout, rows_max: int) -> Iterator[DataRow]:
    columns, outline, below_signature, count = Columns(headings, layout), Outline(), False, 0
    places = [headings.places.get(field, ()) for field in layout.fields]
    telling = [n for n, field in enumerate(layout.fields) if field != layout.counter]
    nothing = frozenset[Mark]()
    for row in table.rows:
        if row.number <= headings.last_row:
            continue
        filled = columns.filled(row)
        if is_counters(filled) or is_sum(filled) or repeats_headings(filled, headings):
            continue
        few = columns.few(row, filled)
        if few is not None and (title := title_of(few, layout.is_section)):
            outline.add(title)
            continue
        if (few is not None and is_signature(few)) or (below_signature and is_signer(few)):
            below_signature = True
            continue
        below_signature = False
        cells = tuple([_cell(row, place) for place in places])
        if all(cells[n] is None for n in telling):
            continue
        count += 1
        _check(table, row, count, rows_max)
        yield DataRow(table.number, row.number, cells, outline.titles, table.marks.get(row.number, nothing))
        if few is not None and ends_sections(few, layout.is_section):
            outline.end()


def _cell(row: Row, place: tuple[int, ...]) -> Cell:
    if not place:
        return None
    if len(place) == 1:
        return row.cells[place[0]] if place[0] < len(row.cells) else None
    # The columns of one field lie side by side.
    beside = row.cells[place[0] : place[-1] + 1]
    return " ".join(dict.fromkeys(cell_text(cell) for cell in beside if cell is not None)) or None


def _check(table: Table, row: Row, count: int, rows_max: int) -> None:
    if count > rows_max:
        raise TooManyRows("the list has too many rows", sheet=table.number, row=row.number, rows_max=ROWS_MAX)
    for column, cell in enumerate(row.cells, start=1):
        if isinstance(cell, str) and len(cell) > CELL_CHARS_MAX:
            reason, most = "a cell holds too much", CELL_CHARS_MAX
            raise CellTooLong(reason, characters_max=most, sheet=table.number, row=row.number, column=column)
