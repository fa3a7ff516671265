"""One row parsed, normalised and validated: what it says of a person, and every problem with it."""

from dataclasses import dataclass

from libs.events.contracts.values import Sex
from libs.vietnam.citizen_number import CitizenNumber, NumberFault, conflicts
from libs.vietnam.citizen_number import Sex as SexInNumber
from libs.vietnam.dates import PartialDate
from libs.vietnam.spelling import one_spelling
from libs.vietnam.units import UnitRef
from services.registry.feed.births import problems_of_age, read_birth
from services.registry.feed.cells import RawRow, text_of
from services.registry.feed.dirt import Effect, Problem, gravest
from services.registry.feed.names import is_formula, read_name
from services.registry.feed.numbers import read_numbers
from services.registry.feed.statuses import read_statuses
from services.registry.feed.units import ADDRESSES, Sender, read_unit

CONFLICTS = {
    NumberFault.SEX_CONFLICTS: "number_contradicts_sex",
    NumberFault.BIRTH_YEAR_CONFLICTS: "number_contradicts_birth",
}
SEVERAL = (";", "\n")


@dataclass(frozen=True, slots=True, repr=False)
class ListRow:
    """What one row says of a person; a field with a grave problem is empty. It has no `repr`: it names somebody."""

    sheet: int
    number: int
    full_name: str
    other_names: tuple[str, ...]
    sex: Sex
    birth: PartialDate | None
    citizen_id: str | None
    legacy_id9: str | None
    unit: UnitRef | None
    address: str | None
    problems: tuple[Problem, ...] = ()

    @property
    def birth_year(self) -> int | None:
        """The year as written, else as the number of twelve digits has it: derived, with lower trust (§5.2 rule 7)."""
        if self.birth is not None:
            return self.birth.year
        return CitizenNumber(self.citizen_id).birth_year if self.citizen_id else None

    @property
    def effect(self) -> Effect:
        """What its own problems make of it."""
        return gravest(self.problems)


def parse_row(row: RawRow, sender: Sender) -> ListRow:
    """The row as facts and problems; depends on nothing but the row, its sheet's traits and the sender."""
    full_name, other_names, of_name = read_name(row.cells)
    citizen, legacy, of_numbers = read_numbers(row.cells, sender.as_of)
    birth, sex, of_birth = read_birth(row.cells, row.traits, sender.as_of)
    place, of_unit = read_unit(row, sender)
    address, of_address = _address(row)
    found = [*of_name, *of_numbers, *of_birth, *of_unit, *of_address, *read_statuses(row, sender.as_of)]
    if citizen is not None:
        found += _conflicts(citizen, sex, birth)
        found += problems_of_age(PartialDate(citizen.birth_year), "id_number", sender.as_of) if birth is None else []
    if not full_name:
        somebody = citizen or legacy or any(one.column in {"id_number", "citizen_id"} for one in of_numbers)
        found.append(Problem("name_only_number" if somebody else "name_missing", "full_name"))
    return ListRow(
        sheet=row.sheet,
        number=row.number,
        full_name=full_name,
        other_names=other_names,
        sex=sex,
        birth=birth,
        citizen_id=citizen.digits if citizen else None,
        legacy_id9=legacy.digits if legacy else None,
        unit=place,
        address=address,
        problems=tuple(dict.fromkeys(found)),
    )


def _address(row: RawRow) -> tuple[str | None, list[Problem]]:
    column = next((one for one in ADDRESSES if text_of(row.cells, one)), None)
    if column is None:
        return None, []
    written = text_of(row.cells, column)
    if is_formula(written):
        return None, [Problem("formula", column)]
    several = column == "both_addresses" or any(sign in written for sign in SEVERAL)
    return one_spelling(written), [Problem("address_two_in_one", column)] if several else []


def _conflicts(number: CitizenNumber, sex: Sex, birth: PartialDate | None) -> list[Problem]:
    said = None if sex is Sex.UNKNOWN else SexInNumber(sex.value)
    year = None if birth is None or birth.approximate else birth.year
    return [Problem(CONFLICTS[one.fault], "id_number") for one in conflicts(number, sex=said, birth_year=year)]
