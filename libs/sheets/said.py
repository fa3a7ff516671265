"""What a row says and where: its texts with the columns they stand in, known columns apart from strangers'.

Whether a row is data must not depend on the order of the columns, nor on columns that nobody asked for.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from libs.sheets.columns import Layout
from libs.sheets.headings import Headings
from libs.sheets.table import Cell, Row, cell_text

NUMBER = re.compile(r"\s*\d+\s*[.)]?\s*")
FEW_MAX = 3
Filled = Sequence[tuple[int, Cell]]


@dataclass(frozen=True, slots=True)
class Few:
    """The texts of a row that says little: each once, since merged cells show one several times, with its columns.

    `strange` stand in columns without a known heading only. `counter`, `named` and `own` are columns: of the counter,
    of required fields, and of those whose texts are their own, however like a title they look.
    """

    texts: dict[str, frozenset[int]]
    strange: tuple[str, ...]
    counter: frozenset[int]
    named: frozenset[int]
    own: frozenset[int]

    @property
    def numbered(self) -> bool:
        """Whether the counter counts the row: then it is data, whatever else it says."""
        return any(at <= self.counter and NUMBER.fullmatch(text) for text, at in self.texts.items())


class Columns:
    """The columns of one table by what they may hold."""

    def __init__(self, headings: Headings, layout: Layout) -> None:
        places = headings.places
        self._known = sorted(place for found in places.values() for place in found)
        self._counter = frozenset(places.get(layout.counter or "", ()))
        self._named = _of(headings, [one.field for one in layout.columns if one.required])
        self._own = _of(headings, [one.field for one in layout.columns if one.own])

    def filled(self, row: Row) -> Filled:
        """The filled cells under known headings; all filled ones where there is none."""
        cells, width = row.cells, len(row.cells)
        found = [(at, cells[at]) for at in self._known if at < width and cells[at] is not None]
        return found or [(at, cell) for at, cell in enumerate(cells) if cell is not None]

    def few(self, row: Row, filled: Filled) -> Few | None:
        """The texts of the row; None where it says more than a title, a sum or a signature does."""
        texts: dict[str, set[int]] = {}
        for at, cell in filled:
            texts.setdefault(cell_text(cell), set()).add(at)
            if len(texts) > FEW_MAX:
                return None
        strange = dict.fromkeys(cell_text(cell) for cell in row.cells if cell is not None)
        return Few(
            {text: frozenset(at) for text, at in texts.items()},
            tuple(text for text in strange if text not in texts),
            self._counter,
            self._named,
            self._own,
        )


def _of(headings: Headings, fields: Sequence[str]) -> frozenset[int]:
    return frozenset(place for field in fields for place in headings.places.get(field, ()))
