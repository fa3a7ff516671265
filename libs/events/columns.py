"""Row classes as tables: one frozen dataclass is one table, its first field the key."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import orjson

from libs.events.event import ContractError, Sealed

_SQL = {
    UUID: "uuid",
    str: "text",
    int: "bigint",
    bool: "boolean",
    date: "date",
    datetime: "timestamptz",
    bytes: "bytea",
}


@dataclass(frozen=True)
class HashOf:
    """Marks a column that the engine fills with keyed hashes of a sealed column's content.

    `field` names the sealed column; `values` turns its content and the row into the text, or texts, to be
    hashed. The column is null when the content is redacted, and no digest counts it.
    """

    field: str
    values: Callable[[Any, Any], str | list[str] | None]


@dataclass(frozen=True)
class Column:
    """One column: its SQL type, and how what PostgreSQL returns, if not null, becomes the Python value.

    `load` is None where it is that value already.
    """

    name: str
    sql: str
    nullable: bool
    kind: Any
    hash_of: HashOf | None = None
    load: Callable[[Any], Any] | None = None


def rows_as_json(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows as the JSON that PostgreSQL reads them from."""
    return orjson.dumps(rows, default=_as_json, option=orjson.OPT_PASSTHROUGH_DATACLASS).decode()


def _as_json(value: Any) -> str:
    if isinstance(value, Sealed):
        return str(value)
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    raise TypeError(f"no column holds a {type(value).__name__}")


@cache
def columns_of(row_class: Any) -> tuple[Column, ...]:
    """The columns of a row class, in the order of its fields."""
    hints = get_type_hints(row_class, include_extras=True)
    return tuple(_column(field.name, hints[field.name]) for field in fields(row_class))


def _column(name: str, hint: Any) -> Column:
    hash_of = None
    if get_origin(hint) is Annotated:
        hint, *marks = get_args(hint)
        hash_of = next((mark for mark in marks if isinstance(mark, HashOf)), None)
    parts = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    kinds = [part for part in parts if part is not NoneType]
    if len(kinds) != 1:
        raise ContractError(f"column {name} must have one type, or one and None")
    return Column(name, _sql(name, kinds[0]), NoneType in parts, kinds[0], hash_of, _loader(kinds[0]))


def _loader(kind: Any) -> Callable[[Any], Any] | None:
    if kind is Sealed:
        return Sealed.parse
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind
    return tuple if get_origin(kind) is tuple else None


def _sql(name: str, kind: Any) -> str:
    if kind is Sealed:
        return "text"
    if get_origin(kind) in (list, tuple):
        return _sql(name, get_args(kind)[0]) + "[]"
    if isinstance(kind, type) and issubclass(kind, Enum):
        return "text"
    if kind not in _SQL:
        raise ContractError(f"column {name} has a type that no table holds: {kind}")
    return _SQL[kind]
