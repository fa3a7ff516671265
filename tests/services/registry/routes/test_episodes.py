"""Completed episodes over REST."""

from typing import Any

import pytest

from libs.web.roles import Role
from tests.libs.web.conftest import Desk
from tests.services.registry.routes.guards import Given, guarded
from tests.services.registry.routes.office import HOME, KIND, Office, done, made, refused

OFFICER = Role.COMMUNE_OFFICER
PATH = "/v1/completed-episodes"


def completion(person: str, **changed: Any) -> dict[str, Any]:
    return {
        "person_id": person,
        "kind": KIND,
        "completed_on": "2025-03-03",
        "unit": HOME,
        "certificate_number": "46/GCN",
        "issuer": "Cơ sở cai nghiện số 1",
    } | changed


def test_a_completion_is_recorded_once(office: Office) -> None:
    person = office.person()
    given = Given(OFFICER, PATH, completion(person), completion(person, completed_on="2025-03-02"), 201)
    guarded(office, given)


def test_a_completion_is_corrected_once(office: Office) -> None:
    episode = office.completion(office.person())
    body = {"completed_on": "2025-03-01", "reason": "nhập sai"}
    other = body | {"completed_on": "2025-03-02"}
    guarded(office, Given(OFFICER, f"{PATH}/{episode}/corrections", body, other))
    assert office.told(f"episode-{episode}") == ["episode-completed", "completion-corrected"]


def test_the_answer_says_where_it_is(office: Office, officer: Desk) -> None:
    answer = officer.post(PATH, completion(office.person()))
    assert answer.headers["Location"] == f"{PATH}/{made(answer)}"


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"unit": "26080"}, "bare-unit-code"),
        ({"unit": "2025:99999"}, "unknown-unit"),
        ({"completed_on": "2027-06-16"}, "completed-in-the-future"),
        ({"completed_on": "2025-02-30"}, "request-invalid"),
        ({"age_at_decision": 40, "age_at_completion": 39}, "invalid"),
        ({"age_at_decision": 3}, "request-invalid"),
    ],
)
def test_a_wrong_completion_is_refused(office: Office, officer: Desk, changed: dict[str, object], problem: str) -> None:
    person = office.person()
    before = office.events()
    refused(officer.post(PATH, completion(person, **changed)), 422, problem)
    assert office.events() == before


def test_no_completion_is_corrected_into_the_future(office: Office, officer: Desk) -> None:
    episode = office.completion(office.person())
    body = {"completed_on": "2027-06-16", "reason": "nhập sai"}
    refused(officer.post(f"{PATH}/{episode}/corrections", body), 422, "completed-in-the-future")


def test_a_corrected_completion_moves_the_term_of_its_case(office: Office, officer: Desk) -> None:
    person = office.person()
    episode = office.completion(person)
    case = office.managed(person, episode=episode)
    done(officer.post(f"{PATH}/{episode}/corrections", {"completed_on": "2025-03-01", "reason": "nhập sai"}))
    office.react()
    assert (office.case(case)["completed_on"], office.case(case)["term_ends_on"]) == ("2025-03-01", "2026-03-01")
