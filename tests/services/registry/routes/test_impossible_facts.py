"""Facts that cannot be, over REST: before a birth, after a death, in a unit that is gone, or told twice."""

from typing import Any
from uuid import uuid4

import pytest

from tests.libs.web.conftest import Desk
from tests.services.registry.routes.office import AWAY, HOME, KIND, Office, done, made, refused

GONE, PROVINCE = "2004:26080", "2025:75"
SOMEBODY = {"unit": HOME, "full_name": "Phạm Thanh Hải", "sex": "male", "birth_date": "2000-05-02"}


def certificate(person: str, **changed: Any) -> dict[str, Any]:
    facts = {"completed_on": "2025-03-03", "unit": HOME, "certificate_number": "46/GCN", "issuer": "Cơ sở số 1"}
    return {"person_id": person, "kind": KIND} | facts | changed


def dated(person: str, on: str) -> dict[str, tuple[str, dict[str, Any]]]:
    """What may be said of a person with a date, and where, by a name."""
    sample = {"sampled_on": on, "stage": "screening", "result": "negative", "ground": "D105-38.1-đ"}
    finding = {"determined_on": on, "addicted": False, "body": "Bệnh viện 09", "certificate_number": "7"}
    return {
        "completion": ("/v1/completed-episodes", certificate(person, completed_on=on)),
        "test": ("/v1/drug-tests", {"person_id": person} | sample),
        "determination": ("/v1/addiction-determinations", {"person_id": person} | finding),
        "residence": (f"/v1/persons/{person}/residences", {"unit": AWAY, "lived_from": on}),
    }


def desk(office: Office, what: str, unit: str = HOME) -> Desk:
    return office.police(unit) if what in {"test", "determination"} else office.officer(unit)


def dies(office: Office, person: str, on: str) -> None:
    done(office.officer().post(f"/v1/persons/{person}/death", {"died_on": on}))


FACTS = ("completion", "test", "determination", "residence")


@pytest.mark.parametrize("what", FACTS)
def test_what_is_dated_after_a_death_is_refused_and_what_came_before_is_told_later(office: Office, what: str) -> None:
    person = office.person()
    dies(office, person, "2025-06-02")
    before = office.events()
    path, body = dated(person, "2025-06-03")[what]
    assert refused(desk(office, what).post(path, body), 409, "after-death")["rules"] == ["R-36"]
    assert office.events() == before
    path, body = dated(person, "2025-06-02")[what]
    assert desk(office, what).post(path, body).status_code in {200, 201}


@pytest.mark.parametrize("what", [*FACTS, "death"])
def test_what_is_dated_before_a_birth_is_refused(office: Office, officer: Desk, what: str) -> None:
    person = made(officer.post("/v1/persons", SOMEBODY))
    death = (f"/v1/persons/{person}/death", {"died_on": "2000-05-01"})
    path, body = (dated(person, "2000-05-01") | {"death": death})[what]
    refused(desk(office, what).post(path, body), 422, "before-birth")


@pytest.mark.parametrize("what", ["completion", "test", "determination"])
def test_nothing_is_corrected_to_after_a_death(office: Office, what: str) -> None:
    person = office.person()
    path, body = dated(person, "2025-06-02")[what]
    fact = made(desk(office, what).post(path, body))
    dies(office, person, "2025-06-03")
    correction = {name: value for name, value in body.items() if name in {"result", "addicted"}}
    correction |= {name: "2025-06-04" for name in body if name.endswith("_on")} | {"reason": "nhập sai"}
    refused(desk(office, what).post(f"{path}/{fact}/corrections", correction), 409, "after-death")


def test_who_no_longer_sees_a_person_is_still_told_that_a_correction_cannot_be(office: Office) -> None:
    person = office.person()
    path, body = dated(person, "2025-06-02")["test"]
    test = made(office.police().post(path, body))
    done(office.officer().post(f"/v1/persons/{person}/residences", {"unit": AWAY, "lived_from": "2027-06-15"}))
    refused(office.officer().get(f"/v1/persons/{person}"), 404, "not-found")
    done(office.officer(AWAY).post(f"/v1/persons/{person}/death", {"died_on": "2027-06-15"}))
    correction = {"sampled_on": "1989-12-31", "result": "negative", "reason": "nhập sai"}
    refused(office.police().post(f"/v1/drug-tests/{test}/corrections", correction), 422, "before-birth")
    done(office.police().post(f"/v1/drug-tests/{test}/corrections", correction | {"sampled_on": "2025-06-03"}))


# Names, births and units.


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"full_name": "123 <script>"}, "not-a-name"),
        ({"full_name": "Nguyễn Văn 7"}, "not-a-name"),
        ({"other_names": ["<b>Còi</b>"]}, "not-a-name"),
        ({"birth_date": "2027-06-16"}, "birth-impossible"),
        ({"birth_date": "1899"}, "birth-impossible"),
        ({"unit": GONE}, "unit-abolished"),
        ({"unit": PROVINCE}, "not-a-commune"),
    ],
)
def test_a_registration_that_cannot_be_is_refused(office: Office, changed: dict[str, Any], problem: str) -> None:
    before = office.events()
    province = office.officer(PROVINCE)
    refused(province.post("/v1/persons", SOMEBODY | changed), 422, problem)
    assert office.events() == before


def test_a_name_that_cannot_be_is_not_recorded_either(office: Office, officer: Desk) -> None:
    refused(officer.post(f"/v1/persons/{office.person()}/names", {"full_name": "<b>An</b>"}), 422, "not-a-name")


@pytest.mark.parametrize(("unit", "problem"), [(GONE, "unit-abolished"), (PROVINCE, "not-a-commune")])
def test_nobody_returns_or_moves_to_where_nobody_can_live(office: Office, unit: str, problem: str) -> None:
    person = office.person()
    officer = office.officer(PROVINCE)
    episode = made(officer.post("/v1/completed-episodes", certificate(person)))
    late = certificate(person, completed_on="2026-03-03", unit=unit)
    refused(officer.post("/v1/completed-episodes", late), 422, problem)
    residence = {"unit": unit, "lived_from": "2026-03-03"}
    refused(officer.post(f"/v1/persons/{person}/residences", residence), 422, problem)
    report = {"episode_id": episode, "unit": unit, "presented_on": "2026-03-03"}
    refused(officer.post("/v1/cases", report), 422, problem)
    case = office.managed(person, episode=episode)
    transfer = {"to_unit": unit, "left_at": "2026-03-03T08:00:00+07:00", "notified_at": "2026-03-03T20:00:00+07:00"}
    refused(officer.post(f"/v1/cases/{case}/transfers", transfer), 422, problem)


def test_an_old_commune_stands_in_papers_of_before_the_reform(office: Office) -> None:
    made(office.officer().post("/v1/completed-episodes", certificate(office.person(), unit=GONE)))


# Said twice.


def test_a_completion_told_again_under_another_key_is_one(office: Office, officer: Desk) -> None:
    person = office.person()
    made(officer.post("/v1/completed-episodes", certificate(person)))
    before = office.events()
    for changed in ({}, {"certificate_number": "47/GCN"}, {"kind": "opioid_substitution"}):
        again = officer.post("/v1/completed-episodes", certificate(person, **changed), key=str(uuid4()))
        refused(again, 409, "completion-known")
    assert office.events() == before
    made(officer.post("/v1/completed-episodes", certificate(office.person())))


def test_a_completion_is_not_corrected_to_the_day_of_another(office: Office, officer: Desk) -> None:
    person = office.person()
    episode = office.completion(person)
    office.completion(person, on="2027-03-03")
    path = f"/v1/completed-episodes/{episode}/corrections"
    refused(officer.post(path, {"completed_on": "2027-03-03", "reason": "nhập sai"}), 409, "completion-known")
    done(officer.post(path, {"completed_on": "2025-03-02", "reason": "nhập sai"}))
    office.completion(person, on="2025-03-03")


# Moves.


def test_a_transfer_from_before_the_registration_moves_the_person(office: Office) -> None:
    person = office.person()
    case = office.managed(person)
    body = {"to_unit": AWAY, "left_at": "2025-05-05T08:00:00+07:00", "notified_at": "2025-05-06T08:00:00+07:00"}
    done(office.officer().post(f"/v1/cases/{case}/transfers", body))
    done(office.officer(AWAY).post(f"/v1/cases/{case}/transfers/receipt", {"received_on": "2025-05-12"}))
    office.react()
    assert done(office.officer(AWAY).get(f"/v1/persons/{person}"))["unit"] == AWAY
    refused(office.officer().get(f"/v1/persons/{person}"), 404, "not-found")
    lived = [data["lived_from"] for data in office.data(f"person-{person}")[1:]]
    assert lived == ["2025-05-12", "2027-06-15"]
