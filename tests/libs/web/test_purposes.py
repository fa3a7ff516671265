"""Purposes: each has a basis and roles, and every role that reads persons has a purpose."""

from libs.web.purposes import USES, Purpose, allowed, table
from libs.web.roles import GRANTS, PERSONAL, Role


def test_every_purpose_has_a_basis_and_somebody_who_may_have_it() -> None:
    assert set(USES) == set(Purpose)
    assert all(use.basis and use.roles for use in USES.values())


def test_every_role_that_reads_persons_has_a_purpose_for_it() -> None:
    for role in Role:
        reads = any(permissions & PERSONAL for permissions in GRANTS[role].values())
        assert not reads or any(allowed(purpose, frozenset({role})) for purpose in Purpose), role


def test_those_who_read_nobody_have_none() -> None:
    for role in (Role.ANALYST, Role.OPERATOR):
        assert not any(allowed(purpose, frozenset({role})) for purpose in Purpose)


def test_the_table_names_them_all() -> None:
    assert all(f"`{purpose}`" in table() for purpose in Purpose)
