"""Round every request: an id, safe headers, one line in the log, and an answer even when something broke."""

import asyncio
import logging
import time
from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from libs.web.failures import meaning_of
from libs.web.messages import Catalogue, language_of
from libs.web.problems import problem

REQUEST_ID = "X-Request-Id"
_ID = "aftercare.request_id"
SAFE: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_access = logging.getLogger("aftercare.access")


class Surroundings:
    """The outermost layer of an app, inside nothing but the server."""

    def __init__(self, app: ASGIApp, catalogue: Catalogue) -> None:
        self._app = app
        self._catalogue = catalogue

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI asks."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = scope[_ID] = _request_id(Headers(scope=scope).get(REQUEST_ID))
        started = time.perf_counter()
        status = 0

        async def dressed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in SAFE.items():
                    headers.setdefault(name, value)
                headers[REQUEST_ID] = str(request_id)
            await send(message)

        try:
            await self._app(scope, receive, dressed)
        # A server that stops cancels what is still under way.
        except (Exception, asyncio.CancelledError) as error:
            refused = meaning_of(error)
            if status:
                raise
            language = language_of(Headers(scope=scope).get("accept-language"))
            await problem(refused, self._catalogue, language, str(request_id))(scope, receive, dressed)
        finally:
            _say(scope, status, (time.perf_counter() - started) * 1_000)


def request_id_of(scope: Mapping[str, Any]) -> UUID:
    """The id of the request, as it stands in its problems, its events and its read records."""
    found: UUID = scope[_ID]
    return found


def _request_id(given: str | None) -> UUID:
    try:
        return UUID(given or "")
    except ValueError:
        return uuid4()


def _say(scope: Scope, status: int, milliseconds: float) -> None:
    # The template, never the path: a path carries ids, a query may carry more.
    route = getattr(scope.get("route"), "path", "-")
    _access.info("%s %s %d %.0fms %s", scope["method"], route, status, milliseconds, scope[_ID])
