"""The catalogue of events as a page: what each means, who reads it, its fields, and every released version."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from deploy.markdown import head, paragraphs, row
from deploy.published import RELEASED, producer, published
from deploy.releasing import read_released
from deploy.services import NAMES, ROOT, service
from libs.events.event import Contract
from libs.events.schema import Schema, alternatives, data_schema

_INTRODUCTION = """# Events

CloudEvents 1.0 in structured mode on `<service>.events`; the Kafka key is the subject, and the one header is
`content-type: application/cloudevents+json`. The same as a document for tools: [AsyncAPI 3](asyncapi.json).

A version that was released is never changed: its schema and golden payloads lie in `libs/events/schemas`, and
`make test` refuses a class that breaks what they promise ([add a version](../how-to/add-an-event-version.md)).

An encrypted field is `null` or `{"sealed": base64}`; only the service that wrote it can open it, and only until its
subject is forgotten. Readers pass over fields and events that they do not know; an event that they know in a version
that they do not know stops its subject, and is never guessed at.
"""


def catalogue_page() -> str:
    """Every event of the published language, by producer."""
    readers = _readers()
    released = read_released(RELEASED)
    lines = [_INTRODUCTION, *head("event", "version", "what happened")]
    lines += [row(_anchor(one), str(one.version), paragraphs(one.cls.__doc__)[0]) for one in published()]
    for name, contracts in groupby(published(), key=producer):
        lines += ["", f"## {name}"]
        for one in contracts:
            lines += ["", f"### `{one.wire}`\n", "\n\n".join(paragraphs(one.cls.__doc__)) + "\n"]
            if one.effective:
                lines += [f"Happened in the world on `{one.effective}`.\n"]
            lines += [*head("field", "type", "may be absent", "how it is published"), *_fields(one), ""]
            lines += [f"Read by {', '.join(readers.get(one.wire, ['nobody yet']))}.\n"]
            lines += [f"Versions: {', '.join(_version(one.wire, v) for v in sorted(released.get(one.wire, {})))}"]
    return "\n".join(lines) + "\n"


def _readers() -> dict[str, list[str]]:
    """The projections and reactors that take each event."""
    readers: dict[str, list[str]] = {}
    for name in NAMES:
        made = service(name)
        takers = [(one.name, one.handled) for one in made.projections]
        takers += [(one.name, one.handled) for one in made.following.reactors]
        for taker, handled in takers:
            for wire in sorted(handled):
                readers.setdefault(wire, []).append(f"`{taker}`")
    return readers


def _anchor(contract: Contract[Any]) -> str:
    return f"[`{contract.wire}`](#{contract.wire.replace('.', '')})"


def _version(wire: str, version: int) -> str:
    folder = f"../../{(RELEASED / wire).relative_to(ROOT).as_posix()}"
    return f"{version} ([schema]({folder}/{version}.json), [golden payloads]({folder}/{version}.golden.json))"


def _fields(contract: Contract[Any]) -> Iterator[str]:
    schema = data_schema(contract)
    for name, field in schema["properties"].items():
        why = next((one["x-encrypted"] for one in alternatives(field) if "x-encrypted" in one), None)
        how = "in the clear" if why is None else f"encrypted: {why}"
        yield row(f"`{name}`", kind(field), "" if name in schema["required"] else "yes", how)


def kind(schema: Schema) -> str:
    """A schema in words: what stands there, or what an encrypted field opens to."""
    return " or ".join(_kind(one) for one in alternatives(schema))


def _kind(schema: Schema) -> str:
    match schema:
        case {"x-opened": opened}:
            words = kind(opened)
        case {"enum": allowed}:
            words = "one of " + ", ".join(f"`{one}`" for one in allowed)
        case {"type": "array", "items": item}:
            words = f"list of {kind(item)}"
        case {"type": "object", "properties": properties}:
            words = "; ".join(f"`{name}` {kind(one)}" for name, one in properties.items())
        case {"type": "object", "additionalProperties": values}:
            words = f"{kind(values)} by name"
        case {"type": "string", "pattern": pattern}:
            words = f"text `{pattern}`"
        case {"type": "string", **rest}:
            words = str(rest.get("format", "text"))
        case _:
            words = str(schema["type"])
    return words
