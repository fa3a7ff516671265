"""A route's function as FastAPI calls it: an edge is made, the function runs, the reading is recorded."""

from collections.abc import Mapping
from functools import cached_property
from inspect import Parameter, Signature, signature
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from fastapi import Query, UploadFile
from pydantic import BaseModel, TypeAdapter
from pydantic_core import PydanticCustomError
from starlette.requests import Request
from starlette.responses import Response

from libs.web import command_log, read_record
from libs.web.admitted import Admitted
from libs.web.answers import JSON, Done, Seen, Written, etag, fields_of, has_items, outcome_headers, view_type, written
from libs.web.bodies import loose, usable
from libs.web.edge import Edge, EdgeMisused
from libs.web.paging import CURSOR_CHARACTERS_MAX, LIMIT_DEFAULT, LIMIT_MAX, PageRequest
from libs.web.read_record import Reading
from libs.web.refusals import RequestInvalid
from libs.web.routing import Route, Unguarded, check
from libs.web.snapshot import Snapshot
from libs.web.web import Web

_PAGE = {
    "cursor": Annotated[str | None, Query(max_length=CURSOR_CHARACTERS_MAX, description="`next` of the page before.")],
    "limit": Annotated[int, Query(ge=1, le=LIMIT_MAX)],
}
_DEFAULTS: Mapping[str, Any] = {"cursor": None, "limit": LIMIT_DEFAULT}


class Endpoint:
    """What FastAPI calls in a thread; it sees the route's parameters, without the edge."""

    def __init__(self, web: Web, route: Route) -> None:
        check(route)
        self.web = web
        self.route = route
        self._hints = get_type_hints(route.function, include_extras=True)
        self._names = list(signature(route.function).parameters)
        self.view = view_type(self._hints.get("return"))
        self._adapter: TypeAdapter[Any] = TypeAdapter(self.view)
        self._refuse_loose_bodies()
        self.__signature__ = self._signature()
        self.__name__ = getattr(route.function, "__name__", "route")
        self.__doc__ = route.function.__doc__

    @cached_property
    def bodies(self) -> list[type[BaseModel]]:
        """The models that the route takes as its body."""
        return [hint for hint in self._plain() if isinstance(hint, type) and issubclass(hint, BaseModel)]

    @cached_property
    def upload(self) -> bool:
        """Whether the route takes files."""
        return any(hint is UploadFile or UploadFile in get_args(hint) for hint in self._plain())

    @property
    def has_body(self) -> bool:
        """Whether the route takes a body at all."""
        return self.upload or bool(self.bodies)

    def __call__(self, request: Request, **values: Any) -> Response:
        """One request, in a thread of its own."""
        admitted: Admitted = request.scope["aftercare.admitted"]
        values = {name: _usable(name, value) for name, value in values.items()}
        with Snapshot(self.web.parts, admitted.reach.setting) as snapshot:
            edge = Edge(self.web.parts, admitted, snapshot, self._entry(admitted, values))
            if self.route.command:
                return self._command(edge, values)
            return self._query(edge, values)

    def _command(self, edge: Edge, values: Mapping[str, Any]) -> Response:
        entry = edge.command()
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

    def _refuse_unnamed(self, seen: Seen[Any]) -> None:
        if seen.subjects and not self.route.person:
            raise EdgeMisused("a query names persons only where it is marked person=True")
        if self.route.person and not seen.subjects and has_items(seen.view):
            raise EdgeMisused("a query that shows persons says whom: Seen(..., subjects=[...])")

    def _run(self, edge: Edge, values: Mapping[str, Any]) -> Any:
        given = {name: value for name, value in values.items() if name in self._names}
        for name, hint in self._hints.items():
            if hint is Edge:
                given[name] = edge
            elif hint is PageRequest:
                given[name] = PageRequest(values["cursor"], values["limit"])
        return self.route.function(**given)

    def _response(self, view: Any, headers: Mapping[str, str]) -> Response:
        return Response(self._adapter.dump_json(view, warnings="error"), 200, dict(headers), media_type=JSON)

    def _entry(self, admitted: Admitted, values: Mapping[str, Any]) -> command_log.Entry | None:
        if admitted.key is None:
            return None
        parts = self.web.parts
        hashed = command_log.request_hmac(parts, values)
        return command_log.Entry(parts.service.name, admitted.caller.sub, self.route.name, admitted.key, hashed)

    def _reading(self, admitted: Admitted, seen: Seen[Any]) -> Reading:
        return Reading(
            caller=admitted.caller.sub,
            roles=sorted(admitted.reach.roles),
            units=sorted(posting.unit for posting in admitted.caller.postings),
            purpose=str(admitted.purpose),
            route=self.route.name,
            request_id=admitted.request_id,
            subjects=seen.subjects,
            fields=fields_of(seen.view) if seen.fields is None else seen.fields,
        )

    def _plain(self) -> list[Any]:
        hints = (hint for name, hint in self._hints.items() if name != "return")
        return [get_args(hint)[0] if get_origin(hint) is Annotated else hint for hint in hints]

    def _refuse_loose_bodies(self) -> None:
        for body in self.bodies:
            for model in loose(body):
                raise Unguarded(f"{self.route.name}: {model.__name__} would let unknown fields pass")

    def _signature(self) -> Signature:
        own = [Parameter("request", Parameter.KEYWORD_ONLY, annotation=Request)]
        for name, parameter in signature(self.route.function).parameters.items():
            hint = self._hints[name]
            if hint is PageRequest:
                own += [_query_parameter(part) for part in _PAGE]
            elif hint is not Edge:
                own.append(parameter.replace(kind=Parameter.KEYWORD_ONLY, annotation=hint))
        return Signature(own)


def _usable(name: str, value: Any) -> Any:
    try:
        return usable(value) if isinstance(value, str | list) else value
    except PydanticCustomError as error:
        raise RequestInvalid([{"field": name, "rule": error.type, "params": {}}]) from None


def _query_parameter(name: str) -> Parameter:
    return Parameter(name, Parameter.KEYWORD_ONLY, annotation=_PAGE[name], default=_DEFAULTS[name])
