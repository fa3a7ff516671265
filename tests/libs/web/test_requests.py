"""Round every request: ids, headers, one log line, and spans without anything that names somebody."""

import logging
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest

from libs.events import telemetry
from libs.web import gate
from libs.web.messages import Catalogue
from libs.web.requests import SAFE, Surroundings
from libs.web.roles import Role
from tests.libs.web.client import TestClient
from tests.libs.web.conftest import Desk, MakeDesk
from tests.libs.web.sample import SECRET

Rows = Callable[..., list[Any]]


def test_a_request_keeps_its_id_into_the_event(officer: Desk, rows: Rows) -> None:
    request = uuid4()
    answer = officer.post(
        "/v1/folders", {"person_id": str(uuid4()), "unit": "2025:26080", "name": "x"}, X_Request_Id=str(request)
    )
    assert answer.headers["X-Request-Id"] == str(request)
    stored = rows("select body from journal where stream = :s", s=f"folder-{answer.json()['id']}")[0].body
    event = orjson.loads(stored)
    assert event["correlationid"] == str(request)
    assert event["actor"] == "dev-commune_officer"
    assert event["purpose"] == "post-rehab-management"


@pytest.mark.parametrize("given", [None, "", "7", SECRET.encode("ascii", "ignore").decode(), "a\tb"])
def test_an_id_that_is_none_is_replaced(given: str | None, officer: Desk) -> None:
    answer = officer.get("/v1/folders", X_Request_Id=given)
    assert UUID(answer.headers["X-Request-Id"]).version == 4


def test_every_answer_is_dressed(client: TestClient, officer: Desk) -> None:
    for answer in (officer.get("/v1/folders"), client.get("/nothing"), client.get("/health/live"), client.get("/docs")):
        for name in SAFE:
            assert name in answer.headers, name
        assert "server" not in answer.headers


def test_the_log_names_the_route_and_nobody(officer: Desk, caplog: pytest.LogCaptureFixture) -> None:
    folder = officer.open_folder()
    with caplog.at_level(logging.INFO, "aftercare.access"):
        officer.get(f"/v1/folders/{folder}?name={SECRET}")
        officer.client.get(f"/v1/{SECRET}")
    first, second = caplog.messages
    assert first.startswith("GET /v1/folders/{folder_id} 422 ")
    assert second.startswith("GET - 404 ")
    assert str(folder) not in caplog.text
    assert "Nguy" not in caplog.text


def test_a_span_bears_the_template_and_continues_the_callers_trace(
    desk: MakeDesk, officer: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[Any, ...]] = []
    real = telemetry.span

    def span(name: str, attributes: Any, **more: Any) -> Any:
        seen.append((name, attributes, more))
        return real(name, attributes, **more)

    monkeypatch.setattr(gate, "span", span)
    folder = officer.open_folder()
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    officer.get(f"/v1/folders/{folder}", traceparent=parent)
    name, attributes, more = seen[-1]
    assert name == "GET /v1/folders/{folder_id}"
    assert attributes == {"http.request.method": "GET", "http.route": "/v1/folders/{folder_id}"}
    assert more == {"kind": "server", "parent": parent}


def test_the_frameworks_own_spans_are_off(client: TestClient) -> None:
    # They would carry the path and the query.
    app: Any = client.app
    assert not app._native_telemetry.enabled()


async def _broken(_scope: Any, _receive: Any, _send: Any) -> None:
    raise RuntimeError(SECRET)


def test_what_breaks_outside_every_route_is_a_problem_too(caplog: pytest.LogCaptureFixture) -> None:
    answer = TestClient(Surroundings(_broken, Catalogue())).get("/")
    assert (answer.status_code, answer.json()["type"]) == (500, "urn:aftercare:problem:internal-error")
    assert SECRET not in answer.text + caplog.text


def test_a_role_that_may_not_learns_nothing_of_the_route(desk: MakeDesk) -> None:
    operator = desk(Role.OPERATOR)
    answers = [operator.get(f"/v1/folders/{folder}").json()["type"] for folder in ("x", uuid4())]
    assert set(answers) == {"urn:aftercare:problem:forbidden"}
