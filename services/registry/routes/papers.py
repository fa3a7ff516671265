"""Numbers and birth dates as papers show them and requests bring them."""

from libs.events.contracts.values import Sex
from libs.events.decider import Invalid
from libs.vietnam.citizen_number import NumberProblem, conflicts, parse_citizen_number, parse_legacy_id9
from libs.vietnam.citizen_number import Sex as SexInNumber
from libs.vietnam.dates import PartialDate


class NumberRefused(Invalid):
    """A number breaks a rule of domain 5.2, or contradicts sex or birth year; it is never corrected silently."""

    problem = "number-refused"


class BirthDateRefused(Invalid):
    """A birth date is no date, or no part of one."""

    problem = "birth-date-refused"


def read_birth(text: str | None) -> PartialDate | None:
    """A birth date as far as it is known; `BirthDateRefused`."""
    if text is None:
        return None
    try:
        return PartialDate.parse(text)
    except ValueError:
        raise BirthDateRefused("no date, and no part of one") from None


def read_citizen_id(text: str | None, sex: Sex, birth_year: int | None) -> str | None:
    """The twelve digits, if they are a number and contradict neither sex nor birth year; `NumberRefused`."""
    if text is None:
        return None
    number = parse_citizen_number(text)
    if isinstance(number, NumberProblem):
        raise NumberRefused("the number is not one", rules=(f"5.2({number.rule})",), faults=[number.fault])
    said = None if sex is Sex.UNKNOWN else SexInNumber(sex)
    if found := conflicts(number, sex=said, birth_year=birth_year):
        faults = [one.fault for one in found]
        raise NumberRefused("the number says otherwise", rules=("5.2(3)", "5.2(4)"), faults=faults)
    return number.digits


def read_legacy_id9(text: str | None) -> str | None:
    """The nine digits of an old number; `NumberRefused`."""
    if text is None:
        return None
    number = parse_legacy_id9(text)
    if isinstance(number, NumberProblem):
        raise NumberRefused("the number is not one", rules=("5.2",), faults=[number.fault])
    return number.digits
