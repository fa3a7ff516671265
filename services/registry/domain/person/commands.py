"""What can be said of a person. Personal fields are in the clear here; the journal encrypts them."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from libs.events.contracts.values import Sex, UnitRef


@dataclass(frozen=True)
class RegisterPerson:
    """Make somebody known.

    `disputed` is a human's word that the citizen number is another person's too, and stands in the papers all the same.
    """

    person_id: UUID
    today: date
    unit: UnitRef
    source: str
    full_name: str
    sex: Sex
    birth_year: int | None
    birth_date: str | None = None
    other_names: tuple[str, ...] = ()
    citizen_id: str | None = None
    legacy_id9: str | None = None
    address: str | None = None
    disputed: bool = False


@dataclass(frozen=True)
class RecordName:
    """Add a name, or replace the one in use after an error."""

    today: date
    source: str
    full_name: str
    replaces: bool = False


@dataclass(frozen=True)
class RecordNumber:
    """Add a number that papers show; `disputed` as in `RegisterPerson`."""

    today: date
    source: str
    citizen_id: str | None = None
    legacy_id9: str | None = None
    disputed: bool = False


@dataclass(frozen=True)
class RecordResidence:
    """Add where the person lives from a day on."""

    lived_from: date
    today: date
    unit: UnitRef
    source: str
    address: str | None = None


@dataclass(frozen=True)
class FollowTransfer:
    """The person's case was received by another commune, which found them living there (R-35)."""

    from_unit: UnitRef
    unit: UnitRef
    received_on: date


@dataclass(frozen=True)
class ConfirmDeath:
    """Record that the person died (R-36)."""

    died_on: date
    today: date
    source: str


@dataclass(frozen=True)
class WeighDeath:
    """Hold the death against what else was told: `later` are the ids of what is dated after it in other streams."""

    later: tuple[UUID, ...]


PersonCommand = (
    RegisterPerson | RecordName | RecordNumber | RecordResidence | FollowTransfer | ConfirmDeath | WeighDeath
)
