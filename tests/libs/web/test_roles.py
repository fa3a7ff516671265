"""The table of access says what the law says."""

from libs.web.roles import GRANTS, NARROW, PERSONAL, Permission, Role, Scope, grants, table

P = Permission
CASE_WRITES = {permission for permission in P if permission.startswith("case.")} - {P.CASE_READ}


def permissions(role: Role) -> set[Permission]:
    return set[Permission]().union(*GRANTS[role].values())


def holders(permission: Permission) -> set[Role]:
    return {role for role in Role if permission in permissions(role)}


def test_every_role_has_its_row_and_every_permission_somebody() -> None:
    assert set(GRANTS) == set(Role)
    assert [permission for permission in P if not holders(permission)] == []


def test_the_chairman_alone_decides_reviews_and_establishes() -> None:
    for permission in (P.CASE_DECIDE, P.CASE_REVIEW, P.CASE_END, P.CLUB_ESTABLISH, P.TRAINING_DECIDE):
        assert holders(permission) == {Role.COMMUNE_CHAIRMAN}


def test_the_police_alone_bring_lists_in() -> None:
    assert holders(P.LIST_IMPORT) == holders(P.LIST_RESOLVE) == {Role.COMMUNE_POLICE}


def test_the_province_reads_its_subtree_and_changes_nothing() -> None:
    assert set(GRANTS[Role.PROVINCE_OFFICER]) == {Scope.UNIT}
    assert all(one.endswith((".read", ".search", ".explain")) for one in permissions(Role.PROVINCE_OFFICER))


def test_the_analyst_sees_indicators_and_no_person() -> None:
    assert permissions(Role.ANALYST) == {P.INDICATOR_READ}


def test_the_operator_sees_no_personal_data() -> None:
    assert permissions(Role.OPERATOR).isdisjoint(PERSONAL)
    assert list(grants(frozenset({Role.OPERATOR}), P.OPERATIONS_READ)) == [(Role.OPERATOR, Scope.NOTHING)]


def test_a_partner_system_looks_up_and_does_not_search() -> None:
    assert permissions(Role.PARTNER_SYSTEM) == {P.PERSON_LOOKUP}


def test_whoever_is_not_an_office_of_a_unit_reaches_only_their_own() -> None:
    for role in (Role.HELPER, Role.CLUB_BOARD, Role.PROVIDER, Role.BANK_CLERK, Role.SCHOOL):
        assert set(GRANTS[role]) <= NARROW
        assert permissions(role).isdisjoint(CASE_WRITES - {P.CASE_REPORT})


def test_whatever_reads_a_person_is_personal() -> None:
    named = ("person.", "case.", "test.", "list.", "member.", "ledger.", "training.")
    reads = {one for one in P if one.startswith(named) and one.endswith((".read", ".search", ".lookup"))}
    assert reads <= PERSONAL


def test_the_table_shows_every_cell() -> None:
    lines = table().splitlines()
    assert len(lines) == 2 + len(Permission)
    assert "| `case.decide` | unit |  |" in table()
    assert "`person.read` (personal)" in table()
