"""What a row says in words about a person's state: never a fact here, always a reason for a human to look."""

from datetime import date

from libs.sheets.table import Mark
from libs.vietnam.calendar import add_months
from libs.vietnam.dates import PartialDate, parse_list_date
from libs.vietnam.number_text import is_excuse
from libs.vietnam.spelling import folded
from services.registry.feed.cells import Cells, RawRow, text_of
from services.registry.feed.dirt import Problem
from services.registry.feed.saying import is_kept_there, statuses_in
from services.registry.feed.units import ADDRESSES

SAYING = (
    "category",
    "note",
    "stop_reason",
    "full_name",
    "other_names",
    *ADDRESSES,
    "unit",
    "occupation",
    "workplace",
    "phone",
)
MARKS = {
    Mark.HIDDEN: "row_hidden",
    Mark.STRUCK: "row_struck",
    Mark.COMMENTED: "row_commented",
    Mark.FAILED_FORMULA: "formula_failed",
}
AT_HOME = frozenset({"viet nam", "vietnam", "vn", "viet"})
UNREAD = ("drug_types", "rehab_times", "test_result")
MONTHS_OF_TERMS = (12, 24)


def read_statuses(row: RawRow, on: date) -> list[Problem]:
    """All that speaks beside the identity columns: words, marks, nationality, dates of the decision.

    Words count in any column that is about the person, in the titles over the row and in the name of its sheet.
    """
    found = [Problem(code, column) for column in SAYING for code in statuses_in(text_of(row.cells, column))]
    found += [Problem(code) for text in (*row.sections, row.traits.name) for code in statuses_in(text)]
    found += [Problem(code) for mark, code in MARKS.items() if mark in row.marks]
    kept = next((column for column in ADDRESSES if is_kept_there(text_of(row.cells, column))), None)
    there = {
        Problem("status_rehab", kept): kept is not None,
        Problem("status_moved", "moved_to"): bool(text_of(row.cells, "moved_to")),
        Problem("sheet_hidden"): row.traits.hidden,
        Problem("row_coloured"): row.traits.colour_tells and Mark.FILLED in row.marks,
        Problem("foreign_national", "nationality"): _foreign(text_of(row.cells, "nationality")),
        Problem("decision_contradicts", "decision_date"): _contradicts(row.cells, row.traits.epoch, on),
    }
    found += [problem for problem, holds in there.items() if holds]
    return found + [Problem("unread", column) for column in UNREAD if text_of(row.cells, column)]


def _foreign(text: str) -> bool:
    return bool(text) and folded(text) not in AT_HOME


def _contradicts(cells: Cells, epoch: date, on: date) -> bool:
    """Item 49: an impossible date or one after the list's, a term that is not one or two years."""
    said = {
        name: cells[name] for name in ("decision_date", "term_from", "term_to") if not is_excuse(text_of(cells, name))
    }
    # A term may end after the list's day.
    days = {name: parse_list_date(cell, on=add_months(on, 36), epoch=epoch) for name, cell in said.items()}
    known = {name: day.first_day for name, day in days.items() if isinstance(day, PartialDate) and day.day}
    if known.keys() != said.keys() or any(known[name] > on for name in known.keys() - {"term_to"}):
        return True
    begins, ends = known.get("term_from"), known.get("term_to")
    if begins is None or ends is None:
        return False
    return all(abs((add_months(begins, months) - ends).days) > 1 for months in MONTHS_OF_TERMS)
