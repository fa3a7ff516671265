"""Roles, permissions, scopes: the one table from which every route's access follows."""

from collections.abc import Iterator, Mapping
from enum import StrEnum


class Role(StrEnum):
    """The offices that act here, as they stand in a token's `roles`."""

    COMMUNE_CHAIRMAN = "commune_chairman"
    COMMUNE_OFFICER = "commune_officer"
    COMMUNE_POLICE = "commune_police"
    HELPER = "helper"
    CLUB_BOARD = "club_board"
    PROVIDER = "provider"
    BANK_CLERK = "bank_clerk"
    SCHOOL = "school"
    PROVINCE_OFFICER = "province_officer"
    ANALYST = "analyst"
    PARTNER_SYSTEM = "partner_system"
    OPERATOR = "operator"


class Permission(StrEnum):
    """What a route lets its caller do."""

    PERSON_REGISTER = "person.register"
    PERSON_READ = "person.read"
    PERSON_SEARCH = "person.search"
    PERSON_LOOKUP = "person.lookup"
    PERSON_CORRECT = "person.correct"
    CASE_REPORT = "case.report"
    CASE_DOSSIER = "case.dossier"
    CASE_DECIDE = "case.decide"
    CASE_ASSIGN_HELPER = "case.assign-helper"
    CASE_ABSENCE = "case.absence"
    CASE_TRANSFER = "case.transfer"
    CASE_RECEIVE = "case.receive"
    CASE_IMPRISON = "case.imprison"
    CASE_RELEASE = "case.release"
    CASE_REVIEW = "case.review"
    CASE_END = "case.end"
    CASE_CORRECT = "case.correct"
    CASE_READ = "case.read"
    LEDGER_READ = "ledger.read"
    TEST_RECORD = "test.record"
    TEST_READ = "test.read"
    DETERMINATION_RECORD = "determination.record"
    LIST_IMPORT = "list.import"
    LIST_READ = "list.read"
    LIST_RESOLVE = "list.resolve"
    CLUB_ESTABLISH = "club.establish"
    CLUB_READ = "club.read"
    MEMBER_INVITE = "member.invite"
    MEMBER_READ = "member.read"
    TRAINING_APPLY = "training.apply"
    TRAINING_DECIDE = "training.decide"
    TRAINING_READ = "training.read"
    INDICATOR_READ = "indicator.read"
    INDICATOR_EXPLAIN = "indicator.explain"
    OPERATIONS_READ = "operations.read"


class Scope(StrEnum):
    """How far a permission reaches; all but the first three end at what is the caller's own."""

    COUNTRY = "country"
    UNIT = "unit"
    NOTHING = "nothing"
    CLUB = "club"
    ASSIGNED = "assigned"
    PROVIDER = "provider"
    BRANCH = "branch"
    SCHOOL = "school"


NARROW = frozenset({Scope.CLUB, Scope.ASSIGNED, Scope.PROVIDER, Scope.BRANCH, Scope.SCHOOL})
P = Permission
# An answer under one of these tells something about a person: a purpose is needed, and the reading is recorded.
PERSONAL = frozenset(
    {
        P.PERSON_READ,
        P.PERSON_SEARCH,
        P.PERSON_LOOKUP,
        P.CASE_READ,
        P.LEDGER_READ,
        P.TEST_READ,
        P.LIST_READ,
        P.MEMBER_READ,
        P.TRAINING_READ,
        P.INDICATOR_EXPLAIN,
    }
)
_READS = {P.PERSON_READ, P.PERSON_SEARCH, P.CASE_READ, P.LEDGER_READ, P.TEST_READ, P.LIST_READ}
_SOCIAL = {P.CLUB_READ, P.MEMBER_READ, P.TRAINING_READ, P.INDICATOR_READ, P.INDICATOR_EXPLAIN}
# What happens to a case and needs no decision; officer and police both learn of it (domain.md §3.3).
_REPORTS = {P.CASE_REPORT, P.CASE_DOSSIER, P.CASE_ABSENCE, P.CASE_TRANSFER, P.CASE_RECEIVE}
_CUSTODY = {P.CASE_IMPRISON, P.CASE_RELEASE}

GRANTS: Mapping[Role, Mapping[Scope, set[Permission]]] = {
    # Signs and runs post-rehab management, approves removal, establishes clubs.
    Role.COMMUNE_CHAIRMAN: {
        Scope.UNIT: _READS
        | _SOCIAL
        | {P.CASE_DECIDE, P.CASE_ASSIGN_HELPER, P.CASE_REVIEW, P.CASE_END, P.CLUB_ESTABLISH, P.TRAINING_DECIDE}
    },
    # Prepares what the chairman decides.
    Role.COMMUNE_OFFICER: {
        Scope.UNIT: _READS
        | _SOCIAL
        | _REPORTS
        | _CUSTODY
        | {P.PERSON_REGISTER, P.PERSON_CORRECT, P.CASE_ASSIGN_HELPER, P.CASE_CORRECT, P.TRAINING_APPLY}
    },
    # Lists, summons, tests, detects, and notifies moves.
    Role.COMMUNE_POLICE: {
        Scope.UNIT: _READS
        | _REPORTS
        | _CUSTODY
        | {P.PERSON_REGISTER, P.PERSON_LOOKUP, P.LIST_IMPORT, P.LIST_RESOLVE, P.TEST_RECORD, P.DETERMINATION_RECORD}
    },
    # Knows the persons that a decision assigned to them, nobody else.
    Role.HELPER: {Scope.ASSIGNED: {P.PERSON_READ, P.CASE_READ}},
    Role.CLUB_BOARD: {Scope.CLUB: {P.CLUB_READ, P.MEMBER_INVITE, P.MEMBER_READ}},
    # Their notices come with the registry of providers: nothing before that.
    Role.PROVIDER: {Scope.PROVIDER: set()},
    # The loan list discloses by existing (L120 Art 5(11)): nothing before loans are here.
    Role.BANK_CLERK: {Scope.BRANCH: set()},
    Role.SCHOOL: {Scope.SCHOOL: {P.TRAINING_READ}},
    Role.PROVINCE_OFFICER: {Scope.UNIT: _READS | _SOCIAL},
    Role.ANALYST: {Scope.COUNTRY: {P.INDICATOR_READ}},
    # One person by number and second factor; no search (domain.md §6.2).
    Role.PARTNER_SYSTEM: {Scope.COUNTRY: {P.PERSON_LOOKUP}},
    # Runs the system and sees no one in it.
    Role.OPERATOR: {Scope.NOTHING: {P.OPERATIONS_READ}},
}


def grants(roles: frozenset[Role], permission: Permission) -> Iterator[tuple[Role, Scope]]:
    """Which of the roles grant the permission, and how far each reaches."""
    for role in sorted(roles):
        for scope, permissions in GRANTS[role].items():
            if permission in permissions:
                yield role, scope


def table() -> str:
    """The whole table as Markdown: a row per permission, a column per role, in each cell the scope."""
    lines = [
        "| permission | " + " | ".join(f"`{role}`" for role in Role) + " |",
        "|---" * (len(Role) + 1) + "|",
    ]
    for permission in Permission:
        cells = (", ".join(s for _, s in grants(frozenset({role}), permission)) for role in Role)
        mark = " (personal)" if permission in PERSONAL else ""
        lines.append(f"| `{permission}`{mark} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"
