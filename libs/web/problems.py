"""Refusals as `application/problem+json` (RFC 9457): stable types, two languages, and nothing of what was sent."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

import orjson
from starlette.responses import Response

from libs.events.decider import Refused
from libs.web.messages import Catalogue
from libs.web.refusals import EdgeRefused, RequestInvalid

TYPE = "urn:aftercare:problem:"
MEDIA = "application/problem+json"
PARAM_CHARACTERS_MAX = 80
# A code, a header's name, a media type, a reference: one ASCII word, and no long number, which may be a citizen's.
_CODE = re.compile(rf"(?!.*\d{{9}})[A-Za-z0-9][A-Za-z0-9:._/+-]{{0,{PARAM_CHARACTERS_MAX - 1}}}", re.ASCII)
# What the validator may tell of a broken rule: bounds that the route set, never what was sent.
_BOUNDS = ("min_length", "max_length", "ge", "gt", "le", "lt", "multiple_of", "expected", "pattern")


def problem(refused: Refused, catalogue: Catalogue, language: str, request_id: str) -> Response:
    """The answer that a refusal is; `type`, `status`, `rules` and `params` are the same in every language."""
    message = catalogue.problem(type(refused), language)
    params = _presentable(refused.params)
    content: dict[str, Any] = {
        "type": TYPE + refused.problem,
        "title": message.title,
        "status": refused.status,
        "detail": message.filled(params),
        "instance": f"urn:uuid:{request_id}",
        "rules": list(refused.rules),
        "params": params,
    }
    if isinstance(refused, RequestInvalid):
        content["errors"] = [{**one, "detail": catalogue.field(one["rule"], language)} for one in refused.errors]
    headers = {"Content-Language": language, "Vary": "Accept-Language"}
    if isinstance(refused, EdgeRefused):
        headers.update(refused.headers)
    return Response(orjson.dumps(content), refused.status, headers, media_type=MEDIA)


def invalid(errors: Sequence[Mapping[str, Any]], known: frozenset[str]) -> RequestInvalid:
    """Pydantic's findings without what was sent: where (names in `known` only, `*` for others), which rule, bounds."""
    return RequestInvalid([_finding(error, known) for error in errors])


def _finding(error: Mapping[str, Any], known: frozenset[str]) -> dict[str, Any]:
    place = [str(part) if isinstance(part, int) or part in known else "*" for part in error["loc"]]
    context = error.get("ctx") or {}
    bounds = {name: _bound(context[name]) for name in _BOUNDS if name in context}
    return {"field": "/".join(place), "rule": error["type"], "params": bounds}


def _bound(value: object) -> object:
    return value if isinstance(value, int | float | str) else str(value)


def _presentable(params: Mapping[str, object]) -> dict[str, Any]:
    return {name: shown for name, value in params.items() if (shown := _shown(value)) is not None}


def _shown(value: object) -> Any:
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, bool | int | date):
        return value
    if isinstance(value, UUID | Decimal):
        return str(value)
    if isinstance(value, str):
        return value if _CODE.fullmatch(value) else None
    if isinstance(value, list | tuple | set | frozenset):
        return [shown for one in value if (shown := _shown(one)) is not None]
    return None
