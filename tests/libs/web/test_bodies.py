"""What comes in: normalised, bounded, and without a field that nobody asked for."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from pydantic import BaseModel, ValidationError
from starlette.types import Message

from libs.web.bodies import Body, OnceRequest, View, loose
from tests.libs.web.conftest import Desk


class Inner(Body):
    """A part of a body."""

    name: str


class Outer(Body):
    """A body with parts."""

    inner: list[Inner]
    note: str | None = None
    share: float | None = None


class Open(BaseModel):
    """A part that takes anything."""


class Leaky(Body):
    """A body with a part that takes anything."""

    parts: dict[str, list[Open]] | None = None
    again: "Leaky | None" = None


def test_texts_become_nfc_wherever_they_are() -> None:
    apart, whole = "Nguye\u0302\u0303n", "Nguy\u1ec5n"
    body = Outer.model_validate({"inner": [{"name": apart}], "note": apart})
    assert (body.inner[0].name, body.note) == (whole, whole)


@pytest.mark.parametrize(
    "sent",
    [
        {"inner": [], "more": 1},
        {"inner": [{"name": "a", "more": 1}]},
        {"inner": [{"name": "a\0"}]},
        {"inner": [], "note": "\udfff"},
        {"inner": [], "share": float("nan")},
    ],
)
def test_what_does_not_belong_is_refused(sent: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Outer.model_validate(sent)


@pytest.mark.parametrize(
    "twice",
    [
        '{"person_id": "%s", "unit": "2025:26080", "name": "An", "name": "Bình"}',
        '{"person_id": "%s", "unit": "2025:26080", "name": "An", "name": "An"}',
        '{"person_id": "%s", "unit": "2025:26080", "name": "An", "na\\u006de": "Bình"}',
        '{"person_id": "%s", "unit": "2025:26080", "name": "An", "more": [{"a": {"b": 1, "b": 2}}]}',
    ],
)
def test_a_field_given_twice_is_refused_and_none_of_it_is_done(twice: str, officer: Desk) -> None:
    headers = {"Authorization": f"Bearer {officer.token}", "Content-Type": "application/json", "Idempotency-Key": "2"}
    answer = officer.client.post("/v1/folders", headers=headers, content=(twice % uuid4()).encode())
    assert (answer.status_code, answer.json()["type"]) == (400, "urn:aftercare:problem:body-malformed")
    assert "Bình" not in answer.text


def test_one_name_in_two_objects_is_given_once_each() -> None:
    sent = b'{"inner": [{"name": "a"}, {"name": "b"}]}'

    async def receive() -> Message:
        return {"type": "http.request", "body": sent, "more_body": False}

    found = asyncio.run(OnceRequest({"type": "http", "headers": []}, receive).json())
    assert [one.name for one in Outer.model_validate(found).inner] == ["a", "b"]


def test_a_loose_part_is_found_however_deep() -> None:
    assert list(loose(Outer)) == []
    assert list(loose(Leaky)) == [Open]


def test_a_view_shows_what_it_declares_and_no_more() -> None:
    class Shown(View):
        count: int

    with pytest.raises(ValidationError):
        Shown.model_validate({"count": 1, "name": "x"})
