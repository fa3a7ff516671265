"""What an indicator counted, person by person: every number of an answer is a sum over it, so explaining adds up."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from uuid import UUID

from services.reporting.indicators.stops import Stop
from services.reporting.statistics.risk import Observed


class Number(StrEnum):
    """The counts of an answer, each of which can be explained.

    `outside` are people with the event whom the numerator leaves out, because nobody observed them then or the
    denominator does not hold them; `days_at_risk` makes person-years.
    """

    NUMERATOR = "numerator"
    DENOMINATOR = "denominator"
    FULLY_OBSERVED = "fully_observed"
    OUTSIDE = "outside"
    DAYS_AT_RISK = "days_at_risk"
    TESTS = "tests"
    REFUSED_TESTS = "refused_tests"


@dataclass(frozen=True)
class Counted:
    """What one person adds to each number, the dates that decided it, and the rows that they stand in.

    `rows` are keys of fact tables, by the name of the projection. `observed` is the stretch that incidence reads.
    """

    person_id: UUID
    unit: str
    adds: Mapping[Number, int]
    dates: Mapping[str, date]
    rows: Mapping[str, Sequence[UUID]]
    stop: Stop | None = None
    observed: Observed | None = None


@dataclass(frozen=True)
class Tally:
    """Everybody counted, by id, and how many people the divided units hold of whom nobody can say where they belong."""

    people: Sequence[Counted]
    divided: Mapping[str, int] = field(default_factory=dict)

    def total(self, number: Number) -> int:
        """The number, as the sum of what each person adds."""
        return sum(person.adds.get(number, 0) for person in self.people)

    def stops(self) -> dict[Stop, int]:
        """How observation ended, for how many people."""
        return dict(sorted(Counter(person.stop for person in self.people if person.stop is not None).items()))
