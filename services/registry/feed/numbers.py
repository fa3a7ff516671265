"""The identity numbers of a row, from whichever columns hold them; never repaired (domain.md §5.2, §5.5 items 1-5)."""

import re
from collections.abc import Iterator
from datetime import date

from libs.vietnam.citizen_number import (
    CitizenNumber,
    LegacyId9,
    NumberFault,
    NumberProblem,
    parse_citizen_number,
    parse_legacy_id9,
    split_number_cell,
    warnings,
)
from libs.vietnam.number_text import is_excuse, is_scientific
from services.registry.feed.cells import Cells, text_of
from services.registry.feed.dirt import Problem

COLUMNS = ("citizen_id", "id_number", "legacy_id9")
PASSPORT = re.compile(r"[A-Z]{1,2}\d{6,8}")
CODES = {
    NumberFault.NOT_DIGITS: "number_not_digits",
    NumberFault.DIGITS_LOST: "number_digits_lost",
    NumberFault.LEADING_ZERO_LOST: "number_zero_lost",
    NumberFault.WRONG_LENGTH: "number_wrong_length",
    NumberFault.PLACEHOLDER: "number_placeholder",
    NumberFault.CENTURY_IMPLAUSIBLE: "number_century",
}
Number = CitizenNumber | LegacyId9


def read_numbers(cells: Cells, on: date) -> tuple[CitizenNumber | None, LegacyId9 | None, list[Problem]]:
    """The number of twelve digits and that of nine, where there is exactly one, and the problems of all others.

    A number of somebody born after the list's day is nobody's on it.
    """
    found: dict[type[Number], dict[str, Number]] = {CitizenNumber: {}, LegacyId9: {}}
    problems = list[Problem]()
    for column in COLUMNS:
        for one in _numbers(text_of(cells, column)):
            if isinstance(one, Problem):
                problems.append(Problem(one.code, column, one.suggestion))
            else:
                found[type(one)][one.digits] = one
    if any(len(numbers) > 1 for numbers in found.values()):
        problems.append(Problem("number_several", "id_number"))
    citizen, legacy = (next(iter(found[kind].values())) if len(found[kind]) == 1 else None for kind in found)
    if isinstance(citizen, CitizenNumber) and citizen.birth_year > on.year:
        problems.append(Problem("number_future", "id_number"))
        citizen = None
    if isinstance(citizen, CitizenNumber):
        unknown = any(one.fault is NumberFault.PROVINCE_UNKNOWN for one in warnings(citizen, on=on))
        problems.extend([Problem("number_province", "id_number")] if unknown else [])
        return citizen, legacy if isinstance(legacy, LegacyId9) else None, problems
    return None, legacy if isinstance(legacy, LegacyId9) else None, problems


def _numbers(text: str) -> Iterator[Number | Problem]:
    if is_excuse(text):
        return
    if is_scientific(text):
        yield Problem("number_digits_lost")
        return
    cell = split_number_cell(text)
    pieces = (cell.citizen, cell.legacy, *cell.others)
    yield from (read for piece in pieces if piece is not None and (read := _number(piece)) is not None)


def _number(piece: str) -> Number | Problem | None:
    if PASSPORT.fullmatch(piece):
        return Problem("number_passport")
    citizen = parse_citizen_number(piece)
    if isinstance(citizen, CitizenNumber):
        return citizen
    legacy = parse_legacy_id9(piece)
    if isinstance(legacy, LegacyId9):
        return legacy
    return _problem(legacy if legacy.fault is NumberFault.LEADING_ZERO_LOST else citizen)


def _problem(refused: NumberProblem) -> Problem | None:
    code = CODES.get(refused.fault)
    return None if code is None else Problem(code, suggestion=refused.suggestion)
