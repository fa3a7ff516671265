"""Small values that several contracts share."""

from enum import StrEnum
from typing import Annotated

from pydantic import StringConstraints

# An administrative unit as `<catalogue>:<code>`, e.g. `2025:26080`: a bare code is ambiguous (domain finding 6).
UnitRef = Annotated[str, StringConstraints(pattern=r"^(2004|2025):[0-9A-Z]{2,6}$")]


class Sex(StrEnum):
    """As papers say it."""

    MALE = "male"
    FEMALE = "female"
    UNKNOWN = "unknown"


class EpisodeKind(StrEnum):
    """The six kinds of rehabilitation (domain 3.2)."""

    VOLUNTARY_HOME_COMMUNITY = "voluntary_home_community"
    VOLUNTARY_FACILITY_PUBLIC = "voluntary_facility_public"
    VOLUNTARY_FACILITY_PRIVATE = "voluntary_facility_private"
    COMPULSORY_ADULT = "compulsory_adult"
    COMPULSORY_MINOR_12_17 = "compulsory_minor_12_17"
    OPIOID_SUBSTITUTION = "opioid_substitution"


class CaseDeadline(StrEnum):
    """What an office must do about a case within working days."""

    DOSSIER = "dossier"
    DECISION = "decision"


class Category(StrEnum):
    """A voluntary or substitution, B compulsory from 12 to under 18, C compulsory adult (R-01, R-02, R-03)."""

    A = "A"
    B = "B"
    C = "C"


class EndReason(StrEnum):
    """Why a case ended before its term was served (domain 3.3)."""

    PRISON = "prison"
    RELAPSED = "compulsory_rehab_after_relapse"
    REFORMATORY = "reformatory"
    COMPULSORY_EDUCATION = "compulsory_education"
    DECEASED = "deceased"
    DECLARED_MISSING = "declared_missing"
    ANNULLED = "annulled"


class CaseStage(StrEnum):
    """Where a case stands (domain 3.3)."""

    UNKNOWN = "unknown"
    REPORTED = "reported"
    DOSSIER_OPEN = "dossier_open"
    ACTIVE = "active"
    TRANSFERRING = "transferring"
    PAUSED = "paused"
    REMOVAL_REVIEW = "removal_review"
    REMOVAL_WITHHELD = "removal_withheld"
    COMPLETED = "completed"
    ENDED = "ended"
