"""The twelve-digit citizen number and the old nine-digit one: read, judged by rule, never repaired.

Structure `PPP C YY NNNNNN` and rules (1)-(10): domain.md §5.2 (Decree 137/2015 Art 13; TT 07/2016/TT-BCA Art 7).
There is no check digit, so a well-formed number may still be wrong. Of the rules, (8) same number, other name or
birth date: quarantine both, and (10) keep former numbers, are the registry's. No message ever holds a number.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from libs.vietnam.catalogues import UnitRef, units
from libs.vietnam.number_text import (
    CITIZEN_DIGITS,
    LEGACY_DIGITS,
    NumberCell,
    clean_number,
    is_excuse,
    is_placeholder,
    is_scientific,
    split_number_cell,
)

__all__ = [
    "CitizenNumber",
    "LegacyId9",
    "NumberCell",
    "NumberFault",
    "NumberProblem",
    "Sex",
    "clean_number",
    "conflicts",
    "parse_citizen_number",
    "parse_legacy_id9",
    "split_number_cell",
    "warnings",
]

CENTURIES_ALIVE = frozenset("0123")
AGES_EXPECTED = range(12, 101)


class Sex(StrEnum):
    """Sex as the civil register has it."""

    MALE = "male"
    FEMALE = "female"


class NumberFault(StrEnum):
    """What is wrong with a number, as a stable code."""

    NOT_GIVEN = "not_given"
    NOT_DIGITS = "not_digits"
    DIGITS_LOST = "digits_lost"
    LEADING_ZERO_LOST = "leading_zero_lost"
    WRONG_LENGTH = "wrong_length"
    IS_LEGACY = "is_legacy"
    IS_CITIZEN = "is_citizen"
    PLACEHOLDER = "placeholder"
    CENTURY_IMPLAUSIBLE = "century_implausible"
    PROVINCE_UNKNOWN = "province_unknown"
    AGE_UNEXPECTED = "age_unexpected"
    SEX_CONFLICTS = "sex_conflicts"
    BIRTH_YEAR_CONFLICTS = "birth_year_conflicts"


@dataclass(frozen=True, slots=True)
class NumberProblem:
    """A refusal, warning or conflict: the rule of domain.md §5.2 behind it, and what a human may confirm."""

    fault: NumberFault
    rule: int
    suggestion: str | None = None


@dataclass(frozen=True, slots=True)
class CitizenNumber:
    """A well-formed number of twelve digits, kept as text.

    Sex and birth year may fill an empty field only as derived, with lower trust (rule 7). The province is that of
    birth registration, fixed for life: never a residence (rule 6).
    """

    digits: str

    @property
    def province_of_birth(self) -> UnitRef | None:
        """The province of 2004 that registered the birth; None for one abroad or unknown (rule 2)."""
        ref = UnitRef(f"2004:{self.digits[1:3]}")
        return ref if self.digits[0] == "0" and ref in units().by_ref else None

    @property
    def sex(self) -> Sex:
        """By the fourth digit: even is male."""
        return Sex.FEMALE if int(self.digits[3]) % 2 else Sex.MALE

    @property
    def birth_year(self) -> int:
        """By the fourth digit (0 and 1 for the 20th century, 2 and 3 for the 21st) and the two after it."""
        return 1900 + 100 * (int(self.digits[3]) // 2) + int(self.digits[4:6])

    @property
    def random_part(self) -> str:
        """The last six digits."""
        return self.digits[6:]


@dataclass(frozen=True, slots=True)
class LegacyId9:
    """A CMND of nine digits, kept as text: no key across regions, tied to a citizen number by documents only."""

    digits: str


def parse_citizen_number(text: str) -> CitizenNumber | NumberProblem:
    """The number of a cell, or why it is none; typing is cleaned away, no digit is ever changed (rules 1, 3, 9)."""
    digits = _digits(text)
    if isinstance(digits, NumberProblem):
        return digits
    if len(digits) == LEGACY_DIGITS:
        return NumberProblem(NumberFault.IS_LEGACY, 1)
    if len(digits) != CITIZEN_DIGITS:
        return _wrong_length(digits)
    if digits[3] not in CENTURIES_ALIVE:
        return NumberProblem(NumberFault.CENTURY_IMPLAUSIBLE, 3)
    return CitizenNumber(digits)


def parse_legacy_id9(text: str) -> LegacyId9 | NumberProblem:
    """The old number of a cell, or why it is none."""
    digits = _digits(text)
    if isinstance(digits, NumberProblem):
        return digits
    if len(digits) == CITIZEN_DIGITS:
        return NumberProblem(NumberFault.IS_CITIZEN, 1)
    if len(digits) == LEGACY_DIGITS - 1:
        return NumberProblem(NumberFault.LEADING_ZERO_LOST, 1, "0" + digits)
    return LegacyId9(digits) if len(digits) == LEGACY_DIGITS else NumberProblem(NumberFault.WRONG_LENGTH, 1)


def warnings(number: CitizenNumber, *, on: date) -> tuple[NumberProblem, ...]:
    """What is unusual and may be right: an unknown province code (rule 2), an age outside 12-100 `on` the day (5)."""
    found = []
    if number.province_of_birth is None:
        found.append(NumberProblem(NumberFault.PROVINCE_UNKNOWN, 2))
    if on.year - number.birth_year not in AGES_EXPECTED:
        found.append(NumberProblem(NumberFault.AGE_UNEXPECTED, 5))
    return tuple(found)


def conflicts(number: CitizenNumber, *, sex: Sex | None, birth_year: int | None) -> tuple[NumberProblem, ...]:
    """Where the number and the columns beside it disagree (rules 3, 4); a column that is None cannot."""
    found = []
    if sex not in {None, number.sex}:
        found.append(NumberProblem(NumberFault.SEX_CONFLICTS, 3))
    if birth_year not in {None, number.birth_year}:
        found.append(NumberProblem(NumberFault.BIRTH_YEAR_CONFLICTS, 4))
    return tuple(found)


def _digits(text: str) -> str | NumberProblem:
    if is_excuse(text):
        return NumberProblem(NumberFault.NOT_GIVEN, 1)
    if is_scientific(text):
        return NumberProblem(NumberFault.DIGITS_LOST, 1)
    digits = clean_number(text)
    if not (digits.isascii() and digits.isdecimal()):
        return NumberProblem(NumberFault.NOT_DIGITS, 1)
    return NumberProblem(NumberFault.PLACEHOLDER, 1) if is_placeholder(digits) else digits


def _wrong_length(digits: str) -> NumberProblem:
    # Every province code begins with one or two zeros, which a spreadsheet drops from a number (§5.5 item 1).
    whole = CitizenNumber(digits.zfill(CITIZEN_DIGITS))
    lost = len(digits) in {CITIZEN_DIGITS - 1, CITIZEN_DIGITS - 2}
    if lost and whole.province_of_birth and whole.digits[3] in CENTURIES_ALIVE:
        return NumberProblem(NumberFault.LEADING_ZERO_LOST, 1, whole.digits)
    return NumberProblem(NumberFault.WRONG_LENGTH, 1)
