"""A table as it was sent: named sheets, numbered rows, plain cells, and what their markup says about rows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType

Cell = str | int | float | bool | date | None
EPOCH = date(1899, 12, 30)
NO_MARKS: Mapping[int, frozenset["Mark"]] = MappingProxyType({})


class Mark(StrEnum):
    """What a row is told by other means than its text (domain.md §5.5 items 36 and 40)."""

    HIDDEN = "hidden"
    STRUCK = "struck"
    FILLED = "filled"
    COMMENTED = "commented"
    FAILED_FORMULA = "failed_formula"


@dataclass(frozen=True, slots=True)
class Row:
    """One row with anything in it; `number` counts from 1 as the sender's program shows it (JSON: as listed)."""

    number: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Table:
    """One sheet. `rows` can be iterated again and again, and gives rows with anything in them only.

    `number` counts sheets from 1. `epoch` is the day 0 of dates that were left as numbers.
    """

    name: str
    number: int
    rows: Iterable[Row]
    hidden: bool = False
    epoch: date = EPOCH
    marks: Mapping[int, frozenset[Mark]] = field(default_factory=lambda: NO_MARKS)


def cell_text(cell: Cell) -> str:
    """The cell as text: a whole number without its `.0`, a day as `yyyy-mm-dd`, nothing as the empty text."""
    match cell:
        case None:
            return ""
        case bool():
            return "1" if cell else "0"
        case float() if cell.is_integer():
            return str(int(cell))
        case datetime():
            return cell.isoformat(sep=" ")
        case date():
            return cell.isoformat()
        case _:
            return str(cell)
