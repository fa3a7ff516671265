"""Which fields of which routes can carry text about somebody, read from the routes themselves."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from fastapi import UploadFile
from pydantic import BaseModel

from deploy.services import NAMES, service
from libs.web.edge import Edge
from libs.web.paging import PageRequest
from libs.web.routing import Route, Router

Field = tuple[str, str]


def routes() -> Iterator[Route]:
    """Every route of the four services."""
    for name in NAMES:
        for router in service(name).routers:
            assert isinstance(router, Router)
            yield from router.routes


def text_fields() -> set[Field]:
    """The fields of bodies, forms, queries and paths that take free text or a file, as (route, field)."""
    return {(route.name, name) for route in routes() for name in fields_of(route.function)}


def fields_of(function: Any) -> Iterator[str]:
    """Of one route's function."""
    for name, hint in get_type_hints(function, include_extras=True).items():
        if name == "return" or hint in (Edge, PageRequest):
            continue
        yield from _of_parameter(name, hint)


def _of_parameter(name: str, hint: Any) -> Iterator[str]:
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        for field, info in hint.model_fields.items():
            if takes_text(info.annotation, *info.metadata):
                yield field
    elif takes_text(hint):
        yield name


def takes_text(hint: Any, *marks: Any) -> bool:
    """Whether free text, or a file, can stand somewhere in a value of this type."""
    if any(_is_closed(mark) for mark in marks):
        return False
    if get_origin(hint) is Annotated:
        inner, *more = get_args(hint)
        return takes_text(inner, *more)
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return any(takes_text(info.annotation, *info.metadata) for info in hint.model_fields.values())
    return hint in (str, Any, UploadFile, object, bytes) or any(takes_text(part) for part in get_args(hint))


def _is_closed(mark: Any) -> bool:
    """A pattern lets codes pass, and no names."""
    return getattr(mark, "pattern", None) is not None


# Text that is no place for a canary, and why it may stand in the clear; everything else the story plants.
OPEN: Mapping[str, set[Field]] = {
    "a unit: refused unless a catalogue has it": {
        ("GET /v1/arriving-cases", "unit"),
        ("GET /v1/indicators/{indicator}", "unit"),
        ("GET /v1/indicators/{indicator}/explanation", "unit"),
        ("GET /v1/management-ledger", "unit"),
        ("GET /v1/police-lists", "unit"),
        ("POST /v1/cases", "unit"),
        ("POST /v1/cases/{case_id}/management-decisions", "unit"),
        ("POST /v1/cases/{case_id}/removals", "unit"),
        ("POST /v1/cases/{case_id}/transfers", "to_unit"),
        ("POST /v1/completed-episodes", "unit"),
        ("POST /v1/persons", "unit"),
        ("POST /v1/persons/{person_id}/residences", "unit"),
        ("POST /v1/police-lists", "unit"),
        ("POST /v1/trainings/{training_id}/approval", "unit"),
    },
    "the number of a document, which says who made it and when": {
        ("POST /v1/addiction-determinations", "certificate_number"),
        ("POST /v1/cases/{case_id}/management-decisions", "number"),
        ("POST /v1/cases/{case_id}/removals", "certificate_number"),
        ("POST /v1/cases/{case_id}/removals", "number"),
        ("POST /v1/completed-episodes", "certificate_number"),
        ("POST /v1/drug-tests", "form_number"),
        ("POST /v1/trainings/{training_id}/approval", "number"),
        ("POST /v1/trainings/{training_id}/completion", "certificate_number"),
    },
    "an office or an organisation": {
        ("POST /v1/addiction-determinations", "body"),
        ("POST /v1/cases/{case_id}/helpers", "organisation"),
        ("POST /v1/cases/{case_id}/management-decisions", "body"),
        ("POST /v1/cases/{case_id}/removals", "body"),
        ("POST /v1/completed-episodes", "issuer"),
        ("POST /v1/trainings/{training_id}/approval", "body"),
    },
    "the id of an indicator: refused unless there is one": {
        ("GET /v1/indicators/{indicator}", "indicator"),
        ("GET /v1/indicators/{indicator}/explanation", "indicator"),
    },
}
