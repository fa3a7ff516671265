"""The published language: nothing about a person in the clear, no float, every event explained."""

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from importlib import import_module
from pkgutil import walk_packages
from typing import Annotated, Any
from uuid import UUID

import pytest
from pydantic import BaseModel, StringConstraints, create_model

import libs.events.contracts
from libs.events.contracts.values import UnitRef
from libs.events.decision import Decision
from libs.events.event import Event, Health, Personal, contracts
from tests.house.contract_rules import OPEN_TEXTS, clear_texts, floats, telling_names, undocumented, used_texts

ROOM = "libs.events.contracts"


def published() -> Iterator[type[Event]]:
    """Every event of the published language."""
    for module in walk_packages(libs.events.contracts.__path__, f"{ROOM}."):
        import_module(module.name)
    yield from (one.cls for one in contracts() if one.cls.__module__.startswith(f"{ROOM}."))


class Cause(StrEnum):
    """A closed list."""

    OTHER = "other"


Number12 = Annotated[str, StringConstraints(pattern=r"^\d{12}$")]


class Parent(BaseModel):
    """A nested value with a person in it."""

    father: str


class Innocent(BaseModel):
    """All that may be published."""

    full_name: Personal[str]
    other_names: Personal[list[str]] | None
    substances: Health[list[str]] | None
    cause: Cause
    causes: list[Cause]
    unit: UnitRef
    to_unit: UnitRef | None
    decision: Decision
    person_id: UUID
    birth_year: int | None
    died_on: date
    reported: bool
    certificate_number: str
    rules: tuple[str, ...]


class SealedAmount(BaseModel):
    """A float is no better for being sealed."""

    amount: Personal[float]


def planted(**fields: Any) -> type[BaseModel]:
    """A class with the shape of an event, that the library does not learn of."""
    definitions: dict[str, Any] = {name: (kind, ...) for name, kind in fields.items()}
    return create_model("Planted", **definitions)


def test_there_are_events() -> None:
    assert len(list(published())) > 30


def test_no_open_text_is_published_in_the_clear_without_a_reason() -> None:
    assert [breach for event in published() for breach in clear_texts(event)] == []


@pytest.mark.parametrize(
    "fields",
    [
        {"full_name": str},
        {"reason": str},
        {"reason": str | None},
        {"note": Annotated[str, StringConstraints(max_length=20)]},
        {"what_happened": list[str]},
        {"answers": dict[str, str]},
        {"answers": tuple[str, ...] | None},
        {"anything": Any},
        {"scan": bytes},
        {"parent": Parent},
        {"parents": list[Parent]},
        {"body": str},  # With a reason in a decision, and nowhere else.
        {"number": str},
        {"why": str},
    ],
)
def test_a_planted_open_text_is_caught(fields: dict[str, Any]) -> None:
    assert clear_texts(planted(**fields))


def test_what_is_sealed_closed_or_has_a_reason_is_let_through() -> None:
    assert clear_texts(Innocent) == telling_names(Innocent) == floats(Innocent) == []


def test_no_reason_outlives_its_field() -> None:
    assert {text for event in published() for text in used_texts(event)} == OPEN_TEXTS.keys()


def test_no_field_that_names_somebody_is_published_in_the_clear() -> None:
    assert [breach for event in published() for breach in telling_names(event)] == []


@pytest.mark.parametrize(
    "fields",
    [
        {"full_name": str},
        {"name": str},
        {"address": str | None},
        {"phone": int},
        {"citizen_id": Number12},
        {"legacy_id9": int},
        {"father": str},
        {"mother_name": str},
        {"birth_date": date},
        {"born_on": date},
        {"note": Cause},
        {"substances": list[Cause]},
        {"photo": bytes},
        {"parent": Parent},
        {"household": list[Parent]},
    ],
)
def test_a_planted_telling_name_is_caught(fields: dict[str, Any]) -> None:
    assert telling_names(planted(**fields))


def test_no_event_holds_a_float() -> None:
    assert [breach for event in published() for breach in floats(event)] == []


class Share(BaseModel):
    """A nested float."""

    part: float


@pytest.mark.parametrize(
    "kind",
    [
        float,
        float | None,
        list[float],
        dict[str, float],
        Annotated[float, "VND"],
        SealedAmount,
        Share,
        list[Share],
        Any,
    ],
)
def test_a_planted_float_is_caught(kind: Any) -> None:
    assert floats(planted(amount=kind))


def test_every_event_says_what_happened() -> None:
    assert [event.__name__ for event in published() if undocumented(event)] == []


@pytest.mark.parametrize("text", [None, "", "TODO", "Died.", "a person has died today.", "Somebody died, no full stop"])
def test_a_planted_silent_event_is_caught(text: str | None) -> None:
    class Documented(BaseModel):
        """Somebody is documented, and a class below is not."""

    silent = type("Silent", (Documented,), {"__doc__": text, "__module__": __name__})
    assert undocumented(silent)
    assert not undocumented(Documented)
