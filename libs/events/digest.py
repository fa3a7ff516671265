"""Digests: whether two tables hold the same rows, in any order, at the same positions."""

from collections.abc import Collection
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from libs.events.projection import KNOWN, SYSTEM, Projection

Subjects = AbstractSet[tuple[str, str]]


@dataclass(frozen=True)
class Digest:
    """How many rows, and a sum over them that does not depend on their order."""

    rows: int
    sum: str


def digest_of(
    connection: Connection, projection: Projection[Any], table: str, without: Subjects = frozenset()
) -> Digest:
    """The digest of one version of a projection, as this transaction sees it; keyed hashes are left out.

    So are rows of the subjects, as (source, subject), that it is to be taken `without`.
    """
    columns = [column.name for column in projection.columns if column.hash_of is None]
    columns += [*SYSTEM, *(KNOWN if projection.history else ())]
    # Two 64-bit hashes under different seeds; their sums do not care for order.
    spelled = f"row({', '.join(columns)})::text"
    statement = (
        f"select count(*), concat(coalesce(sum(hashtextextended({spelled}, 0)::numeric), 0), '/',"  # noqa: S608 -- Our own words.
        f" coalesce(sum(hashtextextended({spelled}, 1)::numeric), 0)) from {table}"
        f" where {_OTHERS}"
    )
    rows, total = connection.execute(text(statement), _listed(without)).one()
    return Digest(rows, total)


def differing_keys(
    connection: Connection,
    projection: Projection[Any],
    tables: tuple[str, str],
    without: Subjects = frozenset(),
    keys: Collection[Any] | None = None,
    limit: int = 20,
) -> list[str]:
    """Keys of rows that are not the same in two versions of equal shape, of all or of these, at most `limit`."""
    columns = ", ".join(c.name for c in projection.columns if c.hash_of is None)
    columns += ", " + ", ".join((*SYSTEM, *(KNOWN if projection.history else ())))
    chosen = "" if keys is None else f" and {projection.key} = any(:keys)"
    one, other = (f"select {columns} from {table} where {_OTHERS}{chosen}" for table in tables)  # noqa: S608 -- Our own words.
    statement = (
        f"select distinct {projection.key}::text from (({one} except {other}) union all ({other} except {one})) d"  # noqa: S608 -- Our own words.
        " order by 1 limit :limit"
    )
    return list(
        connection.execute(text(statement), {"limit": limit, "keys": list(keys or ())} | _listed(without)).scalars()
    )


def _listed(subjects: Subjects) -> dict[str, list[str]]:
    return {"sources": [source for source, _ in subjects], "subjects": [subject for _, subject in subjects]}


_OTHERS = (
    "not exists (select from unnest(cast(:sources as text[]), cast(:subjects as text[])) w (source, subject)"
    " where w.source = row_source and w.subject = row_subject)"
)
