"""What may follow a released version, and how old payloads then read."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from deploy.releasing import check, read_released, release
from libs.events.compatibility import narrowings
from libs.events.golden import make_golden, read
from libs.events.upcasting import UnknownVersion
from tests.libs.events.schemas.planting import MaybeSecretText, MoreKinds, event, fresh_wire, step

DAY: dict[str, Any] = {"type": "string", "format": "date"}
NULL: dict[str, Any] = {"type": "null"}


def without(*names: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda data: {name: value for name, value in data.items() if name not in names}


def test_versions_may_add_what_is_optional_allow_more_and_drop(tmp_path: Path) -> None:
    wire = fresh_wire()
    assert [one.version for one in release([event(wire)], tmp_path)] == [1]
    first = {path: path.read_bytes() for path in (tmp_path / wire).iterdir()}
    step(wire, 1, lambda data: data | {"unit": "2025:26080"})
    more: dict[str, Any] = {"unit": (str | None, None), "kind": (MoreKinds, ...), "amount_vnd": (int | None, None)}
    release([event(wire, 2, **more)], tmp_path)
    step(wire, 2, without("note", "late"))
    newest = event(wire, 3, **more, note=None, late=None, alias=(MaybeSecretText, None))
    release([newest], tmp_path)
    assert list(check([newest], tmp_path)[wire]) == [1, 2, 3]
    assert {path: path.read_bytes() for path in first} == first


def test_every_released_payload_opens_in_the_shape_in_force(tmp_path: Path) -> None:
    wire = fresh_wire()
    release([event(wire)], tmp_path)
    step(wire, 1, lambda data: without("note")(data) | {"unit": "2025:26080"})
    newest = event(wire, 2, note=None, unit=(str | None, None))
    golden = read_released(tmp_path)[wire][1].golden
    for sample in golden["samples"]:
        opened = read(newest, golden, sample)
        assert opened.pop("unit") == "2025:26080"
        assert opened == without("note")(sample["opened"])
        assert opened["full_name"] == "ví dụ full_name"


def test_golden_payloads_are_the_same_whenever_they_are_made() -> None:
    one = event(fresh_wire())
    assert make_golden(one) == make_golden(one)
    assert make_golden(one) != make_golden(event(fresh_wire()))


def test_a_version_from_the_future_is_not_guessed_at() -> None:
    one = event(fresh_wire())
    golden = make_golden(one)
    with pytest.raises(UnknownVersion, match="version 2 is newer than 1"):
        read(one, golden | {"dataschema": f"urn:aftercare:{one.wire}:2"}, golden["samples"][0])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (DAY, DAY),
        (DAY, {"anyOf": [DAY, NULL]}),
        ({"anyOf": [NULL, DAY]}, {"anyOf": [DAY, NULL, {"type": "integer"}]}),
        ({"enum": ["a"]}, {"enum": ["b", "a"]}),
        ({"type": "integer", "minimum": 5, "maximum": 9}, {"type": "integer", "minimum": 4}),
        ({"type": "string", "pattern": "^a$"}, {"type": "string"}),
        ({"type": "array", "items": DAY}, {"type": "array", "items": {"anyOf": [DAY, NULL]}}),
        ({"type": "object", "properties": {"a": DAY}, "required": ["a"]}, {"type": "object", "properties": {}}),
        ({"type": "object", "properties": {}}, {"type": "object", "properties": {"a": DAY}}),
    ],
)
def test_allowing_as_much_or_more_is_no_narrowing(old: dict[str, Any], new: dict[str, Any]) -> None:
    assert list(narrowings(old, new)) == []


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ({"anyOf": [DAY, NULL]}, DAY, "data has format date for None"),
        ({"type": "string"}, DAY, "data has format date for None"),
        (DAY, {"type": "string"}, "data has format None for date"),
        ({"type": "string"}, {"type": "string", "enum": ["a"]}, "data has enum ['a'] for None"),
        ({"type": "string", "pattern": "^a$"}, {"type": "string", "pattern": "^b$"}, "data has pattern ^b$ for ^a$"),
        ({"type": "string"}, {"type": "string", "maxLength": 3}, "data has maxLength 3 for None"),
        ({"type": "array", "items": DAY}, {"type": "array", "items": NULL}, "items has format None for date"),
        ({"type": "integer"}, {"type": "integer", "multipleOf": 1000}, "data has multipleOf 1000 for None"),
        (
            {"type": "object", "properties": {"a": {"type": "object", "properties": {"b": DAY}}}},
            {"type": "object", "properties": {"a": {"type": "object", "properties": {"b": NULL}}}},
            "a.b has format None for date",
        ),
    ],
)
def test_allowing_less_is_told(old: dict[str, Any], new: dict[str, Any], why: str) -> None:
    assert why in list(narrowings(old, new))
