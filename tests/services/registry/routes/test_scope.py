"""Who deals with a person: the commune of the residence and that of the case; after a move what it had recorded."""

import pytest

from libs.web.roles import Role
from tests.libs.web.conftest import Desk
from tests.services.registry.routes.office import AWAY, HOME, Office, done, refused

ELSEWHERE = "2025:26740"


@pytest.fixture
def apart(office: Office) -> tuple[str, str]:
    """A person who lives away, and their case at home."""
    person = office.person(full_name="Vũ Hữu Long")
    case = office.managed(person)
    body = {"unit": AWAY, "lived_from": "2027-06-15"}
    done(office.officer().post(f"/v1/persons/{person}/residences", body))
    return person, case


def moved(office: Office, case: str, to: str = AWAY) -> None:
    body = {"to_unit": to, "left_at": "2027-06-14T08:00:00+07:00", "notified_at": "2027-06-14T20:00:00+07:00"}
    done(office.officer().post(f"/v1/cases/{case}/transfers", body))
    done(office.officer(to).post(f"/v1/cases/{case}/transfers/receipt", {"received_on": "2027-06-15"}))
    office.react()


def names_in_ledger(desk: Desk, unit: str) -> dict[str, str | None]:
    page = done(desk.get(f"/v1/management-ledger?unit={unit}&limit=200"))
    return {line["person_id"]: line["full_name"] for line in page["items"]}


def test_the_ledger_names_who_lives_elsewhere(office: Office, officer: Desk, apart: tuple[str, str]) -> None:
    person, _ = apart
    assert names_in_ledger(officer, HOME)[person] == "Vũ Hữu Long"


@pytest.mark.parametrize("unit", [HOME, AWAY])
def test_both_communes_read_and_find_the_person(office: Office, apart: tuple[str, str], unit: str) -> None:
    person, _ = apart
    desk = office.officer(unit)
    assert done(desk.get(f"/v1/persons/{person}"))["unit"] == AWAY
    found = done(desk.post("/v1/persons/searches?limit=200", {"name": "Vũ Hữu Long"}))["items"]
    assert person in [row["person_id"] for row in found]


@pytest.mark.parametrize("unit", [HOME, AWAY])
def test_both_record_for_themselves(office: Office, apart: tuple[str, str], unit: str) -> None:
    person, case = apart
    test, determination = office.tested(person, unit), office.determined(person, unit, addicted=False)
    assert office.data(f"test-{test}")[0]["unit"] == office.data(f"determination-{determination}")[0]["unit"] == unit
    office.react()
    assert office.case(case)["uses"] == 1


def test_no_third_commune_does(office: Office, apart: tuple[str, str]) -> None:
    person, case = apart
    officer, police = office.officer(ELSEWHERE), office.police(ELSEWHERE)
    refused(officer.get(f"/v1/persons/{person}"), 404, "not-found")
    refused(officer.get(f"/v1/cases/{case}"), 404, "not-found")
    test = {
        "person_id": person,
        "sampled_on": "2025-06-02",
        "stage": "screening",
        "result": "negative",
        "ground": "D105-38.1-đ",
    }
    refused(police.post("/v1/drug-tests", test), 404, "not-found")
    assert names_in_ledger(officer, ELSEWHERE) == {}


def test_after_a_transfer_the_old_commune_keeps_only_what_it_recorded(office: Office) -> None:
    person = office.person()
    case = office.managed(person)
    own = office.tested(person)
    moved(office, case)
    officer, police = office.officer(), office.police()
    refused(officer.get(f"/v1/persons/{person}"), 404, "not-found")
    refused(officer.get(f"/v1/cases/{case}"), 404, "not-found")
    assert person not in names_in_ledger(officer, HOME)
    body = {
        "person_id": person,
        "sampled_on": "2025-06-02",
        "stage": "screening",
        "result": "negative",
        "ground": "D105-38.1-đ",
    }
    refused(police.post("/v1/drug-tests", body), 404, "not-found")
    correction = {"sampled_on": "2025-06-03", "result": "positive", "reason": "nhập sai"}
    done(police.post(f"/v1/drug-tests/{own}/corrections", correction))


def test_after_a_transfer_the_new_commune_has_the_person(office: Office) -> None:
    person = office.person()
    case = office.managed(person)
    own = office.tested(person)
    moved(office, case)
    assert done(office.officer(AWAY).get(f"/v1/persons/{person}"))["full_name"] == "Nguyễn Văn Bí Mật"
    assert person in names_in_ledger(office.officer(AWAY), AWAY)
    assert office.tested(person, AWAY)
    correction = {"sampled_on": "2025-06-03", "result": "positive", "reason": "nhập sai"}
    refused(office.police(AWAY).post(f"/v1/drug-tests/{own}/corrections", correction), 404, "not-found")


def test_the_new_commune_has_the_person_before_the_residence_follows(office: Office) -> None:
    person = office.person()
    case = office.managed(person)
    body = {"to_unit": AWAY, "left_at": "2027-06-14T08:00:00+07:00", "notified_at": "2027-06-14T20:00:00+07:00"}
    done(office.officer().post(f"/v1/cases/{case}/transfers", body))
    refused(office.officer(AWAY).get(f"/v1/persons/{person}"), 404, "not-found")
    done(office.officer(AWAY).post(f"/v1/cases/{case}/transfers/receipt", {"received_on": "2027-06-15"}))
    assert done(office.officer(AWAY).get(f"/v1/persons/{person}"))["unit"] == HOME


def test_a_province_sees_who_is_managed_in_it(office: Office, apart: tuple[str, str]) -> None:
    person, _ = apart
    province = office.desk(Role.PROVINCE_OFFICER, units=("2025:75",), purpose="supervision")
    assert done(province.get(f"/v1/persons/{person}"))["person_id"] == person
