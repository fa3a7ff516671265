"""Rows that office lists have between and below their data: headings again, counters, sums, signatures.

Asked of every row of every list, so each answers from the first cells of a row of data.
"""

import re

from libs.sheets.headings import Headings, plain
from libs.sheets.said import FEW_MAX, Few, Filled
from libs.sheets.table import cell_text
from libs.vietnam.spelling import one_spelling

# `Tống` is a surname; without its marks a sum is told by its second word only.
SUM = re.compile(r"(tổng|cộng)\b|(tong|cong)( (cong|so)\b|\W*$)", re.IGNORECASE)
COUNT = re.compile(r"\s*\(?[\d.,]+\)?( ?(người|đối tượng|trường hợp|nguoi))?\s*", re.IGNORECASE)
COUNTER = re.compile(r"\s*\(?(\d{1,2}|[a-z])\)?\s*", re.IGNORECASE)
# What begins so: `Nguyễn Văn Ký` and `đã ký cam kết` are of people.
SIGNATURE = re.compile(
    r"(người|cán bộ) (lập|tổng hợp)|nơi nhận|\(ký\b|ký( tên|,|$)|xác nhận của|"
    r"(phó )?(trưởng công an|thủ trưởng|chủ tịch)|"
    r"[tk]m?t?\. ?(ubnd|chủ tịch|trưởng|phó|công an)|([^,]+, ?)?ngày [\d.… ]+ tháng [\d.… ]+ năm",
    re.IGNORECASE,
)
COUNTERS_MIN = 3
REPEATED_MIN = 2


def repeats_headings(filled: Filled, headings: Headings) -> bool:
    """Whether most cells say again what their columns are called, as on every printed page."""
    known = [(cell, headings.texts[at]) for at, cell in filled if at < len(headings.texts)]
    if not known or plain(known[0][0]) not in known[0][1]:
        return False
    same = sum(plain(cell) in texts for cell, texts in known)
    return same >= REPEATED_MIN and 2 * same >= len(known)


def is_counters(filled: Filled) -> bool:
    """Whether the row numbers the columns: `(1) (2) (3)`, `A B 1 2`."""
    found = set()
    for _, cell in filled:
        text = cell_text(cell)
        if not COUNTER.fullmatch(text):
            return False
        found.add(text)
    return len(found) >= COUNTERS_MIN


def is_sum(filled: Filled) -> bool:
    """Whether the row adds up others: one label (`Cộng`, `Tổng số`), and beside it nothing but counts."""
    label = None
    for _, cell in filled:
        text = cell_text(cell)
        if COUNT.fullmatch(text) or text == label:
            continue
        if label is not None:
            return False
        label = text
    return label is not None and SUM.match(one_spelling(label)) is not None


def is_signature(few: Few) -> bool:
    """Whether few texts belong to what is signed below a list: place and date, offices, `(Ký, ghi rõ họ tên)`.

    Nobody is lost in it: a row with a counter, or with somebody's name, is data.
    """
    names = [text for text, at in few.texts.items() if at & few.named]
    if few.numbered or any(not _is_signed(text) for text in names):
        return False
    return any(_is_signed(text) for text in (*few.texts, *few.strange))


def is_signer(few: Few | None) -> bool:
    """Whether below a signature the row may be the names of those who signed: one or two, without a digit."""
    if few is None or few.numbered or len(few.texts) >= FEW_MAX:
        return False
    return not any(sign.isdigit() for text in few.texts for sign in text)


def _is_signed(text: str) -> bool:
    return SIGNATURE.match(one_spelling(text)) is not None
