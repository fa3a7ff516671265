"""The order in which a request is looked at: token, permission, headers, size, and only then its content."""

from collections.abc import Awaitable, Callable, Coroutine
from datetime import date
from typing import Any
from uuid import UUID

import anyio
from anyio.to_thread import run_sync
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from libs.events.clock import now
from libs.events.telemetry import span
from libs.web.access import reach
from libs.web.admitted import Admitted, expected_in, key_in, purpose_in, wait_in
from libs.web.edge import CIVIL
from libs.web.endpoint import Endpoint
from libs.web.failures import meaning_of
from libs.web.freshness import Positions, is_level
from libs.web.limits import limited
from libs.web.messages import language_of
from libs.web.problems import problem
from libs.web.refusals import MediaUnsupported, NotYetKnown, ParameterUnknown
from libs.web.requests import request_id_of
from libs.web.routing import Route
from libs.web.web import Web

_MEDIA = {False: "application/json", True: "multipart/form-data"}
_ANY_DAY = date(2026, 1, 1)
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class Gate(APIRoute):
    """A FastAPI route whose requests pass here first. Its endpoint is an `Endpoint`; nothing else is guarded."""

    def get_route_handler(self) -> Handler:
        """FastAPI's own way in, behind ours."""
        inner = super().get_route_handler()
        endpoint = self.endpoint
        if not isinstance(endpoint, Endpoint):
            raise TypeError("a gate stands before an Endpoint")
        parameters = frozenset(field.alias for field in self.dependant.query_params)

        async def handler(request: Request) -> Response:
            return await _traced(
                endpoint.web, endpoint.route, request, lambda: _pass(endpoint, parameters, request, inner)
            )

        return handler


async def _traced(web: Web, route: Route, request: Request, work: Callable[[], Awaitable[Response]]) -> Response:
    attributes = {"http.request.method": route.method, "http.route": route.path}
    with span(route.name, attributes, kind="server", parent=request.headers.get("traceparent")) as current:
        try:
            response = await work()
        except Exception as error:  # noqa: BLE001 -- Every end of a request is a problem of ours.
            refused = meaning_of(error, web.names)
            language = language_of(request.headers.get("accept-language"))
            response = problem(refused, web.catalogue, language, str(request_id_of(request.scope)))
            current.set_attribute("error.type", refused.problem)
        current.set_attribute("http.response.status_code", response.status_code)
        return response


async def _pass(endpoint: Endpoint, parameters: frozenset[str], request: Request, inner: Handler) -> Response:
    web, route = endpoint.web, endpoint.route
    admitted = await run_sync(_admit, web, route, request, parameters)
    await _wait(web, admitted.wait_for)
    request.scope["aftercare.admitted"] = admitted
    upload = endpoint.upload
    largest = route.body_bytes_max or (web.limits.upload_bytes_max if upload else web.limits.body_bytes_max)
    if endpoint.has_body and request.headers.get("content-type", "").split(";")[0].strip().lower() != _MEDIA[upload]:
        raise MediaUnsupported("another content type", expected=_MEDIA[upload])
    return await inner(limited(request, largest))


def _admit(web: Web, route: Route, request: Request, parameters: frozenset[str]) -> Admitted:
    headers = request.headers
    caller = web.tokens.caller(headers.get("authorization"))
    web.rate.take(caller.sub)
    today = now(web.parts.engine).astimezone(CIVIL).date() if caller.dated else _ANY_DAY
    reached = reach(caller, route.permission, today, web.expand_units)
    purpose = purpose_in(headers, reached, needed=route.person)
    key = key_in(headers) if route.command else None
    if not parameters.issuperset(request.query_params):
        raise ParameterUnknown("a parameter that the route does not have")
    request_id: UUID = request_id_of(request.scope)
    return Admitted(caller, reached, request_id, purpose, key, expected_in(headers), wait_in(headers))


async def _wait(web: Web, wanted: Positions) -> None:
    """Come back when everything wanted is known here; the threads stay free for those who need not wait."""
    if not wanted or await run_sync(_level, web, wanted):
        return
    if web.waiting >= web.limits.waiters_max:
        raise NotYetKnown("too many wait already")
    web.waiting += 1
    try:
        with anyio.move_on_after(web.limits.wait_seconds_max):
            while not await run_sync(_level, web, wanted):  # noqa: ASYNC110 -- Another process moves what is waited for.
                await anyio.sleep(web.limits.wait_poll_seconds)
            return
    finally:
        web.waiting -= 1
    raise NotYetKnown("it has not arrived here in time")


def _level(web: Web, wanted: Positions) -> bool:
    with web.parts.engine.connect() as connection:
        return is_level(connection, web.parts.service, wanted)
