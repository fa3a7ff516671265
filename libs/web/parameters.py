"""A route's parameters: as FastAPI reads them from the request, and as the route's function takes them."""

from collections.abc import Callable, Iterator, Mapping
from inspect import Parameter, Signature, signature
from typing import Annotated, Any, get_type_hints

from fastapi import Query
from pydantic import BaseModel
from pydantic_core import PydanticCustomError
from starlette.requests import Request

from libs.web.bodies import loose, usable
from libs.web.edge import Edge
from libs.web.paging import CURSOR_CHARACTERS_MAX, LIMIT_DEFAULT, LIMIT_MAX, PageRequest
from libs.web.refusals import RequestInvalid

_PAGE: Mapping[str, tuple[Any, Any]] = {
    "cursor": (Annotated[str | None, Query(max_length=CURSOR_CHARACTERS_MAX)], None),
    "limit": (Annotated[int, Query(ge=1, le=LIMIT_MAX)], LIMIT_DEFAULT),
}


class Parameters:
    """The parameters of one function; its `Edge` and its `PageRequest` come from us, all others from the request."""

    def __init__(self, function: Callable[..., Any]) -> None:
        hints = get_type_hints(function, include_extras=True)
        self.answer = hints.pop("return", None)
        self._hints = hints
        self._function = signature(function)

    @property
    def signature(self) -> Signature:
        """What FastAPI is shown: the request, and every parameter that comes from it."""
        own = [_parameter("request", Request)]
        for name, parameter in self._function.parameters.items():
            hint = self._hints[name]
            if hint is PageRequest:
                own += [_parameter(part, kind, default) for part, (kind, default) in _PAGE.items()]
            elif hint is not Edge:
                own.append(_parameter(name, hint, parameter.default))
        return Signature(own)

    def loose(self) -> Iterator[type[BaseModel]]:
        """Models that would let unknown fields pass."""
        for hint in self._hints.values():
            if hint not in (Edge, PageRequest):
                yield from loose(hint)

    def arguments(self, edge: Edge, values: Mapping[str, Any]) -> dict[str, Any]:
        """What the function is called with."""
        return {name: _argument(name, hint, edge, values) for name, hint in self._hints.items()}


def checked(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a path and a query as bodies are: texts in NFC, and nothing that no table can hold."""
    return {name: _checked(name, value) for name, value in values.items()}


def _argument(name: str, hint: Any, edge: Edge, values: Mapping[str, Any]) -> Any:
    if hint is Edge:
        return edge
    if hint is PageRequest:
        return PageRequest(values["cursor"], values["limit"])
    return values[name]


def _checked(name: str, value: Any) -> Any:
    try:
        return usable(value) if isinstance(value, str | list) else value
    except PydanticCustomError as error:
        raise RequestInvalid([{"field": name, "rule": error.type, "params": {}}]) from None


def _parameter(name: str, annotation: Any, default: Any = Parameter.empty) -> Parameter:
    return Parameter(name, Parameter.KEYWORD_ONLY, annotation=annotation, default=default)
