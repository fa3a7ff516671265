"""A service's app: its routers behind one gate, its problems in two languages, its documents, its health."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route as PlainRoute

from libs.events.service import Parts
from libs.events.settings import Settings
from libs.web import docs, health
from libs.web.access import ExpandUnits
from libs.web.endpoint import Endpoint
from libs.web.failures import meaning_of
from libs.web.gate import Gate
from libs.web.limits import Limits, Rate
from libs.web.messages import Catalogue, language_of
from libs.web.openapi import documented, extras, property_names, responses
from libs.web.problems import problem
from libs.web.refusals import MethodNotAllowed
from libs.web.requests import Surroundings, request_id_of
from libs.web.routing import Router, Unguarded
from libs.web.tokens import Tokens
from libs.web.web import Web

MIGRATIONS = Path(__file__).parent / "migrations"
# What anyone may ask, without a token: none of it knows a person.
OPEN = frozenset({health.LIVE, health.READY, "/openapi.json", "/docs"})


def make_app(
    parts: Parts,
    *,
    settings: Settings,
    expand_units: ExpandUnits,
    messages: Iterable[Path] = (),
    limits: Limits | None = None,
) -> FastAPI:
    """The app of an opened service. `Unguarded` ends the start when a route would let anything pass unchecked.

    `expand_units` gives the units that an office of a unit answers for; `messages` are folders with
    `messages.{vi,en}.toml` for the service's own refusals.
    Setting `app.state.web.stopping` lets requests that wait for events go.
    """
    limits = limits or Limits()
    catalogue = Catalogue(messages)
    rate = Rate(limits.requests_per_second, limits.requests_burst)
    web = Web(parts, Tokens(settings), cache(expand_units), catalogue, limits, rate)
    app = _bare_app(parts.service.name, catalogue)
    for router in parts.service.routers:
        if isinstance(router, Router):
            _mount(app, web, router)
        else:
            app.include_router(router)
    app.openapi = documented(app)  # type: ignore[method-assign]  # FastAPI's own way to extend the document.
    _open_routes(app, parts)
    check_guarded(app)
    web.names = property_names(app.openapi())
    app.state.web = web
    return app


def check_guarded(app: FastAPI) -> None:
    """`Unguarded` when any route of the app is neither behind the gate nor one that anyone may ask."""
    for route in app.routes:
        path = getattr(route, "path", type(route).__name__)
        if not isinstance(route, Gate) and path not in OPEN:
            raise Unguarded(f"{path} is not behind the gate; use libs.web.routing.Router")


def _bare_app(service: str, catalogue: Catalogue) -> FastAPI:
    async def refuse(request: Request, error: Exception) -> Response:
        language = language_of(request.headers.get("accept-language"))
        refused = meaning_of(error)
        answer = problem(refused, catalogue, language, str(request_id_of(request.scope)))
        if isinstance(refused, MethodNotAllowed):
            answer.headers["Allow"] = ", ".join(_methods(request))
        return answer

    return FastAPI(
        title=f"Aftercare {service}",
        version="1",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        middleware=[Middleware(Surroundings, catalogue=catalogue)],
        exception_handlers={HTTPException: refuse, RequestValidationError: refuse},
        # Spans are ours (libs.events.telemetry): FastAPI's own carry the path and the query.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )


def _methods(request: Request) -> list[str]:
    """Every method at the path: the framework names those of one route only."""
    routes = (route for route in request.app.routes if isinstance(route, PlainRoute))
    found = (route.methods or () for route in routes if route.path_regex.match(request.url.path))
    return sorted({method for methods in found for method in methods})


def _mount(app: FastAPI, web: Web, router: Router) -> None:
    for route in router.routes:
        endpoint = Endpoint(web, route)
        app.router.add_api_route(
            route.path,
            endpoint,
            methods=[route.method],
            name=endpoint.__name__,
            operation_id=f"{router.tag}.{endpoint.__name__}",
            tags=[router.tag],
            description=(endpoint.__doc__ or "").strip(),
            response_model=endpoint.view,
            status_code=201 if route.created else 200,
            responses=responses(),
            openapi_extra=extras(route),
            route_class_override=Gate,
        )


def _open_routes(app: FastAPI, parts: Parts) -> None:
    def document(_request: Request) -> Response:
        return JSONResponse(app.openapi())

    app.router.routes += [
        PlainRoute(health.LIVE, health.live),
        PlainRoute(health.READY, health.ready(parts)),
        PlainRoute("/openapi.json", document),
        PlainRoute("/docs", docs.page(app.openapi)),
    ]
