"""The cells of one row by field, and the sheet's traits that say how they are meant."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from libs.sheets.rows import DataRow
from libs.sheets.table import EPOCH, Cell, Mark, cell_text
from services.registry.feed.headings import LAYOUT

Cells = Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class Traits:
    """What holds for a whole sheet: its name, its epoch, and habits that only many rows show (`traits.py`)."""

    name: str = ""
    epoch: date = EPOCH
    hidden: bool = False
    default_day: bool = False
    swapped: bool = False
    colour_tells: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class RawRow:
    """A row as it came: filled cells by field, titles over it, marks on it, and the traits of its sheet."""

    sheet: int
    number: int
    cells: Cells
    sections: tuple[str, ...]
    marks: frozenset[Mark]
    traits: Traits


def raw_row(row: DataRow, traits: Traits) -> RawRow:
    """The row with its cells by field."""
    cells = {field: cell for field, cell in zip(LAYOUT.fields, row.cells, strict=True) if cell is not None}
    return RawRow(row.sheet, row.number, cells, row.sections, row.marks, traits)


def text_of(cells: Cells, field: str) -> str:
    """The field's text without blanks around it; empty where there is none."""
    return cell_text(cells.get(field)).strip()


def packed(row: RawRow) -> dict[str, Any]:
    """The row as JSON, to be kept under the file's key."""
    return {
        "sheet": row.sheet,
        "number": row.number,
        "cells": {field: _packed(cell) for field, cell in row.cells.items()},
        "sections": list(row.sections),
        "marks": sorted(row.marks),
        "traits": [row.traits.name, row.traits.epoch.isoformat(), row.traits.hidden, row.traits.default_day,
                   row.traits.swapped, row.traits.colour_tells],
    }  # fmt: skip


def unpacked(said: Mapping[str, Any]) -> RawRow:
    """The inverse of `packed`."""
    name, epoch, hidden, default_day, swapped, colour_tells = said["traits"]
    return RawRow(
        sheet=said["sheet"],
        number=said["number"],
        cells={field: _unpacked(*cell) for field, cell in said["cells"].items()},
        sections=tuple(said["sections"]),
        marks=frozenset(Mark(mark) for mark in said["marks"]),
        traits=Traits(name, date.fromisoformat(epoch), hidden, default_day, swapped, colour_tells),
    )


def _packed(cell: Cell) -> tuple[str, Any]:
    match cell:
        case datetime():
            return "instant", cell.isoformat()
        case date():
            return "date", cell.isoformat()
        case _:
            return "plain", cell


def _unpacked(kind: str, value: Any) -> Cell:
    if kind == "instant":
        return datetime.fromisoformat(value)
    if kind == "date":
        return date.fromisoformat(value)
    plain: Cell = value
    return plain
