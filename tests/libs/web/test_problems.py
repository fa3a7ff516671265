"""Problems: one shape for every refusal, and nothing of what was sent in any of them."""

import logging
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from sqlalchemy import create_engine, text

from libs.events.decider import Refused, WrongStage
from libs.events.handling import Outcome
from libs.events.journal import JournalUnverified, PostgresJournal
from libs.events.service import Parts
from libs.web.answers import Seen
from libs.web.edge import Edge
from libs.web.messages import Catalogue
from libs.web.problems import MEDIA, problem
from libs.web.roles import Permission, Role
from libs.web.routing import Router
from tests.conftest import Bench
from tests.libs.web.conftest import Desk, MakeApp, MakeDesk
from tests.libs.web.sample import HOME, SECRET, CountView

TYPE = "urn:aftercare:problem:"
NUMBER = "079203001234"


def rendered(refused: Refused, language: str = "en") -> dict[str, Any]:
    answer: dict[str, Any] = orjson.loads(problem(refused, Catalogue(), language, "id").body)
    return answer


def test_a_business_no_has_its_name_its_rules_and_its_params(officer: Desk, chairman: Desk) -> None:
    folder, request = officer.open_folder(), uuid4()
    for _ in range(2):
        chairman.post(f"/v1/folders/{folder}/stamps")
    answers = [
        chairman.post(f"/v1/folders/{folder}/stamps", X_Request_Id=str(request), Accept_Language=language)
        for language in ("vi", "en")
    ]
    vi, en = (answer.json() for answer in answers)
    assert en == {
        "type": TYPE + "folder-full",
        "title": "Folder full",
        "status": 422,
        "detail": "A folder takes 2 stamps.",
        "instance": f"urn:uuid:{request}",
        "rules": ["R-99"],
        "params": {"stamps": 2},
    }
    assert vi == en | {"title": "Hồ sơ đã đủ dấu", "detail": "Hồ sơ chỉ nhận 2 dấu."}
    assert [answer.headers["Content-Language"] for answer in answers] == ["vi", "en"]
    assert {answer.headers["Content-Type"] for answer in answers} == {MEDIA}


def test_params_are_codes_numbers_and_dates_never_names() -> None:
    shown: dict[str, Any] = {
        "stage": "closed",
        "unit": HOME,
        "on": date(2026, 7, 1),
        "count": 3,
        "open": True,
        "id": UUID(int=1),
        "share": Decimal("0.5"),
        "role": Role.HELPER,
        "some": ["R-1", SECRET],
    }
    hidden: dict[str, Any] = {"name": SECRET, "number": NUMBER, "plain": "Nguyen Van A", "none": None}
    hidden["error"] = ValueError(SECRET)
    params = rendered(WrongStage("x", **shown, **hidden))["params"]
    assert params == {
        "stage": "closed",
        "unit": HOME,
        "on": "2026-07-01",
        "count": 3,
        "open": True,
        "id": str(UUID(int=1)),
        "share": "0.5",
        "role": "helper",
        "some": ["R-1"],
    }


def test_the_reason_given_in_code_is_not_told() -> None:
    assert SECRET not in str(rendered(WrongStage(SECRET)))


def test_findings_say_where_and_which_rule_and_never_what(officer: Desk) -> None:
    sent = {"person_id": NUMBER, "name": SECRET * 20, SECRET: SECRET, "unit": 7}
    answer = officer.post("/v1/folders", sent, Accept_Language="en")
    assert (answer.status_code, answer.json()["type"]) == (422, TYPE + "request-invalid")
    errors = answer.json()["errors"]
    found = {(one["field"], one["rule"], one["detail"]) for one in errors}
    assert found == {
        ("body/person_id", "uuid_parsing", "must be a UUID"),
        ("body/name", "string_too_long", "too long"),
        ("body/unit", "string_type", "must be a string"),
        ("body/*", "extra_forbidden", "no such field"),
    }
    assert {"max_length": 80} in [one["params"] for one in errors]
    assert SECRET not in answer.text
    assert NUMBER not in answer.text


@pytest.mark.parametrize(
    ("sent", "status", "name"),
    [
        (b"{", 400, "body-malformed"),
        (b"", 422, "request-invalid"),
        (b"\xff\xfe\xff", 400, "body-malformed"),
        (b"[" * 20_000, 400, "body-malformed"),
        (b'{"name": ' + b"9" * 5_000 + b"}", 400, "body-malformed"),
        (b'"text"', 422, "request-invalid"),
        (b'{"name": NaN}', 422, "request-invalid"),
    ],
)
def test_a_body_that_cannot_be_read_is_told_so(sent: bytes, status: int, name: str, officer: Desk) -> None:
    headers = {"Authorization": f"Bearer {officer.token}", "Idempotency-Key": "k", "Content-Type": "application/json"}
    answer = officer.client.post("/v1/folders", headers=headers, content=sent)
    assert (answer.status_code, answer.json()["type"]) == (status, TYPE + name)
    assert answer.headers["Content-Type"] == MEDIA


@pytest.mark.parametrize("text_sent", ["a\0b", "a\ud800b"])
def test_a_text_that_no_table_can_hold_is_refused(text_sent: str, officer: Desk) -> None:
    sent = orjson.dumps({"person_id": str(uuid4()), "unit": HOME, "name": "@"}).replace(
        b"@", text_sent.encode("unicode_escape").replace(b"\\x00", b"\\u0000")
    )
    headers = {"Authorization": f"Bearer {officer.token}", "Idempotency-Key": "k", "Content-Type": "application/json"}
    answer = officer.client.post("/v1/folders", headers=headers, content=sent)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["rule"] == "string_unusable"


def test_without_a_token_nothing_of_the_request_is_looked_at(officer: Desk) -> None:
    answer = officer.post("/v1/folders", {"no": "such field"}, Authorization=None)
    assert (answer.status_code, answer.json()["type"]) == (401, TYPE + "unauthenticated")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_without_the_permission_nothing_of_the_request_is_looked_at(desk: MakeDesk) -> None:
    answer = desk(Role.ANALYST).post("/v1/folders", {"no": "such field"})
    assert (answer.status_code, answer.json()["type"]) == (403, TYPE + "forbidden")


@pytest.mark.parametrize(
    ("method", "path", "status", "name"),
    [
        ("GET", "/v1/nothing", 404, "not-found"),
        ("GET", "/v1/folders/", 404, "not-found"),
        ("DELETE", "/v1/folders", 405, "method-not-allowed"),
        ("GET", "/v1/folders/not-a-uuid", 422, "request-invalid"),
        ("GET", "/v1/folders?clsoed=true", 422, "parameter-unknown"),
        ("GET", "/v1/folders?closed=maybe", 422, "request-invalid"),
        ("GET", "/v1/folders?limit=100000", 422, "request-invalid"),
    ],
)
def test_what_the_framework_refuses_is_a_problem_too(
    method: str, path: str, status: int, name: str, officer: Desk
) -> None:
    headers = {"Authorization": f"Bearer {officer.token}", "Aftercare-Purpose": "post-rehab-management"}
    answer = officer.client.request(method, path, headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (status, TYPE + name)
    assert answer.headers["Content-Type"] == MEDIA
    if status == 405:
        assert answer.headers["Allow"] == "GET, POST"


def test_another_content_type_is_refused(officer: Desk) -> None:
    headers = {"Authorization": f"Bearer {officer.token}", "Idempotency-Key": "k", "Content-Type": "text/plain"}
    answer = officer.client.post("/v1/folders", headers=headers, content=b"{}")
    assert (answer.status_code, answer.json()["params"]) == (415, {"expected": "application/json"})


# What breaks behind the edge.


def breaking(error: Exception) -> Router:
    router = Router("broken")

    @router.query("/v1/broken", permission=Permission.INDICATOR_READ)
    def read(edge: Edge) -> Seen[CountView]:
        raise error

    @router.query("/v1/sql", permission=Permission.INDICATOR_READ)
    def ask(edge: Edge) -> Seen[CountView]:
        edge.snapshot.connection().execute(text("select cast(:name as integer)"), {"name": SECRET})
        return Seen(CountView(members=0))

    @router.query("/v1/view", permission=Permission.INDICATOR_READ)
    def show(edge: Edge) -> Seen[CountView]:
        return Seen(CountView(members=0).model_copy(update={"members": SECRET}))

    @router.command("/v1/broken", permission=Permission.CASE_DECIDE)
    def write(edge: Edge) -> Outcome:
        raise error

    return router


def test_our_own_mistake_tells_nothing_and_logs_no_text(
    make_app: MakeApp, desk: MakeDesk, caplog: pytest.LogCaptureFixture
) -> None:
    client = make_app([breaking(RuntimeError(SECRET))])
    with caplog.at_level(logging.INFO):
        for path in ("/v1/broken", "/v1/view"):
            answer = desk(Role.ANALYST).on(client).get(path)
            assert (answer.status_code, answer.json()["type"]) == (500, TYPE + "internal-error")
            assert SECRET not in answer.text
    assert "RuntimeError" in caplog.text
    assert "test_problems.py" in caplog.text
    assert SECRET not in caplog.text


def test_what_the_database_says_stays_here(make_app: MakeApp, desk: MakeDesk, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "aftercare"):
        answer = desk(Role.ANALYST).on(make_app([breaking(RuntimeError())])).get("/v1/sql")
    assert (answer.status_code, answer.json()["type"]) == (422, TYPE + "invalid")
    assert SECRET not in answer.text + caplog.text


@pytest.mark.parametrize(
    ("error", "status", "name"),
    [
        (JournalUnverified(), 503, "journal-unverified"),
    ],
)
def test_what_the_library_raises_has_a_meaning(
    error: Exception, status: int, name: str, make_app: MakeApp, chairman: Desk
) -> None:
    answer = chairman.on(make_app([breaking(error)])).post("/v1/broken")
    assert (answer.status_code, answer.json()["type"]) == (status, TYPE + name)
    assert ("Retry-After" in answer.headers) == (status == 503)
    assert SECRET not in answer.text


def test_a_database_that_is_away_is_503_and_says_when_to_come_back(
    make_app: MakeApp, officer: Desk, parts: Parts
) -> None:
    away = create_engine("postgresql+psycopg://nobody@127.0.0.1:1/nothing?connect_timeout=1")
    handler = replace(parts.handler, journal=PostgresJournal("desk", away))
    client = make_app(engine=away, handler=handler, journal=PostgresJournal("desk", away))
    body = {"person_id": str(uuid4()), "unit": HOME, "name": SECRET}
    for answer in (officer.on(client).get("/v1/folders"), officer.on(client).post("/v1/folders", body)):
        assert (answer.status_code, answer.json()["type"]) == (503, TYPE + "unavailable")
        assert answer.headers["Retry-After"] == "5"
        assert SECRET not in answer.text


def test_an_unverified_journal_takes_nothing_and_reads_go_on(officer: Desk, bench: Bench) -> None:
    folder = officer.open_folder()
    with bench.superuser.begin() as connection:
        connection.execute(text("update journal_identity set identity = 'another'"))
    try:
        refused = officer.post("/v1/folders", {"person_id": str(uuid4()), "unit": HOME, "name": "x"})
        read = officer.get(f"/v1/folders/{folder}")
    finally:
        bench.verify_journal()
    assert (refused.status_code, refused.json()["type"]) == (503, TYPE + "journal-unverified")
    assert read.status_code == 200
