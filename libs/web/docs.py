"""The documentation page: plain HTML made here from the OpenAPI document, so nothing is loaded from elsewhere."""

from collections.abc import Callable, Iterator
from html import escape
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "code,h2{font-family:ui-monospace,monospace}h2{font-size:1rem;margin:2rem 0 .2rem}td{padding:.1rem 1rem .1rem 0}"
)
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"


def page(document: Callable[[], dict[str, Any]]) -> Callable[[Request], Response]:
    """An endpoint that shows the document."""

    def endpoint(_request: Request) -> Response:
        return HTMLResponse("".join(_html(document())), headers={"Content-Security-Policy": _POLICY})

    return endpoint


def _html(document: dict[str, Any]) -> Iterator[str]:
    title = escape(document["info"]["title"])
    yield f"<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title><style>{_STYLE}</style>"
    yield f"<h1>{title}</h1><p>Bearer token (JWT) on every route. The whole document, for tools and generators: "
    yield "<a href=openapi.json>openapi.json</a> (OpenAPI 3.1).</p>"
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            yield from _operation(method.upper(), path, operation)
    yield "</html>"


def _operation(method: str, path: str, operation: dict[str, Any]) -> Iterator[str]:
    yield f"<h2>{method} {escape(path)}</h2><p>{escape(operation.get('description', operation.get('summary', '')))}"
    person = ", tells about persons: purpose needed, reading recorded" if operation.get("x-person") else ""
    yield f"<br><small>permission <code>{escape(operation.get('x-permission', '-'))}</code>{person}</small></p><table>"
    for parameter in operation.get("parameters", []):
        needed = "needed" if parameter.get("required") else ""
        yield f"<tr><td><code>{escape(parameter['name'])}</code><td>{escape(parameter['in'])}<td>{needed}"
    for media, body in operation.get("requestBody", {}).get("content", {}).items():
        reference = body.get("schema", {}).get("$ref", "").rsplit("/", 1)[-1]
        yield f"<tr><td><code>{escape(reference)}</code><td>{escape(media)}<td>needed"
    yield "</table>"
