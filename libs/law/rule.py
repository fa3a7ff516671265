"""A rule of law as a dated row: what it says, from when to when, where it stands, and how this system holds it."""

from dataclasses import KW_ONLY, dataclass
from datetime import date
from enum import StrEnum
from typing import Literal, TypeAlias, TypeVar

from libs.law.values import (
    Age,
    CourtSteps,
    Form,
    HelperDuty,
    Hours,
    Lister,
    Months,
    SentAtOnce,
    Silent,
    WorkingDays,
    Years,
)

Value: TypeAlias = (
    Years
    | Months
    | WorkingDays
    | Hours
    | Age
    | Form
    | Silent
    | Lister
    | SentAtOnce
    | HelperDuty
    | CourtSteps
    | StrEnum
    | tuple[Form, ...]
    | tuple[StrEnum, ...]
)
V = TypeVar("V")

Holds: TypeAlias = Literal["enforced", "carried", "outside"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One version of one rule; `name` groups the versions, of which at most one is in force on a day.

    `valid_from` and `valid_to` are both days on which it holds; `valid_to` of None is open, unless `ends_with` names
    the policy switch that says when. `holds` is `enforced` (an evaluator of `libs.law` answers by it), `carried`
    (shown and recorded as data) or `outside` (kept by bodies that this system does not serve).
    """

    id: str
    name: str
    value: Value
    _: KW_ONLY
    valid_from: date
    valid_to: date | None = None
    ends_with: str | None = None
    source: str
    holds: Holds
    note: str = ""

    def read(self, kind: type[V]) -> V:
        """The value as the type its reader expects; raises TypeError where a row was entered with another."""
        if not isinstance(self.value, kind):
            raise TypeError(f"{self.id} {self.name} is {self.value!r}, not {kind.__name__}")
        return self.value
