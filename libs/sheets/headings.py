"""Where the headings of a table are, in one row or two, and which column holds which field."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile, zip_longest

from libs.sheets.columns import Layout, heading_key
from libs.sheets.limits import COLUMNS_MAX, HEADING_ROWS_MAX
from libs.sheets.refusals import HeadingMissing, HeadingRepeated, HeadingsUnknown
from libs.sheets.table import Cell, Row, Table, cell_text

TABULAR_CELLS_MIN = 3
TABULAR_ROWS_MIN = 3


@dataclass(frozen=True)
class Headings:
    """The headings of one table: the number of their last row, the columns of each field, the lines above them.

    A field has several columns where one heading stretches over them (`Họ và tên` over two). `texts` are what is
    written over each column, as `plain` has it.
    """

    last_row: int
    places: Mapping[str, tuple[int, ...]]
    texts: tuple[frozenset[str], ...]
    preamble: tuple[str, ...]


def find_headings(table: Table, layout: Layout) -> Headings | None:
    """The headings of a table, or None for one that holds none and is no list; raises a `SheetRefused`."""
    first = list(takewhile(lambda row: row.number <= HEADING_ROWS_MAX, table.rows))
    rows, texts = _found(first, layout)
    if _known(texts, layout) < layout.known_min:
        _refuse_list(table, first)
        return None
    places = _places(table, rows[-1], texts, layout)
    above = [row for row in first if row.number < rows[0].number]
    preamble = tuple(cell_text(cell) for row in above for cell in dict.fromkeys(row.cells) if cell is not None)
    return Headings(rows[-1].number, places, tuple(_over(rows)), preamble)


def _found(first: Sequence[Row], layout: Layout) -> tuple[list[Row], list[list[str]]]:
    """The row with the most headings, with the one above or below it where the two together have more."""
    single = [([row], _single(row)) for row in first]
    known = [_known(texts, layout) for _, texts in single]
    best = known.index(max(known)) if known else 0
    double = [([upper, lower], _double(upper, lower)) for upper, lower in pairwise(first[max(best - 1, 0) : best + 2])]
    return max([*single[best : best + 1], *double], key=lambda one: _known(one[1], layout), default=([], []))


def plain(cell: Cell) -> str:
    """A heading as it is compared with itself on the next page: without regard to case and blanks."""
    return " ".join(cell_text(cell).split()).casefold()


def _over(rows: Sequence[Row]) -> Iterator[frozenset[str]]:
    return (frozenset(plain(cell) for cell in column) for column in zip_longest(*(row.cells for row in rows)))


def _single(row: Row) -> list[list[str]]:
    return [[heading_key(cell_text(cell))] if cell is not None else [] for cell in row.cells[:COLUMNS_MAX]]


def _double(upper: Row, lower: Row) -> list[list[str]]:
    width = max(len(upper.cells), len(lower.cells))
    tops, bottoms = (list(row.cells) + [None] * (width - len(row.cells)) for row in (upper, lower))
    texts, over = list[list[str]](), ""
    for top, bottom in zip(tops, bottoms, strict=True):
        # In text files a heading over several columns stands over the first of them only.
        over = heading_key(cell_text(top)) if top is not None else over if bottom is not None else ""
        under = heading_key(cell_text(bottom))
        # Beside another text below it a heading says nothing alone: that text is somebody's.
        alone = "" if under not in {"", over} else over
        texts.append([text for text in (f"{over} {under}".strip(), under, alone) if text])
    return texts[:COLUMNS_MAX]


def _field(texts: Sequence[str], layout: Layout) -> str | None:
    return next((layout.by_heading[text] for text in texts if text in layout.by_heading), None)


def _known(texts: Sequence[Sequence[str]], layout: Layout) -> int:
    return len({_field(one, layout) for one in texts} - {None})


def _places(table: Table, row: Row, texts: Sequence[Sequence[str]], layout: Layout) -> dict[str, tuple[int, ...]]:
    places: dict[str, tuple[int, ...]] = {}
    for index, one in enumerate(texts):
        if (field := _field(one, layout)) is None:
            continue
        before = places.get(field, ())
        if before and (before[-1] != index - 1 or list(one) != list(texts[index - 1])):
            reason, at = "two columns have the same heading", row.number
            raise HeadingRepeated(reason, field=field, sheet=table.number, row=at, column=index + 1)
        places[field] = (*before, index)
    for column in layout.columns:
        if column.required and column.field not in places:
            raise HeadingMissing("a heading is missing", field=column.field, sheet=table.number, row=row.number)
    return places


def _refuse_list(table: Table, first: Sequence[Row]) -> None:
    wide = [row for row in first if len(dict.fromkeys(row.cells)) > TABULAR_CELLS_MIN]
    if len(wide) >= TABULAR_ROWS_MIN and not table.hidden:
        raise HeadingsUnknown("no row has headings that are known", sheet=table.number, row=wide[0].number)
