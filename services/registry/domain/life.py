"""A person's life as facts of other streams need to know it: nothing happens before a birth or after a death."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import Any

from libs.events.decider import Invalid, Refused
from libs.law.categories import age_on
from libs.vietnam.dates import PartialDate

DECEMBER = 12


class BeforeBirth(Invalid):
    """A fact is dated before the person was born."""

    problem = "before-birth"


class AfterDeath(Refused):
    """A fact is dated after the person's death; one of the two is wrong, and the death can be corrected (R-36)."""

    problem = "after-death"


@dataclass(frozen=True)
class Life:
    """What the registry knows of a person's life, and the position of the event from which it knows it."""

    position: str
    birth: PartialDate | None = None
    died_on: date | None = None

    def check(self, on: date) -> None:
        """As `within_life`."""
        within_life(self.birth, self.died_on, on)

    def age_on(self, day: date) -> int | None:
        """The whole years that the person surely has on the day: of the last day that the birth can have been."""
        return None if self.birth is None else max(0, age_on(_last_day(self.birth), day))


def birth_of(birth_date: object, birth_year: int | None) -> PartialDate | None:
    """The birth as far as it is known, by the written date if it can still be read; `ValueError` if that is none."""
    if isinstance(birth_date, str):
        return PartialDate.parse(birth_date)
    return None if birth_year is None else PartialDate(birth_year)


def within_life(birth: PartialDate | None, died_on: date | None, on: date) -> None:
    """The day lies within a life, its own ends included; else `BeforeBirth` or `AfterDeath`."""
    if birth is not None and on < birth.first_day:
        raise BeforeBirth("dated before the person was born")
    if died_on is not None and on > died_on:
        raise AfterDeath("dated after the person's death", rules=("R-36",))


def said_before(known: Any, said: Any) -> bool:
    """Whether an event tells what a known one of its kind told, whatever of the life each relied on."""
    return known is not None and said.model_copy(update={"relied_on": known.relied_on}) == known


def _last_day(birth: PartialDate) -> date:
    month = birth.month or DECEMBER
    return date(birth.year, month, birth.day or monthrange(birth.year, month)[1])
