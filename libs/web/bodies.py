"""Bases of what comes in and goes out: unknown fields refused, texts normalised, nothing that no table can hold."""

import json
from collections.abc import Iterator, Sequence
from typing import Any, get_args
from unicodedata import normalize

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic_core import PydanticCustomError
from starlette.requests import Request

from libs.web.refusals import BodyMalformed


class OnceRequest(Request):
    """A request whose JSON says everything once: of a field given twice, nobody can tell which one was meant."""

    async def json(self) -> Any:
        """The body read; `BodyMalformed` for an object with a name in it twice, however deep."""
        return json.loads(await self.body(), object_pairs_hook=_once)


class Body(BaseModel):
    """What a route takes. Every text is NFC, without NUL or lone surrogates; an unknown field is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _texts(cls, value: Any) -> Any:
        return usable(value)


class View(BaseModel):
    """What a route answers."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise BodyMalformed("a name is given twice")
    return found


def loose(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models within a parameter's type, however deep, that would let unknown fields pass."""
    for part in _within(annotation, set()):
        if part.model_config.get("extra") != "forbid":
            yield part


def _within(annotation: Any, seen: set[Any]) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel) and annotation not in seen:
        seen.add(annotation)
        yield annotation
        for field in annotation.model_fields.values():
            yield from _within(field.annotation, seen)
    for part in get_args(annotation):
        yield from _within(part, seen)


def usable(value: Any) -> Any:
    """The value with every text in NFC; PydanticCustomError `string_unusable` for what no table can hold."""
    match value:
        case str():
            if "\0" in value or any("\ud800" <= c <= "\udfff" for c in value):
                raise PydanticCustomError("string_unusable", "a character that no table holds")
            return normalize("NFC", value)
        case dict():
            return {usable(name): usable(one) for name, one in value.items()}
        case list():
            return [usable(one) for one in value]
        case _:
            return value
