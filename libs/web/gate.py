"""The order in which a request is looked at: token, permission, headers, size, and only then its content."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import date
from typing import Any

import anyio
from anyio.to_thread import run_sync
from fastapi.params import Form
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from libs.events.clock import now
from libs.events.telemetry import span
from libs.web.access import reach
from libs.web.admitted import Admitted, expected_in, key_in, purpose_in, wait_in
from libs.web.answers import JSON
from libs.web.edge import CIVIL
from libs.web.endpoint import Endpoint
from libs.web.failures import meaning_of
from libs.web.freshness import Positions, is_level
from libs.web.limits import Limits, limited
from libs.web.messages import language_of
from libs.web.problems import problem
from libs.web.refusals import MediaUnsupported, NotYetKnown, ParameterUnknown
from libs.web.requests import request_id_of
from libs.web.routing import Route
from libs.web.web import Web

UPLOAD = "multipart/form-data"
_ANY_DAY = date(2026, 1, 1)
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


@dataclass(frozen=True)
class Intake:
    """What a route takes from a request: the names in its query, the content type of its body, if it has one."""

    parameters: frozenset[str]
    media: str | None

    def bytes_max(self, route: Route, limits: Limits) -> int:
        """How large a body may be."""
        return route.body_bytes_max or (limits.upload_bytes_max if self.media == UPLOAD else limits.body_bytes_max)

    def check(self, request: Request) -> None:
        """Refuse a query or content type that the route does not have."""
        if not self.parameters.issuperset(request.query_params):
            raise ParameterUnknown("a parameter that the route does not have")
        given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if self.media not in (None, given):
            raise MediaUnsupported("another content type", expected=self.media)


class Gate(APIRoute):
    """A FastAPI route whose requests pass here first. Its endpoint is an `Endpoint`; nothing else is guarded."""

    def get_route_handler(self) -> Handler:
        """FastAPI's own way in, behind ours."""
        inner = super().get_route_handler()
        endpoint, intake = self.endpoint, _intake(self)
        if not isinstance(endpoint, Endpoint):
            raise TypeError("a gate stands before an Endpoint")
        web, route = endpoint.web, endpoint.route

        async def handler(request: Request) -> Response:
            attributes = {"http.request.method": route.method, "http.route": route.path}
            with span(route.name, attributes, kind="server", parent=request.headers.get("traceparent")) as current:
                try:
                    response = await _pass(web, route, intake, request, inner)
                except Exception as error:  # noqa: BLE001 -- Every end of a request is a problem of ours.
                    response = _refuse(web, request, error)
                    current.set_attribute("error.type", type(error).__name__)
                current.set_attribute("http.response.status_code", response.status_code)
            return response

        return handler


def _intake(gate: APIRoute) -> Intake:
    parameters = frozenset(field.alias for field in gate.dependant.query_params)
    if gate.body_field is None:
        return Intake(parameters, None)
    return Intake(parameters, UPLOAD if isinstance(gate.body_field.field_info, Form) else JSON)


def _refuse(web: Web, request: Request, error: Exception) -> Response:
    language = language_of(request.headers.get("accept-language"))
    return problem(meaning_of(error, web.names), web.catalogue, language, str(request_id_of(request.scope)))


async def _pass(web: Web, route: Route, intake: Intake, request: Request, inner: Handler) -> Response:
    admitted = await run_sync(_admit, web, route, request)
    intake.check(request)
    await _wait(web, admitted.wait_for)
    request.scope["aftercare.admitted"] = admitted
    return await inner(limited(request, intake.bytes_max(route, web.limits)))


def _admit(web: Web, route: Route, request: Request) -> Admitted:
    headers = request.headers
    caller = web.tokens.caller(headers.get("authorization"))
    web.rate.take(caller.sub)
    today = now(web.parts.engine).astimezone(CIVIL).date() if caller.dated else _ANY_DAY
    reached = reach(caller, route.permission, today, web.expand_units)
    purpose = purpose_in(headers, reached, needed=route.person)
    key = key_in(headers) if route.command else None
    return Admitted(
        caller=caller,
        reach=reached,
        request_id=request_id_of(request.scope),
        language=language_of(headers.get("accept-language")),
        purpose=purpose,
        key=key,
        expected=expected_in(headers),
        wait_for=wait_in(headers),
    )


async def _wait(web: Web, wanted: Positions) -> None:
    """Come back when everything wanted is known here; the threads stay free for those who need not wait."""
    if not wanted or await run_sync(_level, web, wanted):
        return
    if web.waiting >= web.limits.waiters_max:
        raise NotYetKnown("too many wait already")
    web.waiting += 1
    try:
        if not await _becomes_level(web, wanted):
            raise NotYetKnown("it has not arrived here in time")
    finally:
        web.waiting -= 1


async def _becomes_level(web: Web, wanted: Positions) -> bool:
    with anyio.move_on_after(web.limits.wait_seconds_max):
        while not web.stopping:
            await anyio.sleep(web.limits.wait_poll_seconds)
            if await run_sync(_level, web, wanted):
                return True
    return False


def _level(web: Web, wanted: Positions) -> bool:
    with web.parts.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        return is_level(connection, web.parts.service, wanted)
