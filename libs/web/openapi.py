"""The OpenAPI document: what FastAPI knows of the routes, and the headers, scheme and problems that the edge adds."""

from collections.abc import Callable, Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from libs.web.admitted import IF_MATCH, KEY
from libs.web.freshness import POSITION, STALENESS, WAIT_FOR
from libs.web.problems import MEDIA
from libs.web.purposes import HEADER as PURPOSE
from libs.web.purposes import Purpose
from libs.web.routing import Route

_PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457. `type`, `status`, `rules` and `params` do not depend on the language.",
    "required": ["type", "title", "status", "detail", "instance", "rules", "params"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string", "format": "uri"},
        "rules": {"type": "array", "items": {"type": "string"}},
        "params": {"type": "object"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "field": {"type": "string"},
                    "rule": {"type": "string"},
                    "detail": {"type": "string"},
                    "params": {"type": "object"},
                },
            },
        },
    },
}
_SCHEME = {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}


def extras(route: Route) -> dict[str, Any]:
    """What a route says beside its parameters and body."""
    return {
        "security": [{"bearer": []}],
        "x-permission": route.permission.value,
        "x-person": route.person,
        "parameters": list(_headers(route)),
    }


def responses() -> dict[int | str, dict[str, Any]]:
    """Every refusal of a route, as one."""
    content = {MEDIA: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"default": {"description": "A refusal; `type` says which.", "content": content}}


def documented(app: FastAPI) -> Callable[[], dict[str, Any]]:
    """The document of an app, made once."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = get_openapi(title=app.title, version=app.version, routes=app.routes, description=app.description)
            _complete(document)
            app.openapi_schema = document
        return app.openapi_schema

    return openapi


def property_names(document: dict[str, Any]) -> frozenset[str]:
    """Every name of a field or parameter in a document."""
    return frozenset({"body", *_names(document)})


def _headers(route: Route) -> Iterator[dict[str, Any]]:
    if route.command:
        yield _header(KEY, {"type": "string", "maxLength": 200}, required=True)
        yield _header(IF_MATCH, {"type": "string", "pattern": '^"[0-9]+"$'})
    yield _header(PURPOSE, {"type": "string", "enum": [p.value for p in Purpose]}, required=route.person)
    yield _header(WAIT_FOR, {"type": "string"})


def _header(name: str, schema: dict[str, Any], *, required: bool = False) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": required, "schema": schema}


def _complete(document: dict[str, Any]) -> None:
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    schemas["Problem"] = _PROBLEM
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    components["securitySchemes"] = _SCHEME
    for operation in (one for path in document["paths"].values() for one in path.values()):
        # FastAPI's own shape of a validation error; ours is the problem.
        operation["responses"].pop("422", None)
        for status, response in operation["responses"].items():
            if status != "default":
                response["headers"] = {name: {"schema": {"type": "string"}} for name in (POSITION, STALENESS, "ETag")}


def _names(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        yield from node.get("properties", {}) if isinstance(node.get("properties"), dict) else ()
        if "in" in node and isinstance(node.get("name"), str):
            yield node["name"]
            yield str(node["in"])
        for value in node.values():
            yield from _names(value)
    elif isinstance(node, list):
        for value in node:
            yield from _names(value)
