"""Rows that office lists have between and below their data: headings again, counters, sums, signatures.

Asked of every row of every list, so each answers from the first cells of a row of data.
"""

import re
from collections.abc import Iterator, Sequence

from libs.sheets.headings import Headings, plain
from libs.sheets.table import Cell, Row, cell_text
from libs.vietnam.spelling import one_spelling

# `Tống` is a surname; without its marks a sum is told by its second word only.
SUM = re.compile(r"(tổng|cộng)\b|(tong|cong)( (cong|so)\b|\W*$)", re.IGNORECASE)
COUNT = re.compile(r"\s*\(?[\d.,]+\)?( ?(người|đối tượng|trường hợp|nguoi))?\s*", re.IGNORECASE)
COUNTER = re.compile(r"\s*\(?(\d{1,2}|[a-z])\)?\s*", re.IGNORECASE)
SIGNATURE = re.compile(
    r"(người|cán bộ) (lập|tổng hợp)|nơi nhận|\(?ký\b|xác nhận của|trưởng công an|thủ trưởng|chủ tịch|"
    r"[tk]m?t?\. ?(ubnd|chủ tịch|trưởng|công an)|ngày [\d.… ]+ tháng [\d.… ]+ năm",
    re.IGNORECASE,
)
COUNTERS_MIN = 3
FEW_MAX = 3
REPEATED_MIN = 2


def few_texts(row: Row) -> list[str] | None:
    """The row's texts, each once, since merged cells show one several times; None for more than three."""
    found: dict[str, None] = {}
    for text in _texts(row):
        found[text] = None
        if len(found) > FEW_MAX:
            return None
    return list(found)


def repeats_headings(row: Row, headings: Headings) -> bool:
    """Whether most cells say again what their columns are called, as on every printed page."""
    filled = [(cell, known) for cell, known in zip(row.cells, headings.texts, strict=False) if cell is not None]
    if not filled or plain(filled[0][0]) not in filled[0][1]:
        return False
    same = sum(plain(cell) in known for cell, known in filled)
    return same >= REPEATED_MIN and 2 * same >= len(filled)


def is_counters(row: Row) -> bool:
    """Whether the row numbers the columns: `(1) (2) (3)`, `A B 1 2`."""
    found = set()
    for text in _texts(row):
        if not COUNTER.fullmatch(text):
            return False
        found.add(text)
    return len(found) >= COUNTERS_MIN


def is_sum(row: Row) -> bool:
    """Whether the row adds up others: one label (`Cộng`, `Tổng số`), and beside it nothing but counts."""
    label = None
    for text in _texts(row):
        if COUNT.fullmatch(text) or text == label:
            continue
        if label is not None:
            return False
        label = text
    return label is not None and SUM.match(one_spelling(label)) is not None


def is_signature(texts: Sequence[str]) -> bool:
    """Whether few texts belong to what is signed below a list: place and date, offices, `(Ký, ghi rõ họ tên)`."""
    return any(SIGNATURE.search(one_spelling(text)) for text in texts)


def is_narrow(cells: Sequence[Cell]) -> bool:
    """Whether so few cells are filled that below a signature they are part of it."""
    return sum(cell is not None for cell in cells) < FEW_MAX


def _texts(row: Row) -> Iterator[str]:
    return (cell_text(cell) for cell in row.cells if cell is not None)
