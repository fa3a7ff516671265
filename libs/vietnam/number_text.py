"""Identity numbers as lists write them: cleaned of typing, told from excuses, split where two share a cell."""

import re
import unicodedata
from dataclasses import dataclass

SEPARATORS = re.compile(r"[/;|,\n\r]|\s[-\u2013\u2014]\s|\(")
TYPING = re.compile(r"[\s.\-\u2010-\u2015'\u2018\u2019`\u00b4\u200b-\u200f\u2060\ufeff)]")
SCIENTIFIC = re.compile(r"\d([.,]\d+)?e\+?\d+", re.IGNORECASE)
EXCUSES = frozenset(
    {"chưa có", "chưa cấp", "chưa rõ", "không", "không có", "không nhớ", "không rõ", "mất", "đã mất", "k", "ko", "x"}
)
SEQUENCES = ("0123456789012", "1234567890123", "9876543210987", "0987654321098")
CITIZEN_DIGITS = 12
LEGACY_DIGITS = 9


@dataclass(frozen=True, slots=True)
class NumberCell:
    """The candidates in one cell, each cleaned: at most one of twelve digits, one of nine, and all others."""

    citizen: str | None = None
    legacy: str | None = None
    others: tuple[str, ...] = ()


def clean_number(text: str) -> str:
    """The text without spaces, dots, dashes, apostrophes and invisible signs (domain.md §5.5 item 4).

    Full-width digits become ours; letters stay, so that an O is seen and never taken for a 0 (rule 9).
    """
    return TYPING.sub("", unicodedata.normalize("NFKC", text))


def split_number_cell(cell: str) -> NumberCell:
    """The numbers of a cell that may hold a new and an old one: `075198001234 / 271234567` (§5.5 item 3).

    A second number of a kind, and all that is neither, is in `others`, for a human to look at.
    """
    found: dict[int, str] = {}
    others = []
    for piece in _pieces(cell):
        number = piece.isascii() and piece.isdecimal() and len(piece) in {CITIZEN_DIGITS, LEGACY_DIGITS}
        if number and len(piece) not in found:
            found[len(piece)] = piece
        else:
            others.append(piece)
    return NumberCell(found.get(CITIZEN_DIGITS), found.get(LEGACY_DIGITS), tuple(others))


def _pieces(cell: str) -> list[str]:
    pieces = []
    for part in SEPARATORS.split(cell):
        words = [clean_number(word) for word in part.split()]
        two = sorted(len(word) for word in words) == [LEGACY_DIGITS, CITIZEN_DIGITS]
        pieces.extend(words if two else [clean_number(part)])
    return [piece for piece in pieces if piece]


def is_excuse(text: str) -> bool:
    """Whether the cell says that there is no number: blank, `chưa cấp`, `không nhớ`, `đã mất`, a dash."""
    said = " ".join(unicodedata.normalize("NFC", text).lower().strip(" .").split())
    return not clean_number(text) or said in EXCUSES


def is_scientific(text: str) -> bool:
    """Whether a spreadsheet has replaced digits by an exponent: they are lost (§5.5 item 2)."""
    return SCIENTIFIC.fullmatch(text.strip().lstrip("'")) is not None


def is_placeholder(digits: str) -> bool:
    """Whether someone filled the cell with one repeated digit or a run of the keyboard (§5.5 item 26)."""
    return len(set(digits)) == 1 or any(sequence.startswith(digits) for sequence in SEQUENCES)
