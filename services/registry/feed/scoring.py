"""How like a row and a known person are, from 0 to 100, and where they contradict each other.

Name 60, birth 25, place 15, as whole points; another sex or another number of twelve digits is no likeness at all.
The weights are ours: nothing published fits Vietnamese office lists. They were set so that equal name, year and
commune pass the upper threshold, and equal name and full birth date in another province the lower one.
"""

from itertools import zip_longest

from rapidfuzz.fuzz import ratio, token_sort_ratio

from libs.events.contracts.values import Sex
from libs.vietnam.dates import PartialDate
from libs.vietnam.units import UnitRef, province_of, scope_communes, successors
from services.registry.feed.agreeing import called_so
from services.registry.feed.known import KnownPerson, searched
from services.registry.feed.rows import ListRow

UPPER = 88
LOWER = 82
NAME_POINTS, BIRTH_POINTS, PLACE_POINTS = 60, 25, 15
OMITTED_MIDDLE = 92
DIGITS_MISTYPED_MAX = 1
BIRTH_SAME, BIRTH_COMPATIBLE, BIRTH_UNKNOWN = 1.0, 0.8, 0.4
PLACE_IN_PROVINCE = 0.5


class Likeness:
    """Compares one row with as many persons as it may mean."""

    def __init__(self, row: ListRow) -> None:
        self._row = row
        self._name = searched(row.full_name)

    def score(self, known: KnownPerson) -> int:
        """The likeness of the two."""
        if _sexes_differ(self._row, known) or _numbers_differ(self._row, known):
            return 0
        likeness = NAME_POINTS * self._names(known) / 100
        place = PLACE_POINTS * _place(self._row.unit, known.unit)
        return round(likeness + BIRTH_POINTS * _birth(self._row, known) + place)

    def contradicts(self, known: KnownPerson) -> bool:
        """Whether name, birth or sex of the row speak against the person who has its number."""
        return (
            not called_so(self._row.full_name, known.names)
            or _birth(self._row, known) == 0
            or _sexes_differ(self._row, known)
        )

    def _names(self, known: KnownPerson) -> float:
        """How like the name is to the most like of the person's, from 0 to 100, without marks and case."""
        return max((_names(self._name, name) for name in known.searched_names), default=0.0)


def _names(one: str, other: str) -> float:
    first, second = one.split(), other.split()
    if len(first) > 1 and len(second) > 1 and (first[0], first[-1]) == (second[0], second[-1]):
        shorter, longer = sorted((set(first), set(second)), key=len)
        if shorter < longer:
            return OMITTED_MIDDLE  # Nguyễn Hùng for Nguyễn Văn Hùng (§5.5 item 22).
    return max(ratio(one, other), token_sort_ratio(one, other) - 5)


def _birth(row: ListRow, known: KnownPerson) -> float:
    if row.birth_year is None or known.birth_year is None:
        return BIRTH_UNKNOWN
    if row.birth_year != known.birth_year:
        return 0.0
    own, other = row.birth, _parsed(known.birth_date)
    if own is None or other is None:
        return BIRTH_COMPATIBLE
    pairs = list(zip_longest((own.month, own.day), (other.month, other.day)))
    if any(None not in pair and pair[0] != pair[1] for pair in pairs):
        return 0.0
    return BIRTH_COMPATIBLE if any(None in pair for pair in pairs) else BIRTH_SAME


def _parsed(birth_date: str | None) -> PartialDate | None:
    try:
        return PartialDate.parse(birth_date) if birth_date else None
    except ValueError:
        return None


def _place(own: UnitRef | None, other: str) -> float:
    if own is None:
        return 0.0
    if other in scope_communes(own):
        return 1.0
    return PLACE_IN_PROVINCE if _province(own) == _province(UnitRef(other)) else 0.0


def _province(unit: UnitRef) -> str:
    province = province_of(unit)
    return next((link.new for link in successors(province)), province)


def _sexes_differ(row: ListRow, known: KnownPerson) -> bool:
    return Sex.UNKNOWN not in {row.sex, known.sex} and row.sex is not known.sex


def _numbers_differ(row: ListRow, known: KnownPerson) -> bool:
    own = row.citizen_id
    if own is None or not known.citizen_ids:
        return False
    return all(sum(a != b for a, b in zip(own, one, strict=False)) > DIGITS_MISTYPED_MAX for one in known.citizen_ids)
