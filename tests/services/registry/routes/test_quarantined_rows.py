"""Rows that wait for a human, over REST: read, resolved, and never lost in between."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx import Response

from libs.events.contracts.registry.police_list import RowOutcome
from libs.events.event import Event
from services.registry.domain.person import person_decider
from services.registry.domain.person.refusals import NotAName
from services.registry.feed import resolving
from services.registry.feed.chores import follow_rows
from services.registry.feed.resolving import Resolution, command_of
from tests.libs.web.conftest import Desk
from tests.services.registry.feed.lists import workbook
from tests.services.registry.routes.office import AWAY, HOME, Office, done, refused
from tests.services.registry.routes.sending import LISTING, every, unlike, waiting

NEW: dict[str, Any] = {"outcome": "new"}


def test_who_may_not_send_read_or_resolve_is_refused(office: Office, lister: Desk, analyst: Desk) -> None:
    row = waiting(office, lister)
    refused(office.send(workbook(unlike(360)), office.chairman()), 403, "forbidden")
    for path in ("/v1/quarantined-rows", f"/v1/quarantined-rows/{row}", f"/v1/police-lists?unit={HOME}"):
        refused(analyst.get(path), 403, "forbidden")
        refused(lister.get(path, Aftercare_Purpose=None), 400, "purpose-required")
    resolution = f"/v1/quarantined-rows/{row}/resolution"
    refused(office.officer().post(resolution, NEW), 403, "forbidden")
    refused(lister.post(resolution, NEW, Idempotency_Key=None), 400, "idempotency-key-required")
    away = office.police(AWAY, purpose=LISTING)
    refused(away.get(f"/v1/quarantined-rows/{row}"), 404, "not-found")
    refused(away.post(resolution, NEW), 404, "not-found")
    refused(away.get(f"/v1/police-lists?unit={HOME}"), 403, "outside-scope")
    assert row not in [one["row_id"] for one in every(away, "/v1/quarantined-rows")]


def resolve(desk: Desk, row: str, body: dict[str, Any], key: str | None = None) -> Response:
    return desk.post(f"/v1/quarantined-rows/{row}/resolution", body, key=key)


def test_a_row_is_read_in_the_clear_and_found_to_be_somebody_new(office: Office, lister: Desk) -> None:
    row = waiting(office, lister, name="Đặng Quốc Mạnh")
    read = lister.get(f"/v1/quarantined-rows/{row}")
    assert read.headers["ETag"] == '"1"'
    assert done(read)["cells"]["full_name"] == "Đặng Quốc Mạnh"
    answer = resolve(lister, row, NEW)
    assert (answer.headers["ETag"], done(answer)["outcome"]) == ('"2"', "new")
    assert answer.headers["Aftercare-Position"]
    found = done(office.officer().get(f"/v1/persons/{done(answer)['person_id']}"))
    assert (found["full_name"], found["unit"]) == ("Đặng Quốc Mạnh", HOME)


def test_a_row_resolved_as_nobodys_or_as_a_known_person_leaves_the_worklist(office: Office, lister: Desk) -> None:
    someone = office.person()
    for body in ({"outcome": "rejected"}, {"outcome": "matched", "person_id": someone}):
        row = waiting(office, lister)
        assert done(resolve(lister, row, body))["person_id"] == body.get("person_id")
        assert row not in [one["row_id"] for one in every(lister, "/v1/quarantined-rows")]


def test_a_resolution_is_given_once_and_not_otherwise(office: Office, lister: Desk) -> None:
    row, key = waiting(office, lister), str(uuid4())
    first = resolve(lister, row, NEW, key)
    before = office.events()
    again = resolve(lister, row, NEW, key)
    assert (done(again), again.headers["Aftercare-Repeated"]) == (done(first), "true")
    refused(resolve(lister, row, {"outcome": "rejected"}, key), 422, "idempotency-key-reused")
    refused(resolve(lister, row, {"outcome": "rejected"}), 409, "row-already-resolved")
    assert office.events() == before


@pytest.mark.parametrize(
    ("body", "status", "problem"),
    [
        ({"outcome": "matched"}, 422, "outcome-unfit"),
        ({"outcome": "quarantined"}, 422, "outcome-unfit"),
        ({"outcome": "matched", "person_id": str(uuid4())}, 404, "not-found"),
        ({"outcome": "new", "corrections": {"full_name": "", "dob": "", "id_number": ""}}, 422, "row-unfit"),
        ({"outcome": "perhaps"}, 422, "request-invalid"),
    ],
)
def test_a_resolution_that_cannot_be_is_refused(
    office: Office, lister: Desk, body: dict[str, Any], status: int, problem: str
) -> None:
    row = waiting(office, lister)
    before = office.events()
    refused(resolve(lister, row, body), status, problem)
    assert office.events() == before


def killed_between(lister: Desk, monkeypatch: pytest.MonkeyPatch, row: str, key: str) -> None:
    """The row's resolution is committed, and the process gets no further."""

    def dying(*_: object) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as dead:
        dead.setattr("services.registry.routes.police_lists.follow", dying)
        refused(resolve(lister, row, NEW, key), 500, "internal-error")


@pytest.mark.parametrize("healer", ["the worker", "a retry"])
def test_a_resolution_whose_process_was_killed_is_followed_all_the_same(
    office: Office, lister: Desk, monkeypatch: pytest.MonkeyPatch, healer: str
) -> None:
    row, key = waiting(office, lister), str(uuid4())
    person_id = command_of(UUID(row), Resolution(RowOutcome.NEW)).person_id
    killed_between(lister, monkeypatch, row, key)
    assert office.told(f"row-{row}") == ["row-quarantined", "row-resolved"]
    assert office.told(f"person-{person_id}") == []
    if healer == "the worker":
        follow_rows.do(office.parts)
    else:
        assert done(resolve(lister, row, NEW, key))["person_id"] == str(person_id)
    assert office.told(f"person-{person_id}") == ["person-registered"]
    follow_rows.do(office.parts)
    resolve(lister, row, NEW, key)
    assert office.told(f"person-{person_id}") == ["person-registered"]


def test_a_resolution_whose_facts_the_person_refuses_is_not_written(
    office: Office, lister: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> list[Event]:
        raise NotAName("nobody is called so")

    row = waiting(office, lister)
    before = office.events()
    monkeypatch.setattr(resolving, "person_decider", replace(person_decider, decide=refuse))
    refused(resolve(lister, row, NEW), 422, "not-a-name")
    assert office.events() == before
    assert row in [one["row_id"] for one in every(lister, "/v1/quarantined-rows")]


def test_a_row_may_be_somebody_s_who_died_and_moves_nobody(office: Office, lister: Desk) -> None:
    someone = office.person(AWAY, full_name="Phạm Hữu Uy")
    done(office.officer(AWAY).post(f"/v1/persons/{someone}/death", {"died_on": "2027-06-01"}))
    done(office.officer(AWAY).post(f"/v1/persons/{someone}/residences", {"unit": HOME, "lived_from": "2027-06-01"}))
    row = waiting(office, lister, name="Phạm Hữu Uy")
    done(resolve(lister, row, {"outcome": "matched", "person_id": someone}))
    assert "residence-recorded" not in office.told(f"person-{someone}")[3:]
