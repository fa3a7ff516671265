"""Birth date and sex of a row: from one column each, or from two columns that hold the year under the sex (item 15)."""

from datetime import date

from libs.events.contracts.values import Sex
from libs.vietnam.dates import DateFault, DateProblem, PartialDate, parse_list_date
from libs.vietnam.spelling import folded
from services.registry.feed.cells import Cells, Traits, text_of
from services.registry.feed.dirt import Problem

SEXES = {"nam": Sex.MALE, "male": Sex.MALE, "nu": Sex.FEMALE, "female": Sex.FEMALE}
TICKS = frozenset({"x", "v", "1", "✓", "✔", "+"})
CODES = {
    DateFault.UNREADABLE: "birth_unreadable",
    DateFault.IMPOSSIBLE: "birth_impossible",
    DateFault.YEAR_IMPLAUSIBLE: "birth_year_implausible",
    DateFault.TWO_DIGIT_YEAR: "birth_two_digit_year",
    DateFault.FUTURE: "birth_future",
    DateFault.LUNAR: "birth_lunar",
    DateFault.SERIAL_AS_TEXT: "birth_serial_as_text",
}
AGES_EXPECTED = range(12, 101)
ADULT = 18
LAST_MONTH = 12


def read_birth(cells: Cells, traits: Traits, on: date) -> tuple[PartialDate | None, Sex, list[Problem]]:
    """The birth date as far as it is known, the sex as the columns have it, and the problems of both."""
    sex, problems = _sex(cells)
    columns = [column for column in ("dob", "male_year", "female_year") if _says_when(cells, column)]
    if not columns:
        return None, sex, problems
    birth = parse_list_date(cells[columns[0]], on=on, epoch=traits.epoch)
    if isinstance(birth, DateProblem):
        code = CODES.get(birth.fault)
        suggestion = None if birth.suggestion is None else str(birth.suggestion)
        return None, sex, [*problems, *([Problem(code, columns[0], suggestion)] if code else [])]
    if traits.swapped and isinstance(cells[columns[0]], date):
        swapped = str(PartialDate(birth.year, birth.day, birth.month)) if (birth.day or 99) <= LAST_MONTH else None
        return None, sex, [*problems, Problem("birth_day_month_swapped", columns[0], swapped)]
    if traits.default_day and (birth.month, birth.day) == (1, 1):
        birth = PartialDate(birth.year, approximate=birth.approximate)
        problems.append(Problem("birth_default_day", columns[0]))
    return birth, sex, [*problems, *problems_of_age(birth, columns[0], on)]


def problems_of_age(birth: PartialDate, column: str, on: date) -> list[Problem]:
    """What an age on the list's day asks of a human; where month or day are not known, the person had the birthday."""
    days = (birth.month or on.month, birth.day or on.day)
    age = on.year - birth.year - (days > (on.month, on.day))
    if age not in AGES_EXPECTED:
        return [Problem("age_unexpected", column)]
    return [Problem("minor", column)] if age < ADULT else []


def _says_when(cells: Cells, column: str) -> bool:
    text = text_of(cells, column)
    return bool(text) and (column == "dob" or text.lower() not in TICKS)


def _sex(cells: Cells) -> tuple[Sex, list[Problem]]:
    said = text_of(cells, "sex")
    ticked = [sex for column, sex in (("male_year", Sex.MALE), ("female_year", Sex.FEMALE)) if text_of(cells, column)]
    if len(ticked) > 1:
        return Sex.UNKNOWN, [Problem("sex_both", "sex")]
    if ticked:
        return ticked[0], []
    if said and folded(said) not in SEXES:
        return Sex.UNKNOWN, [Problem("sex_unreadable", "sex")]
    return SEXES.get(folded(said), Sex.UNKNOWN), []
