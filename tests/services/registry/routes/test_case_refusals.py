"""What is refused of a case over REST: at another stage, on impossible days, by another office, of another unit."""

import pytest

from tests.libs.web.conftest import Desk
from tests.services.registry.routes.office import AWAY, HOME, Office, done, refused, signed
from tests.services.registry.routes.stages import (
    CHAIRMAN,
    HELPER,
    LEAVING,
    OFFICER,
    REVIEWED,
    STEPS,
    Body,
    brought_to,
    removal,
    reporting,
)

WRONG_STAGES: list[tuple[str, str, str, Body | None, list[str]]] = [
    ("managed", "dossier", "wrong-stage", {"opened_on": "2025-03-07"} | {"opened_on": "2025-03-10"}, ["R-13"]),
    ("reported", "management-decisions", "wrong-stage", signed("2025-03-11"), ["R-04", "R-14"]),
    ("reported", "helpers", "not-under-management", STEPS[2][3], ["R-38"]),
    ("ended", "absences", "not-under-management", STEPS[3][3], ["R-18"]),
    ("reported", "transfers", "not-under-management", LEAVING, ["R-19", "R-20"]),
    ("paused", "imprisonments", "wrong-stage", {"imprisoned_on": "2026-07-08"}, ["R-32", "R-34"]),
    ("managed", "releases", "wrong-stage", {"released_on": "2026-08-03"}, ["R-34"]),
    ("reported", "removal-reviews", "not-under-management", REVIEWED, ["R-37"]),
    ("managed", "removals", "wrong-stage", removal("2027-06-15"), ["R-37"]),
    ("ended", "end", "wrong-stage", {"reason": "annulled", "ended_on": "2025-04-02"}, ["R-33", "R-36"]),
]


@pytest.mark.parametrize(
    ("stage", "step", "problem", "body", "rules"), WRONG_STAGES, ids=[f"{one[1]} when {one[0]}" for one in WRONG_STAGES]
)
def test_at_another_stage_the_answer_names_the_rule(
    office: Office, stage: str, step: str, problem: str, body: Body | None, rules: list[str]
) -> None:
    case = brought_to(office, stage)
    before, desk = office.events(), office.desk(OFFICER, CHAIRMAN)
    assert refused(desk.post(f"/v1/cases/{case}/{step}", body), 409, problem)["rules"] == rules
    assert office.events() == before


def test_a_term_that_runs_is_not_reviewed(office: Office, chairman: Desk) -> None:
    case = brought_to(office, "managed")
    body = {"absent_from": "2025-03-12", "absent_until": "2027-06-01", "reported": False}
    done(office.police().post(f"/v1/cases/{case}/absences", body))
    problem = refused(chairman.post(f"/v1/cases/{case}/removal-reviews", REVIEWED), 409, "removal-not-due")
    assert "R-18" in problem["rules"]
    assert problem["params"]["ends_on"] > "2027-06-15"


def test_a_person_has_one_open_case(office: Office, officer: Desk) -> None:
    person = office.person()
    office.reported(person)
    second = office.completion(person, on="2025-03-04")
    refused(officer.post("/v1/cases", reporting(office, episode_id=second)), 409, "open-case-exists")


IMPOSSIBLE: list[tuple[str, str, Body, str]] = [
    ("reported", "dossier", {"opened_on": "2027-06-16"}, "wrong-dates"),
    ("reported", "dossier", {"opened_on": "2025-03-04"}, "wrong-dates"),
    ("prepared", "management-decisions", signed("2025-03-06"), "wrong-dates"),
    ("prepared", "management-decisions", signed("2025-03-11", body="commune_police"), "wrong-authority"),
    ("prepared", "management-decisions", signed("2025-03-11", AWAY), "wrong-unit"),
    ("prepared", "management-decisions", signed("2025-03-11", "26080"), "bare-unit-code"),
    ("prepared", "management-decisions", signed("2025-03-11", signer="Trần Văn An"), "request-invalid"),
    ("managed", "helpers", STEPS[2][3] | {"assigned_on": "2027-06-16"}, "wrong-dates"),
    ("managed", "absences", STEPS[3][3] | {"absent_until": "2025-03-31"}, "wrong-dates"),
    ("managed", "transfers", LEAVING | {"to_unit": "00004"}, "bare-unit-code"),
    ("managed", "transfers", LEAVING | {"to_unit": "2025:99999"}, "unknown-unit"),
    ("managed", "transfers", LEAVING | {"to_unit": HOME}, "wrong-unit"),
    ("managed", "transfers", LEAVING | {"left_at": "2025-05-05T08:00:00"}, "request-invalid"),
    ("managed", "imprisonments", {"imprisoned_on": "2025-03-02"}, "wrong-dates"),
    ("paused", "releases", {"released_on": "2026-07-05"}, "wrong-dates"),
    ("reviewed", "removals", removal("2026-03-02"), "wrong-dates"),
    ("managed", "end", {"reason": "annulled", "ended_on": "2027-06-16"}, "wrong-dates"),
    ("managed", "end", {"reason": "declared_missing", "ended_on": "2025-03-02"}, "wrong-dates"),
    ("managed", "end", {"reason": "deceased", "ended_on": "2025-04-01"}, "death-of-a-person"),
    ("reviewed", "removals", removal("2027-06-14"), "wrong-dates"),
    ("managed", "end", {"reason": "imprisoned", "ended_on": "2025-04-01"}, "request-invalid"),
]


@pytest.mark.parametrize(
    ("stage", "step", "body", "problem"), IMPOSSIBLE, ids=[f"{one[1]}: {one[3]}" for one in IMPOSSIBLE]
)
def test_what_is_impossible_is_refused(office: Office, stage: str, step: str, body: Body, problem: str) -> None:
    case = brought_to(office, stage)
    before, desk = office.events(), office.desk(OFFICER, CHAIRMAN)
    refused(desk.post(f"/v1/cases/{case}/{step}", body), 422, problem)
    assert office.events() == before


OTHERWISE: list[tuple[str, str, Body, Body, list[str]]] = [
    ("managed", "helpers", STEPS[2][3], {"organisation": "Đoàn"}, ["organisation"]),
    ("managed", "helpers", STEPS[2][3], {"assigned_on": "2025-03-13"}, ["assigned_on"]),
    ("reviewed", "removals", removal("2027-06-15"), {"certificate_number": "55/GCN"}, ["certificate_number"]),
    ("reviewed", "removals", removal("2027-06-15"), {"despite": "vì đã cai"}, ["despite"]),
]


@pytest.mark.parametrize(("stage", "step", "body", "changed", "facts"), OTHERWISE)
def test_what_was_told_before_and_otherwise_is_refused_and_named(
    office: Office, stage: str, step: str, body: Body, changed: Body, facts: list[str]
) -> None:
    path, desk = f"/v1/cases/{brought_to(office, stage)}/{step}", office.desk(OFFICER, CHAIRMAN)
    done(desk.post(path, body))
    before = office.events()
    problem = refused(desk.post(path, body | changed), 409, "told-otherwise")
    assert (problem["params"]["facts"], facts[0] in problem["detail"]) == (facts, True)
    assert office.events() == before
    done(desk.post(path, body))
    assert office.events() == before


@pytest.mark.parametrize(
    ("changed", "status", "problem"),
    [
        ({"unit": "26080"}, 422, "bare-unit-code"),
        ({"unit": "2025:99999"}, 422, "unknown-unit"),
        ({"unit": AWAY}, 403, "outside-scope"),
        ({"presented_on": "2025-03-02"}, 422, "wrong-dates"),
        ({"presented_on": "2027-06-16"}, 422, "wrong-dates"),
        ({"episode_id": HELPER}, 404, "not-found"),
    ],
)
def test_a_wrong_report_is_refused(office: Office, officer: Desk, changed: Body, status: int, problem: str) -> None:
    body = reporting(office) | changed
    before = office.events()
    refused(officer.post("/v1/cases", body), status, problem)
    assert office.events() == before


def test_days_that_contradict_each_other_are_named(office: Office, officer: Desk) -> None:
    case = brought_to(office, "reported")
    problem = refused(officer.post(f"/v1/cases/{case}/dossier", {"opened_on": "2025-03-04"}), 422, "wrong-dates")
    assert problem["params"]["dates"] == ["presented_on", "opened_on"]
    assert "presented_on, opened_on" in problem["detail"]


def test_a_decision_after_its_term_is_reviewed_by_a_human_first(office: Office, chairman: Desk) -> None:
    case = brought_to(office, "prepared")
    path, late = f"/v1/cases/{case}/management-decisions", signed("2026-06-15")
    assert refused(chairman.post(path, late), 409, "late-decision")["params"]["ends_on"] == "2026-03-03"
    done(chairman.post(path, late | {"reviewed": True}))
