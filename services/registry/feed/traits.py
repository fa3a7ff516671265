"""Habits of a whole sheet that no single row shows: 01/01 for unknown days, days swapped with months, colours."""

import re
from collections.abc import Iterable
from datetime import date

from libs.sheets.rows import Listed
from libs.sheets.table import Cell, Mark
from services.registry.feed.cells import Traits
from services.registry.feed.headings import LAYOUT

DEFAULT_DAYS_MIN = 5
DEFAULT_DAYS_SHARE = 0.2
COLOURED_SHARE_MAX = 0.25
LAST_MONTH = 12
WRITTEN_DAY = re.compile(r"\s*(\d{1,2})\s*[/.\-]\s*(\d{1,2})\s*[/.\-]\s*\d{4}\s*")
BIRTH_FIELDS = [LAYOUT.fields.index(field) for field in ("dob", "male_year", "female_year")]


def traits_of(listed: Listed) -> Traits:
    """The traits of one sheet."""
    births = [row.cells[place] for row in listed.rows for place in BIRTH_FIELDS if row.cells[place] is not None]
    coloured = sum(Mark.FILLED in row.marks for row in listed.rows)
    return Traits(
        name=listed.table.name,
        epoch=listed.table.epoch,
        hidden=listed.table.hidden,
        default_day=_many_first_days(births),
        swapped=_swapped(births),
        colour_tells=0 < coloured <= COLOURED_SHARE_MAX * len(listed.rows),
    )


def _many_first_days(births: Iterable[Cell]) -> bool:
    days = [day for cell in births if (day := _day_and_month(cell)) is not None]
    first = days.count((1, 1))
    return first >= DEFAULT_DAYS_MIN and first >= DEFAULT_DAYS_SHARE * len(days)


def _swapped(births: Iterable[Cell]) -> bool:
    """An American spreadsheet takes 03/04 for a date, with the days swapped, and leaves 13/04 a text."""
    dates = [cell for cell in births if isinstance(cell, date)]
    left = [day for cell in births if isinstance(cell, str) and (day := _day_and_month(cell)) and day[0] > LAST_MONTH]
    return bool(dates) and bool(left) and all(one.day <= LAST_MONTH for one in dates)


def _day_and_month(cell: Cell) -> tuple[int, int] | None:
    if isinstance(cell, date):
        return cell.day, cell.month
    written = WRITTEN_DAY.fullmatch(cell) if isinstance(cell, str) else None
    return (int(written[1]), int(written[2])) if written else None
