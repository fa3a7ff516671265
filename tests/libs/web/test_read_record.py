"""No record, no reading: what is kept of a reading, and what leaves when it cannot be kept."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from libs.events.service import Parts
from libs.web.purposes import Purpose
from libs.web.roles import Role
from tests.libs.web.conftest import Desk, MakeDesk
from tests.libs.web.sample import HOME, SECRET

TYPE = "urn:aftercare:problem:"
Rows = Callable[..., list[Any]]


def records(rows: Rows, request: UUID) -> list[Any]:
    return rows("select * from read_record where request_id = :id", id=request)


def test_a_reading_is_kept_with_who_why_whom_and_what(officer: Desk, rows: Rows) -> None:
    person, request = uuid4(), uuid4()
    folder = officer.open_folder(person_id=str(person))
    officer.get(f"/v1/folders/{folder}", X_Request_Id=str(request))
    (kept,) = records(rows, request)
    assert (kept.caller, kept.roles, kept.unit) == ("dev-commune_officer", ["commune_officer"], HOME)
    assert (kept.purpose, kept.route) == ("post-rehab-management", "GET /v1/folders/{folder_id}")
    assert kept.subjects == [person]
    assert kept.fields == ["folder_id", "person_id", "name", "stamps", "closed"]
    assert SECRET not in str(kept)


def test_a_list_keeps_each_person_once(officer: Desk, rows: Rows) -> None:
    person, request = uuid4(), uuid4()
    for _ in range(2):
        officer.open_folder(person_id=str(person))
    officer.get("/v1/folders?limit=200", X_Request_Id=str(request))
    (kept,) = records(rows, request)
    assert kept.subjects.count(person) == 1
    assert "name" in kept.fields


def test_a_search_that_finds_nobody_is_kept_too(officer: Desk, rows: Rows) -> None:
    request = uuid4()
    officer.post("/v1/folders/search", {"name": "nobody"}, X_Request_Id=str(request))
    assert records(rows, request)[0].subjects == []


def test_what_tells_about_nobody_needs_no_purpose_and_is_not_kept(desk: MakeDesk, rows: Rows) -> None:
    request = uuid4()
    answer = desk(Role.ANALYST).get("/v1/members/count", Aftercare_Purpose=None, X_Request_Id=str(request))
    assert answer.status_code == 200
    assert records(rows, request) == []


@pytest.mark.parametrize(
    ("purpose", "status", "problem"),
    [
        (None, 400, "purpose-required"),
        ("curiosity", 403, "purpose-not-allowed"),
        (Purpose.IDENTITY.value, 403, "purpose-not-allowed"),
    ],
)
def test_a_person_is_read_for_a_purpose_of_the_callers_only(
    purpose: str | None, status: int, problem: str, officer: Desk, rows: Rows
) -> None:
    folder, request = officer.open_folder(), uuid4()
    answer = officer.get(f"/v1/folders/{folder}", Aftercare_Purpose=purpose, X_Request_Id=str(request))
    assert (answer.status_code, answer.json()["type"]) == (status, TYPE + problem)
    assert SECRET not in answer.text
    assert records(rows, request) == []


def test_when_the_record_cannot_be_written_no_body_leaves(officer: Desk, rows: Rows) -> None:
    folder = officer.open_folder()
    rows("revoke insert on read_record from desk_api")
    try:
        answers = [officer.get(f"/v1/folders/{folder}"), officer.get("/v1/folders")]
    finally:
        rows("grant insert on read_record to desk_api")
    for answer in answers:
        assert (answer.status_code, answer.json()["type"]) == (503, TYPE + "read-not-recorded")
        assert answer.headers["Retry-After"]
        assert SECRET not in answer.text
        assert "ETag" not in answer.headers


@pytest.mark.parametrize(
    "statement",
    [
        "select * from read_record",
        "update read_record set purpose = 'none'",
        "delete from read_record",
        "truncate read_record",
        "update command_log set caller = 'somebody'",
        "delete from command_log",
    ],
)
def test_who_answers_requests_can_add_to_the_records_and_nothing_else(statement: str, parts: Parts) -> None:
    with parts.engine.connect() as connection, pytest.raises(ProgrammingError, match="permission denied"):
        connection.execute(text(statement))
