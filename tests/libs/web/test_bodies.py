"""What comes in: normalised, bounded, and without a field that nobody asked for."""

from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from libs.web.bodies import Body, View, loose


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


def test_a_loose_part_is_found_however_deep() -> None:
    assert list(loose(Outer)) == []
    assert list(loose(Leaky)) == [Open]


def test_a_view_shows_what_it_declares_and_no_more() -> None:
    class Shown(View):
        count: int

    with pytest.raises(ValidationError):
        Shown.model_validate({"count": 1, "name": "x"})
