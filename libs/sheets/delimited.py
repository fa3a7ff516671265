"""CSV and TSV: the separator by what the first lines agree on, quotations with care, any line ends."""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from io import StringIO
from itertools import islice

from libs.sheets.encoding import decoded
from libs.sheets.limits import CELL_CHARS_MAX
from libs.sheets.refusals import RowBroken
from libs.sheets.table import Row, Table

SEPARATORS = ";\t,|"
SNIFFED_ROWS = 60
SWALLOWED_MIN = 3
TOLD = re.compile(r"sep=(.)\s*", re.IGNORECASE)


def read_delimited(content: bytes) -> list[Table]:
    """The one table of a text file; raises a `SheetRefused`, for a broken row while it is iterated."""
    text = decoded(content)
    return [Table(name="", number=1, rows=_Rows(text, _separator(text)))]


class _Rows:
    """The records of the text; a record's number is the row that a spreadsheet shows it in."""

    def __init__(self, text: str, separator: str) -> None:
        self._text = text
        self._separator = separator

    def __iter__(self) -> Iterator[Row]:
        told = TOLD.fullmatch(self._text.split("\n", 1)[0]) is not None
        for number, record in enumerate(_records(self._text, self._separator), start=1):
            if (number == 1 and told) or not any(value and not value.isspace() for value in record):
                continue
            self._check(number, record)
            yield Row(number, tuple(value if value.strip() else None for value in record))

    def _check(self, number: int, record: list[str]) -> None:
        for column, value in enumerate(record, start=1):
            if "\n" not in value and "\r" not in value:
                continue
            # A quotation that nobody closed takes the rows below into one cell.
            below = value.replace("\r", "\n").partition("\n")[2]
            if below.count(self._separator) >= SWALLOWED_MIN or len(below) > CELL_CHARS_MAX:
                raise RowBroken("a quotation is not closed", sheet=1, row=number, column=column)


def _separator(text: str) -> str:
    if told := TOLD.fullmatch(text.split("\n", 1)[0]):
        return told[1]
    return max(SEPARATORS, key=lambda separator: _agreement(text, separator))


def _agreement(text: str, separator: str) -> int:
    widths = Counter(len(record) for record in islice(_records(text, separator), SNIFFED_ROWS))
    return max(((width - 1) * count for width, count in widths.items()), default=0)


def _records(text: str, separator: str) -> Iterator[list[str]]:
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator)
    while True:
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise RowBroken("a row cannot be told apart from the next", sheet=1, row=reader.line_num) from error
        yield record
