"""Rows that office lists have between and below their data: headings again, counters, sums, signatures."""

import re
from collections.abc import Sequence

from libs.sheets.columns import heading_key
from libs.sheets.headings import Headings
from libs.sheets.table import Cell, Row, cell_text
from libs.vietnam.spelling import one_spelling

# `Tống` is a surname; without its marks a sum is told by its second word only.
SUM = re.compile(r"(tổng|cộng)\b|(tong|cong)( (cong|so)\b|\W*$)", re.IGNORECASE)
COUNT = re.compile(r"\(?[\d.,]+\)?( ?(người|đối tượng|trường hợp|nguoi))?", re.IGNORECASE)
COUNTER = re.compile(r"\(?(\d{1,2}|[a-z])\)?", re.IGNORECASE)
SIGNATURE = re.compile(
    r"(người|cán bộ) (lập|tổng hợp)|nơi nhận|\(?ký\b|xác nhận của|trưởng công an|thủ trưởng|chủ tịch|"
    r"[tk]m?t?\. ?(ubnd|chủ tịch|trưởng|công an)|ngày [\d.… ]+ tháng [\d.… ]+ năm",
    re.IGNORECASE,
)
COUNTERS_MIN = 3
SIGNATURE_CELLS_MAX = 3
REPEATED_MIN = 2


def distinct(row: Row) -> list[Cell]:
    """The values of a row, each once: merged cells show one value several times."""
    return list({(type(cell), cell): cell for cell in row.cells if cell is not None}.values())


def repeats_headings(row: Row, headings: Headings) -> bool:
    """Whether most cells say again what their columns are called, as on every printed page."""
    pairs = [
        (heading_key(cell_text(cell)), known) for cell, known in zip(row.cells, headings.texts, strict=False) if cell
    ]
    same = sum(text in known for text, known in pairs)
    return same >= REPEATED_MIN and 2 * same >= len(pairs)


def is_counters(row: Row) -> bool:
    """Whether the row numbers the columns: `(1) (2) (3)`, `A B 1 2`."""
    texts = [cell_text(cell) for cell in distinct(row)]
    return len(texts) >= COUNTERS_MIN and all(COUNTER.fullmatch(text) for text in texts)


def is_sum(row: Row) -> bool:
    """Whether the row adds up others: one label (`Cộng`, `Tổng số`), and beside it nothing but counts."""
    texts = [one_spelling(cell_text(cell)) for cell in distinct(row)]
    labels = [text for text in texts if not COUNT.fullmatch(text)]
    return len(labels) == 1 and SUM.match(labels[0]) is not None


def is_signature(row: Row) -> bool:
    """Whether the row belongs to what is signed below a list: place and date, offices, `(Ký, ghi rõ họ tên)`."""
    texts = [one_spelling(cell_text(cell)) for cell in distinct(row)]
    return len(texts) <= SIGNATURE_CELLS_MAX and any(SIGNATURE.search(text) for text in texts)


def is_narrow(cells: Sequence[Cell]) -> bool:
    """Whether so few cells are filled that below a signature they are part of it."""
    return sum(cell is not None for cell in cells) < SIGNATURE_CELLS_MAX
