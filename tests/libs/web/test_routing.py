"""A route's way through the edge as a service writes it, and the routes with which no app starts."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi import APIRouter
from pydantic import BaseModel

from libs.events.handling import Outcome
from libs.web.answers import Seen
from libs.web.bodies import Body
from libs.web.edge import Edge
from libs.web.roles import Permission, Role
from libs.web.routing import Route, Router, Unguarded
from tests.libs.web.conftest import Desk, MakeApp, MakeDesk
from tests.libs.web.sample import HOME, SECRET, CountView


def test_what_is_created_says_where_it_is_and_can_be_read_at_once(officer: Desk) -> None:
    person = str(uuid4())
    answer = officer.post("/v1/folders", {"person_id": person, "unit": HOME, "name": SECRET})
    assert answer.status_code == 201
    written: Any = answer.json()
    assert answer.headers["Location"] == f"/v1/folders/{written['id']}"
    assert answer.headers["ETag"] == '"1"'
    assert answer.headers["Aftercare-Position"] == written["position"]
    read = officer.get(answer.headers["Location"])
    assert read.status_code == 200, read.text
    assert read.json() == {
        "folder_id": written["id"],
        "person_id": person,
        "name": SECRET,
        "stamps": 0,
        "closed": False,
    }
    assert read.headers["ETag"] == '"1"'


def test_a_search_keeps_its_text_out_of_the_address(officer: Desk) -> None:
    officer.open_folder()
    answer = officer.post("/v1/folders/search", {"name": HOME}, Idempotency_Key=None)
    assert answer.status_code == 200
    assert answer.json()


def test_a_file_comes_in_and_its_rows_have_commands_of_their_own(desk: MakeDesk) -> None:
    police = desk(Role.COMMUNE_POLICE)
    headers = {"Authorization": f"Bearer {police.token}", "Idempotency-Key": "file-1"}
    sent = [
        police.client.post("/v1/files", headers=headers, files={"file": ("a.csv", content)})
        for content in (b"1,2,3", b"1,2,3", b"1,2,4")
    ]
    first, again, other = sent
    assert first.json() == again.json()
    assert first.json()["bytes"] == 5
    assert UUID(first.json()["command_id"]).version == 5
    assert other.json()["type"] == "urn:aftercare:problem:idempotency-key-reused"


def test_a_route_without_a_permission_refuses_to_start(make_app: MakeApp) -> None:
    def anything(edge: Edge) -> Seen[CountView]:
        return Seen(CountView(members=0))

    permission: Any = None
    router = Router("breach", [Route("GET", "/v1/open", anything, permission, command=False)])
    with pytest.raises(Unguarded, match="has no permission"):
        make_app([router])


def test_a_route_past_the_gate_refuses_to_start(make_app: MakeApp) -> None:
    router = APIRouter()
    router.add_api_route("/v1/open", lambda: {"everything": True})
    with pytest.raises(Unguarded):
        make_app([router])


def test_a_query_of_persons_that_does_not_say_so_refuses_to_start(make_app: MakeApp) -> None:
    router = Router("breach")

    @router.query("/v1/persons", permission=Permission.PERSON_READ)
    def persons(edge: Edge) -> Seen[CountView]:
        return Seen(CountView(members=0))

    with pytest.raises(Unguarded, match="person=True"):
        make_app([router])


def test_a_body_that_lets_unknown_fields_pass_refuses_to_start(make_app: MakeApp) -> None:
    class Inner(BaseModel):
        unit: str

    class Outer(Body):
        inner: list[Inner] | None = None

    router = Router("breach")

    @router.command("/v1/loose", permission=Permission.CASE_DECIDE)
    def loose(body: Outer, edge: Edge) -> Outcome:
        raise NotImplementedError

    with pytest.raises(Unguarded, match="Inner"):
        make_app([router])


def test_a_route_answers_with_one_of_our_types(make_app: MakeApp) -> None:
    router = Router("breach")

    @router.query("/v1/raw", permission=Permission.INDICATOR_READ)
    def raw(edge: Edge) -> dict[str, int]:
        return {"members": 1}

    with pytest.raises(TypeError):
        make_app([router])
