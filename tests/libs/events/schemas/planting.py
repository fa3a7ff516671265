"""Events made for one test, as a class statement would make them."""

from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum
from itertools import count
from typing import Any
from uuid import UUID

from pydantic import create_model

from libs.events.event import Contract, Event, Health, Personal
from libs.events.upcasting import upcaster

Definition = tuple[Any, Any]
_numbers = count(1)


class Kind(StrEnum):
    """A closed list."""

    LOAN = "loan"
    GRANT = "grant"


class FewerKinds(StrEnum):
    """The same with a value taken out."""

    LOAN = "loan"


class MoreKinds(StrEnum):
    """The same with a value more."""

    LOAN = "loan"
    GRANT = "grant"
    GIFT = "gift"


SecretText = Personal[str]
SecretNumber = Personal[int]
HealthText = Health[str]
MaybeSecretText = Personal[str] | None
MaybeHealthText = Health[str] | None
MaybeHealthTexts = Health[list[str]] | None
# Every way in which a field may be published.
FIELDS: Mapping[str, Definition] = {
    "person_id": (UUID, ...),
    "given_on": (date, ...),
    "kind": (Kind, ...),
    "amount_vnd": (int, ...),
    "full_name": (SecretText, ...),
    "note": (MaybeHealthTexts, None),
    "until": (date | None, None),
    "late": (bool, False),
}


def fresh_wire() -> str:
    """A wire name that no other test has."""
    return f"planted.sample-{next(_numbers)}"


def event(
    wire: str, version: int = 1, effective: str | None = "given_on", **changed: Definition | None
) -> Contract[Any]:
    """The contract of an event with `FIELDS`, some of them changed, added or, by None, left out."""
    fields: dict[str, Any] = {name: one for name, one in {**FIELDS, **changed}.items() if one is not None}
    said = {"type": wire, "version": version, "effective": effective}
    made: type[Event] = create_model("Planted", __base__=Event, __module__=__name__, __cls_kwargs__=said, **fields)
    return made.contract


def step(wire: str, version: int = 1, change: Callable[[dict[str, Any]], dict[str, Any]] = dict) -> None:
    """An upcaster from a version; without a change the data stay as they are."""
    upcaster(wire, version)(change)
