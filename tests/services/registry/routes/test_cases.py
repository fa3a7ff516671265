"""Cases over REST, from the report to removal from the list."""

import pytest

from libs.web.roles import Role
from tests.libs.web.conftest import Desk
from tests.services.registry.routes.guards import Given, guarded
from tests.services.registry.routes.office import AWAY, HOME, Office, done, made, refused, signed
from tests.services.registry.routes.stages import (
    OFFICER,
    REVIEWED,
    STEPS,
    Body,
    brought_to,
    removal,
    reporting,
)


def test_a_completion_is_reported_once(office: Office) -> None:
    body = reporting(office)
    guarded(office, Given(OFFICER, "/v1/cases", body, body | {"presented_on": "2025-03-06"}, 201))


@pytest.mark.parametrize(("stage", "step", "role", "body", "other"), STEPS, ids=[step[1] for step in STEPS])
def test_a_step_is_done_once(office: Office, stage: str, step: str, role: Role, body: Body, other: Body) -> None:
    case = brought_to(office, stage)
    guarded(office, Given(role, f"/v1/cases/{case}/{step}", body, other))


@pytest.mark.parametrize("how", ["receipt", "bounce"])
def test_an_arrival_is_answered_once_by_the_commune_it_goes_to(office: Office, how: str) -> None:
    case = brought_to(office, "moving")
    path, before = f"/v1/cases/{case}/transfers/{how}", office.events()
    body = {"received_on": "2025-05-08"} if how == "receipt" else {"bounced_on": "2025-05-08", "reason": "không ở đây"}
    refused(office.officer().post(path, body), 404, "not-found")
    refused(office.chairman(AWAY).post(path, body), 403, "forbidden")
    assert office.events() == before
    answer = office.officer(AWAY).post(path, body, key="arrival" + case)
    assert done(office.officer(AWAY).post(path, body, key="arrival" + case)) == done(answer)
    unit = AWAY if how == "receipt" else HOME
    assert (office.case(case, unit)["unit"], office.case(case, unit)["stage"]) == (unit, "active")


def test_a_case_goes_from_the_report_to_removal(office: Office, officer: Desk, chairman: Desk) -> None:
    person = office.person()
    answer = officer.post("/v1/cases", reporting(office, episode_id=office.completion(person)))
    case = f"/v1/cases/{made(answer)}"
    assert answer.headers["Location"] == case
    done(officer.post(f"{case}/dossier", {"opened_on": "2025-03-07"}))
    decision = signed("2025-03-11")
    done(chairman.post(f"{case}/management-decisions", decision))
    done(chairman.post(f"{case}/removal-reviews", REVIEWED))
    done(chairman.post(f"{case}/removals", removal("2027-06-15")))
    read = chairman.get(case)
    assert read.headers["ETag"] == '"5"'
    assert done(read) | {"helper_ids": []} == {
        "case_id": case.rpartition("/")[2],
        "person_id": person,
        "episode_id": done(read)["episode_id"],
        "unit": HOME,
        "stage": "completed",
        "completed_on": "2025-03-03",
        "presented_on": "2025-03-05",
        "category": "A",
        "decision_number": decision["number"],
        "decided_on": "2025-03-11",
        "term_ends_on": "2026-03-03",
        "helper_ids": [],
        "uses": 0,
        "to_unit": None,
        "closed_on": "2027-06-15",
        "end_reason": None,
        "needs_review": False,
    }
