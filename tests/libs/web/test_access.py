"""How far a caller reaches, by role, unit and day."""

from datetime import date

import pytest

from libs.web.access import Caller, Posting, Reach, reach
from libs.web.refusals import Forbidden, NoAuthority
from libs.web.roles import Permission, Role, Scope
from tests.libs.web.sample import AWAY, HOME, PROVINCE, expand

TODAY = date(2026, 8, 1)


def reached(permission: Permission, *postings: Posting, roles: set[Role]) -> Reach:
    return reach(Caller("u-1", frozenset(roles), postings), permission, TODAY, expand)


def test_an_office_reaches_its_unit_and_all_below() -> None:
    found = reached(Permission.CASE_READ, Posting(PROVINCE), roles={Role.PROVINCE_OFFICER})
    assert found.covers(HOME)
    assert not found.covers(AWAY)
    assert found.setting == f"{HOME},{PROVINCE}"


def test_without_the_role_there_is_no_way() -> None:
    with pytest.raises(Forbidden):
        reached(Permission.CASE_DECIDE, Posting(HOME), roles={Role.COMMUNE_OFFICER})


def test_an_analyst_reaches_the_country() -> None:
    found = reached(Permission.INDICATOR_READ, roles={Role.ANALYST})
    assert found.setting == "*"
    assert found.covers(AWAY)


def test_an_operator_reaches_no_row() -> None:
    found = reached(Permission.OPERATIONS_READ, Posting(HOME), roles={Role.OPERATOR})
    assert found.setting == ""
    assert not found.covers(HOME)


def test_authority_counts_from_its_first_to_its_last_day() -> None:
    roles = {Role.COMMUNE_CHAIRMAN}
    for since, until in ((TODAY, TODAY), (None, TODAY), (TODAY, None)):
        assert reached(Permission.CASE_DECIDE, Posting(HOME, since, until), roles=roles).covers(HOME)
    for since, until in ((date(2026, 8, 2), None), (None, date(2026, 7, 31))):
        with pytest.raises(NoAuthority):
            reached(Permission.CASE_DECIDE, Posting(HOME, since, until), roles=roles)


def test_a_unit_nobody_knows_gives_no_authority_even_beside_a_known_one() -> None:
    with pytest.raises(NoAuthority):
        reached(Permission.CASE_READ, Posting(HOME), Posting("2025:99999"), roles={Role.COMMUNE_OFFICER})


def test_a_helper_is_limited_to_the_assigned_and_an_officer_who_helps_is_not() -> None:
    assert reached(Permission.CASE_READ, Posting(HOME), roles={Role.HELPER}).narrow == {Scope.ASSIGNED}
    assert not reached(Permission.CASE_READ, Posting(HOME), roles={Role.HELPER, Role.COMMUNE_OFFICER}).narrow


def test_only_the_roles_that_grant_it_count() -> None:
    found = reached(Permission.CASE_DECIDE, Posting(HOME), roles={Role.COMMUNE_CHAIRMAN, Role.ANALYST})
    assert found.roles == {Role.COMMUNE_CHAIRMAN}
