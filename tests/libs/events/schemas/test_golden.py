"""Golden payloads hold a value of every kind that a field may have, and name what they have no value for."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from pydantic import BaseModel, Field

from libs.events.event import ContractError
from libs.events.golden import make_golden, misreadings
from libs.events.schema import data_schema
from tests.libs.events.schemas.planting import FIELDS, Definition, Kind, event, fresh_wire

ABSENT: dict[str, Any] = dict.fromkeys(FIELDS)


class Paper(BaseModel):
    """A nested value."""

    number: Annotated[str, Field(max_length=5)]
    kinds: tuple[Kind, ...] = ()


def only(**fields: Definition) -> Any:
    """The contract of an event with these fields and no other."""
    return event(fresh_wire(), effective=None, **{**ABSENT, **fields})


def filled(**fields: Definition) -> dict[str, Any]:
    """The first sample of such an event."""
    data: dict[str, Any] = make_golden(only(**fields))["samples"][0]["data"]
    return data


def test_an_event_without_anything_optional_has_one_sample() -> None:
    assert [one["form"] for one in make_golden(only(person_id=(UUID, ...)))["samples"]] == ["filled"]


def test_every_kind_of_field_has_a_value_within_its_bounds() -> None:
    data = filled(
        at=(datetime, ...),
        row=(Annotated[int, Field(ge=5)], ...),
        amount_vnd=(Annotated[int, Field(gt=10**12)], ...),
        paper=(Paper, ...),
        cells=(dict[str, int], ...),
        unit=(Annotated[str, Field(pattern=r"^(2004|2025):[0-9A-Z]{2,6}$")], ...),
        days=(Annotated[list[int], Field(min_length=3)], ...),
        basis=(Literal["law"], ...),
    )
    assert data["at"].endswith("T08:30:00.000001Z")
    assert data["row"] >= 5
    assert data["amount_vnd"] > 10**12
    assert data["paper"]["number"] == "ví dụ"
    assert len(data["paper"]["kinds"]) == 2
    assert len(data["cells"]) == 2
    assert data["unit"] == "2025:26080"
    assert len(data["days"]) == 3
    assert data["basis"] == "law"


@pytest.mark.parametrize("kind", [bytes, Any, Annotated[str, Field(json_schema_extra={"format": "colour"})]])
def test_what_has_no_golden_value_is_named(kind: Any) -> None:
    with pytest.raises(ContractError, match="odd: no golden "):
        make_golden(only(odd=(kind, ...)))


def test_an_event_that_is_not_known_is_no_reading() -> None:
    contract = only(person_id=(UUID, ...))
    golden = make_golden(contract)
    object.__setattr__(contract, "wire", "planted.never-heard-of")
    (said,) = misreadings(contract, 1, golden)
    assert said.endswith("planted.never-heard-of is not known here")


def test_a_schema_says_what_binds_and_nothing_else() -> None:
    schema = data_schema(only(paper=(Paper, ...)))
    paper = {
        "type": "object",
        "properties": {
            "number": {"type": "string", "maxLength": 5},
            "kinds": {"type": "array", "items": {"type": "string", "enum": ["grant", "loan"]}, "default": []},
        },
        "required": ["number"],
    }
    assert schema["properties"] == {"paper": paper}
    assert schema["required"] == ["paper"]
    assert schema["$id"].startswith("urn:aftercare:planted.sample-")
