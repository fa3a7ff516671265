"""The quantities and offices that rules of law speak in, each with its unit in its type."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Years:
    """A term in years, counted by `libs.law.anniversaries`."""

    count: int


@dataclass(frozen=True, slots=True)
class Months:
    """A term in months."""

    count: int


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """A deadline in working days: weekends, holidays and swap days do not count."""

    count: int


@dataclass(frozen=True, slots=True)
class Hours:
    """A deadline in hours, which runs through nights and weekends."""

    count: int


@dataclass(frozen=True, slots=True)
class Age:
    """Completed years of life."""

    years: int


@dataclass(frozen=True, slots=True)
class Form:
    """A form of an appendix, as the act names it: `Form("Mẫu 54")`."""

    name: str


@dataclass(frozen=True, slots=True)
class Silent:
    """The law says nothing; `policy` names the switch that stands in its place."""

    policy: str


class Authority(StrEnum):
    """The offices of a commune that decide, list, order or are told."""

    COMMUNE_CHAIRMAN = "commune_chairman"
    COMMUNE_PEOPLES_COMMITTEE = "commune_peoples_committee"
    COMMUNE_POLICE = "commune_police"
    COMMUNE_POLICE_CHIEF = "commune_police_chief"


@dataclass(frozen=True, slots=True)
class Lister:
    """Who keeps the list of managed people, and who helps to keep it."""

    by: Authority
    helped_by: Authority | None = None


@dataclass(frozen=True, slots=True)
class SentAtOnce:
    """Something goes to an office "at once" (ngay): the law names no hours."""

    to: Authority


@dataclass(frozen=True, slots=True)
class HelperDuty:
    """How many helpers a person has at least, and the most a helper is paid a month, in base salaries."""

    at_least: int
    pay_up_to: Decimal


@dataclass(frozen=True, slots=True)
class CourtSteps:
    """How long a person may read the dossier, and then the police chief has to send it to the court."""

    reading: WorkingDays
    sending: WorkingDays


class Regime(StrEnum):
    """The law that governs a case: 73/2021 until 30/06/2026, 120/2025 from 01/07/2026."""

    L73 = "l73"
    L120 = "l120"
