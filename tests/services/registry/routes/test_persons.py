"""Persons over REST: registered, read, and what is learned about them."""

from typing import Any

import pytest

from libs.web.roles import Role
from tests.libs.web.conftest import Desk
from tests.services.registry.routes.guards import Given, guarded
from tests.services.registry.routes.office import AWAY, HOME, Office, done, made, refused

OFFICER = Role.COMMUNE_OFFICER
SOMEBODY = {"unit": HOME, "full_name": "Phạm Thanh Hải", "sex": "male", "birth_date": "1985-05-02"}
FACTS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "names": ({"full_name": "Phạm Hải"}, {"full_name": "Hải Con"}),
    "numbers": ({"legacy_id9": "271234567"}, {"legacy_id9": "281234567"}),
    "residences": ({"unit": AWAY, "lived_from": "2027-06-01"}, {"unit": HOME, "lived_from": "2027-06-02"}),
    "death": ({"died_on": "2027-06-01"}, {"died_on": "2027-06-02"}),
}


def test_a_person_is_registered_once(office: Office) -> None:
    other = SOMEBODY | {"full_name": "Phạm Thanh Hà"}
    guarded(office, Given(OFFICER, "/v1/persons", SOMEBODY, other, 201, outside=(403, "outside-scope")))


@pytest.mark.parametrize("fact", FACTS)
def test_what_is_learned_is_added_once(office: Office, fact: str) -> None:
    person = office.person()
    guarded(office, Given(OFFICER, f"/v1/persons/{person}/{fact}", *FACTS[fact]))


def test_a_person_is_read_as_registered_with_version_and_position(office: Office, officer: Desk) -> None:
    answer = officer.post("/v1/persons", SOMEBODY | {"citizen_id": "075085001234", "address": "ấp 1"})
    person = made(answer)
    assert answer.headers["Location"] == f"/v1/persons/{person}"
    read = officer.get(answer.headers["Location"], Aftercare_Wait_For=answer.headers["Aftercare-Position"])
    assert read.headers["ETag"] == answer.headers["ETag"] == '"1"'
    assert read.headers["Aftercare-Position"]
    assert done(read) == {
        "person_id": person,
        "unit": HOME,
        "sex": "male",
        "birth_year": 1985,
        "full_name": "Phạm Thanh Hải",
        "birth_date": "1985-05-02",
        "citizen_id": "075085001234",
        "legacy_id9": None,
        "address": "ấp 1",
        "died_on": None,
        "needs_review": False,
    }


def test_a_corrected_name_is_the_one_in_use_and_another_one_is_not(office: Office, officer: Desk) -> None:
    person = office.person(full_name="Phan Quốc An")
    done(officer.post(f"/v1/persons/{person}/names", {"full_name": "An Đen"}))
    assert done(officer.get(f"/v1/persons/{person}"))["full_name"] == "Phan Quốc An"
    done(officer.post(f"/v1/persons/{person}/names", {"full_name": "Phan Quốc Ân", "replaces": True}))
    assert done(officer.get(f"/v1/persons/{person}"))["full_name"] == "Phan Quốc Ân"


def test_a_fact_on_the_version_that_was_read_is_written(office: Office, officer: Desk) -> None:
    person = office.person()
    version = officer.get(f"/v1/persons/{person}").headers["ETag"]
    path, body = f"/v1/persons/{person}/names", {"full_name": "Bí Mật"}
    assert officer.post(path, body, If_Match=version).headers["ETag"] == '"2"'
    refused(officer.post(path, {"full_name": "Mật Bí"}, If_Match=version), 409, "version-changed")
    refused(officer.post(path, {"full_name": "Mật Bí"}, If_Match="2"), 400, "header-malformed")


def test_what_is_known_already_adds_nothing(office: Office, officer: Desk) -> None:
    person, before = office.person(), office.events()
    assert done(officer.post(f"/v1/persons/{person}/names", {"full_name": "Nguyễn Văn Bí Mật"}))["position"] is None
    assert office.events() == before


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"unit": "26080"}, "bare-unit-code"),
        ({"unit": "2025:99999"}, "unknown-unit"),
        ({"birth_date": "1985-02-31"}, "birth-date-refused"),
        ({"citizen_id": "075185001234"}, "number-refused"),
        ({"citizen_id": "075085"}, "number-refused"),
        ({"legacy_id9": "12"}, "number-refused"),
        ({"sex": "unsure"}, "request-invalid"),
        ({"full_name": " "}, "request-invalid"),
    ],
)
def test_a_wrong_registration_is_refused(
    office: Office, officer: Desk, changed: dict[str, object], problem: str
) -> None:
    before = office.events()
    refused(officer.post("/v1/persons", SOMEBODY | changed), 422, problem)
    assert office.events() == before


@pytest.mark.parametrize(
    ("fact", "body", "problem"),
    [
        ("residences", {"unit": "26080", "lived_from": "2027-06-01"}, "bare-unit-code"),
        ("residences", {"unit": "2025:99999", "lived_from": "2027-06-01"}, "unknown-unit"),
        ("residences", {"unit": HOME, "lived_from": "2027-06-16"}, "in-the-future"),
        ("residences", {"unit": HOME, "lived_from": "2027-02-30"}, "request-invalid"),
        ("death", {"died_on": "2027-06-16"}, "in-the-future"),
        ("numbers", {"citizen_id": "075185001234"}, "number-refused"),
    ],
)
def test_a_wrong_fact_is_refused(
    office: Office, officer: Desk, fact: str, body: dict[str, object], problem: str
) -> None:
    person = office.person()
    before = office.events()
    refused(officer.post(f"/v1/persons/{person}/{fact}", body), 422, problem)
    assert office.events() == before


@pytest.mark.parametrize(("number", "fault"), [("075185001234", "sex_conflicts"), ("075086001234", "birth_year")])
def test_a_refused_number_says_what_is_wrong_and_not_which_it_is(officer: Desk, number: str, fault: str) -> None:
    answer = officer.post("/v1/persons", SOMEBODY | {"citizen_id": number})
    said = refused(answer, 422, "number-refused")
    assert fault in said["detail"]
    assert number not in answer.text


def test_units_are_named_with_their_rule(officer: Desk) -> None:
    assert refused(officer.post("/v1/persons", SOMEBODY | {"unit": "26080"}), 422, "bare-unit-code")["rules"] == ["ADM"]


def test_nobody_is_read_from_outside_or_without_a_purpose(office: Office, officer: Desk, analyst: Desk) -> None:
    person = office.person()
    refused(office.officer(AWAY).get(f"/v1/persons/{person}"), 404, "not-found")
    refused(officer.get(f"/v1/persons/{person}", Aftercare_Purpose=None), 400, "purpose-required")
    refused(officer.get(f"/v1/persons/{person}", Aftercare_Purpose="curiosity"), 403, "purpose-not-allowed")
    refused(analyst.get(f"/v1/persons/{person}"), 403, "forbidden")


def test_a_helper_reads_whom_a_decision_assigned_to_them_only(office: Office) -> None:
    person, other = office.person(), office.person()
    case, helper = office.managed(person), "7d7f4ac5-0a8e-4b22-8f6c-6a54a4f2b6aa"
    body = {"helper_id": helper, "organisation": "Hội Phụ nữ", "assigned_on": "2025-03-12"}
    done(office.chairman().post(f"/v1/cases/{case}/helpers", body))
    desk = office.desk(Role.HELPER, assigned=[helper], sub=helper)
    assert done(desk.get(f"/v1/persons/{person}"))["person_id"] == person
    refused(desk.get(f"/v1/persons/{other}"), 404, "not-found")


def test_a_search_for_nothing_is_refused(officer: Desk) -> None:
    refused(officer.post("/v1/persons/searches", {}), 422, "nothing-sought")
