"""Routes as data: a path, a permission and a plain function; the app makes guarded endpoints of them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from libs.web.roles import PERSONAL, Permission

F = TypeVar("F", bound=Callable[..., Any])


class Unguarded(RuntimeError):
    """A route that would let somebody do or see something unchecked; the process does not start."""


@dataclass(frozen=True)
class Route:
    """One route of a service. `person` marks an answer that tells about persons; `created` is the path of what is new.

    A `command` changes something and needs an `Idempotency-Key`; a query does not, also when it is a POST.
    """

    method: str
    path: str
    function: Callable[..., Any]
    permission: Permission
    command: bool
    person: bool = False
    created: str | None = None
    body_bytes_max: int | None = None

    @property
    def name(self) -> str:
        """As it stands in records, logs and traces: the method and the template of the path."""
        return f"{self.method} {self.path}"


@dataclass
class Router:
    """The routes of one noun; `tag` groups them in the documentation."""

    tag: str
    routes: list[Route] = field(default_factory=list)

    def command(
        self,
        path: str,
        *,
        permission: Permission,
        created: str | None = None,
        method: str = "POST",
        body_bytes_max: int | None = None,
    ) -> Callable[[F], F]:
        """A function that returns an `Outcome` or `Done`; with `created="/v1/…/{id}"` the answer is a 201."""

        def register(function: F) -> F:
            self.routes.append(
                Route(
                    method,
                    path,
                    function,
                    permission,
                    command=True,
                    created=created,
                    body_bytes_max=body_bytes_max,
                )
            )
            return function

        return register

    def query(
        self, path: str, *, permission: Permission, person: bool = False, method: str = "GET"
    ) -> Callable[[F], F]:
        """A function that returns `Seen`. `person=True` asks for a purpose, and records the reading before answering.

        A search whose text must not stand in a URL is a query by POST.
        """

        def register(function: F) -> F:
            self.routes.append(Route(method, path, function, permission, command=False, person=person))
            return function

        return register


def check(route: Route) -> None:
    """`Unguarded` unless the route has a permission, and a query that tells about persons says so."""
    if not isinstance(route.permission, Permission):
        raise Unguarded(f"{route.name} has no permission")
    if not route.command and route.permission in PERSONAL and not route.person:
        raise Unguarded(f"{route.name} reads persons ({route.permission}) and is not marked person=True")
