"""What a route returns, and how it becomes a response: the body, its version, and how fresh it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, get_args, get_origin
from uuid import UUID

from pydantic import BaseModel
from starlette.responses import Response

from libs.events.handling import Outcome
from libs.web.freshness import POSITION, render_position
from libs.web.paging import Page

REPEATED = "Aftercare-Repeated"
JSON = "application/json"
T = TypeVar("T")


@dataclass(frozen=True)
class Seen(Generic[T]):
    """What a query answers: a view, and the persons that it tells about; one that may show persons says whom, or [].

    `stream` gives the answer the version of that stream as its `ETag`; `fields` are what the read record names,
    by default all fields of the view.
    """

    view: T
    subjects: Sequence[UUID] | None = None
    stream: str | None = None
    fields: Sequence[str] | None = None


@dataclass(frozen=True)
class Done(Generic[T]):
    """What a command answers that has more to tell than its outcome."""

    view: T
    outcome: Outcome | None = None


class Written(BaseModel):
    """What a command answers: the id of what it wrote to, its version, and where its last event lies."""

    id: str
    version: int
    position: str | None


def view_type(answer: Any) -> Any:
    """The type of the body in a route's return annotation; TypeError when it is none of ours."""
    if answer is Outcome:
        return Written
    if get_origin(answer) in (Seen, Done):
        return get_args(answer)[0]
    raise TypeError("a route returns an Outcome, Done[View] or Seen[View]")


def fields_of(view: object) -> list[str]:
    """The names that a view shows, those of its items for a page or a list."""
    match view:
        case Page():
            return fields_of(view.items)
        case BaseModel():
            return list(type(view).model_fields)
        case list() | tuple():
            return fields_of(view[0]) if view else []
        case _:
            return []


def has_items(view: object) -> bool:
    """Whether a view is a page or list with something in it."""
    items = view.items if isinstance(view, Page) else view
    return isinstance(items, list | tuple) and bool(items)


def written(outcome: Outcome, location: str | None) -> Response:
    """A write as it is answered; `location` is a path with `{id}` when something new came to be."""
    identity = outcome.stream.split("-", 1)[-1]
    position = None if outcome.position is None else render_position(outcome.position)
    body = Written(id=identity, version=outcome.version, position=position)
    headers = outcome_headers(outcome)
    if location is not None:
        headers["Location"] = location.replace("{id}", identity)
    return Response(body.model_dump_json(), 200 if location is None else 201, headers, media_type=JSON)


def outcome_headers(outcome: Outcome) -> dict[str, str]:
    """What the headers of every write say."""
    headers = {"ETag": etag(outcome.version)}
    if outcome.position is not None:
        headers[POSITION] = render_position(outcome.position)
    if outcome.repeated:
        headers[REPEATED] = "true"
    return headers


def etag(version: int) -> str:
    """The `ETag` of a stream's version, as `If-Match` brings it back."""
    return f'"{version}"'
