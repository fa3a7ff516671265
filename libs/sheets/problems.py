"""A problem of one cell or row, as it can be shown to anybody: where it is and what kind, never what was written."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CellProblem:
    """`sheet` and `row` count from 1; `column` is the field, or None for the row as a whole; `code` is stable."""

    sheet: int
    row: int
    column: str | None
    code: str
    message: str
