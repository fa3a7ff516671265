"""Why personal data is read: each purpose with its legal basis and the roles that may name it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from libs.web.roles import Role

HEADER = "Aftercare-Purpose"


class Purpose(StrEnum):
    """The codes of the `Aftercare-Purpose` header."""

    MANAGEMENT = "post-rehab-management"
    LISTING = "police-list"
    TESTING = "drug-testing"
    SUPPORT = "social-support"
    CLUB = "club-activity"
    SUPERVISION = "supervision"
    REPORTING = "statutory-reporting"
    IDENTITY = "identity-verification"
    SUBJECT_REQUEST = "data-subject-request"


@dataclass(frozen=True)
class Use:
    """One purpose: what allows it, and who may have it. A purpose that is not here is denied (PDPL Art 3)."""

    basis: str
    roles: frozenset[Role]


_COMMUNE = frozenset({Role.COMMUNE_CHAIRMAN, Role.COMMUNE_OFFICER, Role.COMMUNE_POLICE})
USES: Mapping[Purpose, Use] = {
    Purpose.MANAGEMENT: Use("L73 Art 40, L120 Art 42", _COMMUNE | {Role.HELPER, Role.PROVIDER}),
    Purpose.LISTING: Use("L73 Art 43, L120 Art 48", _COMMUNE),
    Purpose.TESTING: Use("L73 Art 22, L120 Art 23", frozenset({Role.COMMUNE_POLICE, Role.PROVIDER})),
    Purpose.SUPPORT: Use(
        "D116 Art 80, L120 Art 42.5",
        frozenset({Role.COMMUNE_CHAIRMAN, Role.COMMUNE_OFFICER, Role.SCHOOL, Role.BANK_CLERK}),
    ),
    Purpose.CLUB: Use(
        "consent of the member, PDPL Art 4",
        frozenset({Role.CLUB_BOARD, Role.COMMUNE_CHAIRMAN, Role.COMMUNE_OFFICER}),
    ),
    Purpose.SUPERVISION: Use("L120 Art 49", frozenset({Role.PROVINCE_OFFICER, Role.COMMUNE_CHAIRMAN})),
    Purpose.REPORTING: Use("D09 Art 8, D09 Art 12", frozenset({Role.PROVINCE_OFFICER}) | _COMMUNE),
    Purpose.IDENTITY: Use("D194/2025 Art 16", frozenset({Role.PARTNER_SYSTEM, Role.COMMUNE_POLICE})),
    Purpose.SUBJECT_REQUEST: Use("PDPL Art 4, D356 Art 5", _COMMUNE | {Role.PROVINCE_OFFICER}),
}


def allowed(purpose: Purpose, roles: frozenset[Role]) -> bool:
    """Whether one of the roles may act for the purpose."""
    return not USES[purpose].roles.isdisjoint(roles)


def table() -> str:
    """The purposes as Markdown."""
    lines = ["| purpose | legal basis | roles |", "|---|---|---|"]
    for purpose, use in USES.items():
        lines.append(f"| `{purpose}` | {use.basis} | {', '.join(f'`{role}`' for role in sorted(use.roles))} |")
    return "\n".join(lines) + "\n"
