"""An indicator: what it says of itself, what it reads, and the pure function that counts."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection

from services.reporting.indicators.lives import Facts
from services.reporting.indicators.question import Frame
from services.reporting.indicators.tally import Number, Tally

Read = Callable[[Connection, Frame], Facts]
Evaluate = Callable[[Facts, Frame], Tally]


class Measure(StrEnum):
    """What is made of the counts: shares of the denominators, a rate per person-year, incidence over time."""

    SHARE = "share"
    SHARE_OF_FULLY_OBSERVED = "share_of_fully_observed"
    PER_PERSON_YEAR = "per_person_year"
    INCIDENCE = "incidence"
    CURVE = "curve"


@dataclass(frozen=True)
class Indicator:
    """An indicator as domain.md §4.2 defines it.

    `windows` are the months that it is defined for, the usual ones first; none where the period is the window.
    `basis` names its sources, `rules` the rows of law that shape it, `policies` the switches that it rests on.
    `evaluate` counts the facts that `read` finds; it uses nothing but them and the frame.
    """

    id: str
    name_vi: str
    name_en: str
    definition: str
    numerator: str
    denominator: str
    window: str
    pitfalls: tuple[str, ...]
    basis: tuple[str, ...]
    numbers: tuple[Number, ...]
    measures: frozenset[Measure]
    read: Read
    evaluate: Evaluate
    windows: tuple[int, ...] = ()
    rules: tuple[str, ...] = ()
    policies: tuple[str, ...] = ("publish.small_cell",)
