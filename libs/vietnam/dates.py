"""Birth dates and other past dates as lists write them: whole or partial, read as dd/mm, refused when impossible.

For domain.md §5.5 items 8-14. A date is never repaired: what a human may confirm is a suggestion.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from math import isfinite
from typing import Self

from libs.vietnam.number_text import is_excuse
from libs.vietnam.spelling import folded, one_spelling

EXCEL_1900 = date(1899, 12, 30)
EXCEL_1904 = date(1904, 1, 1)
YEAR_MIN = 1900
SERIALS_FROM = date(1910, 1, 1)
YEARS_WRITTEN_AS_NUMBERS = range(1900, 2101)
AGES_EXPECTED = range(12, 101)

PARTIAL = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?(~?)")
ABOUT = re.compile(r"^(?:vào )?(?:khoảng|chừng|độ|~|≈)\s*", re.IGNORECASE)
WORDS = re.compile(r"ngày|tháng|năm|sinh|\b[sn]\.?[sn]\b\.?", re.IGNORECASE)
MIDNIGHT = re.compile(r"[T ]0?0:00(:00)?(\.0+)?$")
ISO = re.compile(r"(?P<year>\d{4})-(?P<month>\d\d?)-(?P<day>\d\d?)")
PART = r"\d{1,2}|[._x?-]{1,3}"
BETWEEN = r"\s*[/.\- ]\s*"
WRITTEN = re.compile(rf"(?:(?:(?P<day>{PART}){BETWEEN})?(?P<month>{PART}){BETWEEN})?(?P<year>\d{{1,4}})", re.IGNORECASE)
SERIAL_TEXT = re.compile(r"\d{5}(\.0+)?")
LUNAR_WORDS = frozenset("tuoi giap at dinh canh nham suu dan mao thin ngo mui dau tuat hoi al".split())  # noqa: SIM905


class DateFault(StrEnum):
    """Why a cell is no date, as a stable code."""

    NOT_GIVEN = "not_given"
    UNREADABLE = "unreadable"
    IMPOSSIBLE = "impossible"
    YEAR_IMPLAUSIBLE = "year_implausible"
    TWO_DIGIT_YEAR = "two_digit_year"
    FUTURE = "future"
    LUNAR = "lunar"
    SERIAL_AS_TEXT = "serial_as_text"


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A year, a month or a day, as far as it is known; raises ValueError for one that never was.

    Written `1985`, `1985-05`, `1985-05-02`, with `~` at the end where it is approximate (`khoảng 1985`).
    """

    year: int
    month: int | None = None
    day: int | None = None
    approximate: bool = False

    def __post_init__(self) -> None:
        if self.month is None and self.day is not None:
            raise ValueError("a day without its month")
        date(self.year, 1 if self.month is None else self.month, 1 if self.day is None else self.day)

    def __str__(self) -> str:
        parts = [f"{self.year:04}", *(f"{part:02}" for part in (self.month, self.day) if part is not None)]
        return "-".join(parts) + "~" * self.approximate

    @classmethod
    def parse(cls, text: str) -> Self:
        """The partial date written as `text`, exactly; raises ValueError."""
        found = PARTIAL.fullmatch(text)
        if found is None:
            raise ValueError(f"not a partial date: {text!r}")
        month, day = (None if part is None else int(part) for part in (found[2], found[3]))
        return cls(int(found[1]), month, day, approximate=bool(found[4]))

    @property
    def first_day(self) -> date:
        """The earliest day it can mean."""
        return date(self.year, self.month or 1, self.day or 1)


@dataclass(frozen=True, slots=True)
class DateProblem:
    """Why a cell gives no date, and the one that a human may confirm."""

    fault: DateFault
    suggestion: PartialDate | None = None


def parse_list_date(
    cell: str | float | date | None, *, on: date, epoch: date = EXCEL_1900
) -> PartialDate | DateProblem:
    """The date of a cell of a list of the day `on`, or why there is none.

    Always dd/mm: 03/04/1990 is 3 April, 05/13/1990 impossible. A number is a year (1985) or a day counted from the
    workbook's `epoch`; digits of such a serial in a text are only a suggestion. Later than `on` is refused.
    """
    if isinstance(cell, date):
        day = cell.date() if isinstance(cell, datetime) else cell
        return _plausible(PartialDate(day.year, day.month, day.day), on)
    if isinstance(cell, int | float):
        return _from_number(cell, on, epoch)
    return _from_text(one_spelling(cell or ""), on, epoch)


def _from_number(number: float, on: date, epoch: date) -> PartialDate | DateProblem:
    if number in YEARS_WRITTEN_AS_NUMBERS:
        return _plausible(PartialDate(int(number)), on)
    if not isfinite(number) or not (SERIALS_FROM - epoch).days <= number < (on - epoch).days + 1:
        return DateProblem(DateFault.UNREADABLE)
    day = epoch + timedelta(days=int(number))
    return PartialDate(day.year, day.month, day.day)


def _from_text(text: str, on: date, epoch: date) -> PartialDate | DateProblem:
    if is_excuse(text) or not text.strip("?. "):
        return DateProblem(DateFault.NOT_GIVEN)
    if "am lich" in folded(text) or LUNAR_WORDS & set(folded(text).split()):
        return DateProblem(DateFault.LUNAR)
    if SERIAL_TEXT.fullmatch(text):
        serial = _from_number(float(text), on, epoch)
        return DateProblem(DateFault.SERIAL_AS_TEXT, serial if isinstance(serial, PartialDate) else None)
    plain = ABOUT.sub("", text)
    digits = " ".join(WORDS.sub(" ", MIDNIGHT.sub("", plain)).split()).lstrip(" ,:").rstrip(" .,:")
    found = ISO.fullmatch(digits) or WRITTEN.fullmatch(digits)
    if found is None:
        return DateProblem(DateFault.UNREADABLE)
    return _from_parts(found["year"], found["month"], found["day"], on, about=plain != text)


def _from_parts(year: str, month: str | None, day: str | None, on: date, *, about: bool) -> PartialDate | DateProblem:
    if len(year) <= 2:  # noqa: PLR2004  # Two digits of a year.
        return DateProblem(DateFault.TWO_DIGIT_YEAR, _only_century(year, month, day, on))
    try:
        return _plausible(PartialDate(int(year), _known(month), _known(day), about), on)
    except ValueError:
        return DateProblem(DateFault.IMPOSSIBLE if int(year) >= YEAR_MIN else DateFault.YEAR_IMPLAUSIBLE)


def _known(part: str | None) -> int | None:
    """The number of a day or month; None where a list writes 00, dots or crosses for what is not known."""
    return (int(part) or None) if part and part.isdecimal() else None


def _only_century(year: str, month: str | None, day: str | None, on: date) -> PartialDate | None:
    years = [full for full in (1900 + int(year), 2000 + int(year)) if on.year - full in AGES_EXPECTED]
    try:
        return PartialDate(years[0], _known(month), _known(day)) if len(years) == 1 else None
    except ValueError:
        return None


def _plausible(found: PartialDate, on: date) -> PartialDate | DateProblem:
    if found.year < YEAR_MIN:
        return DateProblem(DateFault.YEAR_IMPLAUSIBLE)
    return DateProblem(DateFault.FUTURE) if found.first_day > on else found
