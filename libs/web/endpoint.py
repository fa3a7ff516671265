"""A route's function as FastAPI calls it: an edge is made, the function runs, the reading is recorded."""

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import Response

from libs.web import command_log, read_record
from libs.web.admitted import Admitted
from libs.web.answers import JSON, Done, Seen, Written, etag, fields_of, has_items, outcome_headers, view_type, written
from libs.web.edge import Edge, EdgeMisused
from libs.web.parameters import Parameters, checked
from libs.web.read_record import Reading
from libs.web.routing import Route, Unguarded, check
from libs.web.snapshot import Snapshot
from libs.web.web import Web


class Endpoint:
    """What FastAPI calls in a thread; `Unguarded` when the route must not be served."""

    def __init__(self, web: Web, route: Route) -> None:
        check(route)
        self.web = web
        self.route = route
        self._parameters = Parameters(route.function)
        for model in self._parameters.loose():
            raise Unguarded(f"{route.name}: {model.__name__} would let unknown fields pass")
        self.view = view_type(self._parameters.answer)
        self._adapter: TypeAdapter[Any] = TypeAdapter(self.view)
        self.__signature__ = self._parameters.signature
        self.__name__ = getattr(route.function, "__name__", "route")
        self.__doc__ = route.function.__doc__

    def __call__(self, request: Request, **given: Any) -> Response:
        """One request, in a thread of its own."""
        admitted: Admitted = request.scope["aftercare.admitted"]
        values = checked(given)
        with Snapshot(self.web.parts, admitted.reach.setting) as snapshot:
            if self.route.command:
                entry = self._entry(admitted, values)
                return self._command(Edge(self.web.parts, admitted, snapshot, entry), entry, values)
            return self._query(Edge(self.web.parts, admitted, snapshot), values)

    def _command(self, edge: Edge, entry: command_log.Entry, values: Mapping[str, Any]) -> Response:
        before = command_log.find(self.web.parts, entry)
        if before is not None and self.view is Written:
            return written(before, self.route.created)
        result = self._run(edge, values)
        if not isinstance(result, Done):
            return written(result, self.route.created)
        edge.check_answer()
        if result.outcome is None:
            command_log.remember(self.web.parts, entry)
            return self._response(result.view, {})
        return self._response(result.view, outcome_headers(result.outcome))

    def _query(self, edge: Edge, values: Mapping[str, Any]) -> Response:
        seen = self._run(edge, values)
        self._refuse_unnamed(seen)
        edge.check_answer()
        headers = edge.snapshot.freshness()
        if seen.stream is not None:
            headers["ETag"] = etag(edge.snapshot.version(seen.stream))
        edge.snapshot.close()
        response = self._response(seen.view, headers)
        if self.route.person:
            read_record.record(self.web.parts.engine, self._reading(edge.admitted, seen))
        return response

    def _run(self, edge: Edge, values: Mapping[str, Any]) -> Any:
        return self.route.function(**self._parameters.arguments(edge, values))

    def _refuse_unnamed(self, seen: Seen[Any]) -> None:
        if seen.subjects and not self.route.person:
            raise EdgeMisused("a query names persons only where it is marked person=True")
        if self.route.person and (seen.subjects is None or (not seen.subjects and has_items(seen.view))):
            raise EdgeMisused("a query that shows persons says whom: Seen(..., subjects=[...])")

    def _response(self, view: Any, headers: Mapping[str, str]) -> Response:
        return Response(self._adapter.dump_json(view, warnings="error"), 200, dict(headers), media_type=JSON)

    def _entry(self, admitted: Admitted, values: Mapping[str, Any]) -> command_log.Entry:
        parts = self.web.parts
        hashed = command_log.request_hmac(parts, values)
        key = command_log.kept_key(parts, admitted.key or "")
        return command_log.Entry(parts.service.name, admitted.caller.sub, self.route.name, key, hashed)

    def _reading(self, admitted: Admitted, seen: Seen[Any]) -> Reading:
        return Reading(
            caller=admitted.caller.sub,
            roles=sorted(admitted.reach.roles),
            units=sorted(posting.unit for posting in admitted.caller.postings),
            purpose=str(admitted.purpose),
            route=self.route.name,
            request_id=admitted.request_id,
            subjects=seen.subjects or (),
            fields=fields_of(seen.view) if seen.fields is None else seen.fields,
        )
