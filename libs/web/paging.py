"""Pages by key: an opaque cursor names the last row seen, so rows added meanwhile shift nothing."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, Generic, TypeVar

import orjson
from pydantic import BaseModel, TypeAdapter, ValidationError
from sqlalchemy import Connection, text

from libs.events.checkpoints import Place
from libs.events.columns import Column
from libs.events.projection import Projection
from libs.web.refusals import CursorMalformed

LIMIT_DEFAULT = 50
LIMIT_MAX = 200
CURSOR_CHARACTERS_MAX = 500
R = TypeVar("R")
V = TypeVar("V")


@dataclass(frozen=True)
class PageRequest:
    """Which page of a list is asked for: `?cursor=&limit=`."""

    cursor: str | None = None
    limit: int = LIMIT_DEFAULT


class Page(BaseModel, Generic[V]):
    """A page as it is answered; `next` is the cursor of the following one, null at the end."""

    items: list[V]
    next: str | None


@dataclass(frozen=True)
class Rows(Generic[R]):
    """The rows of one page, where they lie in the log, and the cursor of the following page."""

    rows: list[R]
    places: list[Place]
    next: str | None

    def page(self, view: Callable[[R], V]) -> Page[V]:
        """The page with each row as it is shown."""
        return Page(items=[view(row) for row in self.rows], next=self.next)

    def column(self, name: str) -> list[Any]:
        """One field of every row, as for `Seen.subjects`."""
        return [getattr(row, name) for row in self.rows]


@dataclass(frozen=True)
class Order:
    """How a list is ordered: by a column and, where it ties, by the key."""

    projection: Projection[Any]
    by: str
    descending: bool = False

    @cached_property
    def columns(self) -> list[Column]:
        """The ordering columns; ValueError when one of them can be null, since nothing comes after null."""
        wanted = list(dict.fromkeys((self.by, self.projection.key)))
        found = {column.name: column for column in self.projection.columns if column.name in wanted}
        if found.keys() != set(wanted) or any(column.nullable for column in found.values()):
            raise ValueError(f"{self.projection.name} cannot be paged by {self.by}")
        return [found[name] for name in wanted]

    @property
    def name(self) -> str:
        """What a cursor must have been made for."""
        return f"{self.projection.name}:{self.by}:{self.descending}"

    def cursor(self, row: Any) -> str:
        """The cursor after a row."""
        values = [getattr(row, column.name) for column in self.columns]
        return urlsafe_b64encode(orjson.dumps([self.name, *values])).decode().rstrip("=")

    def after(self, cursor: str) -> list[Any]:
        """The ordering values of the row that a cursor names; `CursorMalformed` when it is not one of this list."""
        try:
            raw = orjson.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
            name, *values = raw
            typed = [TypeAdapter(_kind(c)).validate_python(v) for c, v in zip(self.columns, values, strict=True)]
        except (NotBase64, ValidationError, ValueError, TypeError):
            raise CursorMalformed("not a cursor") from None
        if name != self.name:
            raise CursorMalformed("a cursor of another list")
        return typed


def read_page(
    connection: Connection,
    order: Order,
    request: PageRequest,
    where: str = "true",
    **values: Any,
) -> Rows[Any]:
    """The rows of the live table that satisfy an SQL condition, one page of them in order."""
    projection = order.projection
    columns = ", ".join(column.name for column in order.columns)
    direction = "desc" if order.descending else "asc"
    ordering = ", ".join(f"{column.name} {direction}" for column in order.columns)
    beyond = ""
    if request.cursor is not None:
        marks = ", ".join(f"cast(:after_{n} as {column.sql})" for n, column in enumerate(order.columns))
        beyond = f" and ({columns}) {'<' if order.descending else '>'} ({marks})"
        values |= {f"after_{n}": value for n, value in enumerate(order.after(request.cursor))}
    current = " and known_to = 'infinity'" if projection.history else ""
    statement = (
        f"select {projection.names}, row_source, row_partition from {projection.live(connection)}"  # noqa: S608 -- Our own words.
        f" where ({where}){current}{beyond} order by {ordering} limit :page_limit"
    )
    found = list(connection.execute(text(statement), values | {"page_limit": request.limit + 1}))
    rows = [projection.load(row) for row in found[: request.limit]]
    more = order.cursor(rows[-1]) if len(found) > request.limit else None
    return Rows(rows, places_of(found[: request.limit]), more)


def places_of(rows: Iterable[Any]) -> list[Place]:
    """Where the last events of some rows lie."""
    return [Place(row.row_source, row.row_partition) for row in rows]


def _kind(column: Column) -> Any:
    return {"timestamptz": datetime, "date": date, "bigint": int}.get(column.sql, column.kind)
