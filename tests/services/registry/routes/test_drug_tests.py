"""Drug tests and determinations of addiction over REST."""

from typing import Any
from uuid import uuid4

import pytest

from libs.web.roles import Role
from tests.libs.web.conftest import Desk
from tests.services.registry.routes.guards import Given, guarded
from tests.services.registry.routes.office import Office, done, made, refused

POLICE = Role.COMMUNE_POLICE
TESTS, DETERMINATIONS = "/v1/drug-tests", "/v1/addiction-determinations"


def sampled(person: str, **changed: Any) -> dict[str, Any]:
    return {
        "person_id": person,
        "sampled_on": "2025-06-02",
        "stage": "confirmatory",
        "result": "positive",
        "ground": "D105-38.1-đ",
        "substances": ["heroin"],
        "form_number": "03/PKQ",
    } | changed


def determination_of(person: str, **changed: Any) -> dict[str, Any]:
    return {
        "person_id": person,
        "determined_on": "2025-06-09",
        "addicted": True,
        "body": "Bệnh viện 09",
        "certificate_number": "7",
    } | changed


CORRECTED = {"sampled_on": "2025-06-03", "result": "positive", "reason": "nhập sai"}
REDETERMINED = {"determined_on": "2025-06-10", "addicted": True, "reason": "nhập sai"}
ANNULLED = {"reason": "nhầm người"}
OTHERWISE = {"reason": "nhầm mẫu"}


def test_a_test_is_recorded_corrected_and_annulled_once_each(office: Office) -> None:
    person = office.person()
    guarded(office, Given(POLICE, TESTS, sampled(person), sampled(person, result="negative"), 201))
    test = f"{TESTS}/{office.tested(person)}"
    guarded(office, Given(POLICE, f"{test}/corrections", CORRECTED, CORRECTED | {"result": "negative"}))
    guarded(office, Given(POLICE, f"{test}/annulment", ANNULLED, OTHERWISE))


@pytest.mark.parametrize("ground", ["R-25", "D105-38.1-l", "L120-23.1-g", "nghi ngờ anh Nam"])
def test_a_test_rests_on_a_point_of_law(office: Office, police: Desk, ground: str) -> None:
    refused(police.post(TESTS, sampled(office.person(), ground=ground)), 422, "request-invalid")


def test_a_determination_is_recorded_corrected_and_annulled_once_each(office: Office) -> None:
    person = office.person()
    office.completion(person)
    other = determination_of(person, addicted=False)
    guarded(office, Given(POLICE, DETERMINATIONS, determination_of(person), other, 201))
    determination = f"{DETERMINATIONS}/{office.determined(person)}"
    guarded(office, Given(POLICE, f"{determination}/corrections", REDETERMINED, REDETERMINED | {"addicted": False}))
    guarded(office, Given(POLICE, f"{determination}/annulment", ANNULLED, OTHERWISE))


@pytest.mark.parametrize("what", ["test", "determination"])
def test_what_was_annulled_is_not_corrected(office: Office, police: Desk, what: str) -> None:
    person = office.person()
    path, body, problem = {
        "test": (f"{TESTS}/{office.tested(person)}", CORRECTED, "test-annulled"),
        "determination": (f"{DETERMINATIONS}/{office.determined(person)}", REDETERMINED, "determination-annulled"),
    }[what]
    done(police.post(f"{path}/annulment", ANNULLED))
    refused(police.post(f"{path}/corrections", body), 409, problem)


def test_a_relapse_is_confirmed_beside_a_determination_after_a_completion(office: Office, police: Desk) -> None:
    person = office.person()
    office.completion(person)
    determination = made(police.post(DETERMINATIONS, determination_of(person)))
    assert office.told(f"determination-{determination}") == ["determination-recorded", "relapse-confirmed"]


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"sampled_on": "2027-06-16"}, "sampled-in-the-future"),
        ({"sampled_on": "2025-02-30"}, "request-invalid"),
        ({"form_number": None}, "test-not-signed"),
        ({"result": "unclear"}, "request-invalid"),
        ({"substances": ["heroin"] * 21}, "request-invalid"),
    ],
)
def test_a_wrong_test_is_refused(office: Office, police: Desk, changed: dict[str, Any], problem: str) -> None:
    person = office.person()
    before = office.events()
    refused(police.post(TESTS, sampled(person, **changed)), 422, problem)
    assert office.events() == before


@pytest.mark.parametrize(
    ("path", "body", "problem"),
    [
        (DETERMINATIONS, {"determined_on": "2027-06-16"}, "determined-in-the-future"),
        (DETERMINATIONS, {"determined_on": "2025-02-30"}, "request-invalid"),
        (DETERMINATIONS, {"body": " "}, "request-invalid"),
    ],
)
def test_a_wrong_determination_is_refused(
    office: Office, police: Desk, path: str, body: dict[str, Any], problem: str
) -> None:
    person = office.person()
    refused(police.post(path, determination_of(person, **body)), 422, problem)


def test_nothing_is_corrected_into_the_future(office: Office, police: Desk) -> None:
    person = office.person()
    test = f"{TESTS}/{office.tested(person)}/corrections"
    refused(police.post(test, CORRECTED | {"sampled_on": "2027-06-16"}), 422, "sampled-in-the-future")
    determination = f"{DETERMINATIONS}/{office.determined(person)}/corrections"
    later = REDETERMINED | {"determined_on": "2027-06-16"}
    refused(police.post(determination, later), 422, "determined-in-the-future")


def test_nothing_is_recorded_of_who_is_not_there(police: Desk) -> None:
    nobody = str(uuid4())
    refused(police.post(TESTS, sampled(nobody)), 404, "not-found")
    refused(police.post(DETERMINATIONS, determination_of(nobody)), 404, "not-found")
    for path, body in ((TESTS, CORRECTED), (DETERMINATIONS, REDETERMINED)):
        refused(police.post(f"{path}/{nobody}/corrections", body), 404, "not-found")
        refused(police.post(f"{path}/{nobody}/annulment", ANNULLED), 404, "not-found")


def test_substances_stand_nowhere_in_the_clear(office: Office, police: Desk) -> None:
    test = made(police.post(TESTS, sampled(office.person())))
    (record,) = office.parts.journal.streams([f"test-{test}"])[f"test-{test}"]
    assert b"heroin" not in record.body
