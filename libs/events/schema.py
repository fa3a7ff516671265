"""What a version of an event promises on the wire: the JSON Schema 2020-12 of its `data`, without references."""

from collections.abc import Iterator, Mapping
from typing import Any, get_args

from pydantic import TypeAdapter
from pydantic.fields import FieldInfo
from pydantic_core import to_jsonable_python

from libs.events.event import Contract, Encrypted, Event, plain_type

DIALECT = "https://json-schema.org/draft/2020-12/schema"
# An encrypted field as its readers meet it; what it opens to stands beside it as `x-opened`.
_SEALED = {
    "type": "object",
    "properties": {"sealed": {"type": "string", "contentEncoding": "base64"}},
    "required": ["sealed"],
}
NULL = {"type": "null"}
# Words for people, which bind nobody.
_TALK = ("title", "description", "examples", "$defs")

Schema = dict[str, Any]


def data_schema(contract: Contract[Any]) -> Schema:
    """The schema of a contract in force: only what binds, so that prose may be mended without a new version.

    An encrypted field is null or `{"sealed": base64}`; `x-encrypted` says why, `x-opened` what is sealed. A field
    with a default may be absent. `x-effective` names the field that holds the civil date of the fact.
    """
    fields: Mapping[str, FieldInfo] = contract.cls.model_fields
    schema = {
        "$schema": DIALECT,
        "$id": contract.schema_id,
        "type": "object",
        "properties": {name: _property(contract, name, field) for name, field in fields.items()},
        "required": [name for name, field in fields.items() if field.is_required()],
    }
    return schema if contract.effective is None else schema | {"x-effective": contract.effective}


def alternatives(schema: Schema) -> list[Schema]:
    """What a schema allows, one by one: `anyOf` taken apart."""
    return [part for one in schema["anyOf"] for part in alternatives(one)] if "anyOf" in schema else [schema]


def nullable(schema: Schema) -> bool:
    """Whether null is allowed."""
    return NULL in alternatives(schema)


def _property(contract: Contract[Any], name: str, field: FieldInfo) -> Schema:
    event_class: type[Event] = contract.cls
    if name in contract.encrypted:
        schema = _sealed(_of_type(plain_type(event_class, name)), _why(field))
    else:
        schema = _of_type(field.rebuild_annotation())
    if isinstance(field.json_schema_extra, dict):
        schema = schema | field.json_schema_extra
    if field.is_required():
        return schema
    return schema | {"default": to_jsonable_python(field.get_default(call_default_factory=True, validated_data={}))}


def _sealed(opened: Schema, why: str) -> Schema:
    inside = [one for one in alternatives(opened) if one != NULL]
    sealed = _SEALED | {"x-encrypted": why, "x-opened": inside[0] if len(inside) == 1 else {"anyOf": inside}}
    return {"anyOf": [sealed, NULL]} if nullable(opened) else sealed


def _why(field: FieldInfo) -> str:
    return next(mark.why for mark in (*field.metadata, *_marks(field.annotation)) if isinstance(mark, Encrypted))


def _marks(annotation: Any) -> Iterator[object]:
    yield from getattr(annotation, "__metadata__", ())
    for part in get_args(annotation):
        yield from _marks(part)


def _of_type(annotation: Any) -> Schema:
    made = TypeAdapter(annotation).json_schema(mode="serialization")
    return _bound(made, made.get("$defs", {}))


def _bound(schema: Schema, named: Mapping[str, Schema]) -> Schema:
    """The schema with every reference written out, and nothing in it that binds nobody."""
    if "$ref" in schema:
        return _bound(named[schema["$ref"].rsplit("/", 1)[1]] | {k: v for k, v in schema.items() if k != "$ref"}, named)
    bound: Schema = {}
    for word, value in schema.items():
        if word in _TALK:
            continue
        if word == "properties":
            bound[word] = {name: _bound(one, named) for name, one in value.items()}
        elif word in ("anyOf", "prefixItems"):
            bound[word] = [_bound(one, named) for one in value]
        elif word in ("enum", "const"):
            # A list of one is a list.
            bound["enum"] = sorted(value) if word == "enum" else [value]
        elif isinstance(value, dict) and word != "default":
            bound[word] = _bound(value, named)
        else:
            bound[word] = value
    return bound
