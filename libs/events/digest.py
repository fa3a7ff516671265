"""Digests: whether two tables hold the same rows, in any order, at the same positions."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from libs.events.projection import KNOWN, SYSTEM, Projection


@dataclass(frozen=True)
class Digest:
    """How many rows, and a sum over them that does not depend on their order."""

    rows: int
    sum: str


def digest_of(connection: Connection, projection: Projection[Any], table: str) -> Digest:
    """The digest of one version of a projection, as this transaction sees it; keyed hashes are left out."""
    columns = [column.name for column in projection.columns if column.hash_of is None]
    columns += [*SYSTEM, *(KNOWN if projection.history else ())]
    # Two 64-bit hashes under different seeds; their sums do not care for order.
    spelled = f"row({', '.join(columns)})::text"
    statement = (
        f"select count(*), concat(coalesce(sum(hashtextextended({spelled}, 0)::numeric), 0), '/',"  # noqa: S608 -- Our own words.
        f" coalesce(sum(hashtextextended({spelled}, 1)::numeric), 0)) from {table}"
    )
    rows, total = connection.execute(text(statement)).one()
    return Digest(rows, total)


def differing_keys(
    connection: Connection, projection: Projection[Any], one: str, other: str, limit: int = 20
) -> list[str]:
    """Keys of rows that are not the same in two versions of equal shape, at most `limit`."""
    columns = ", ".join(c.name for c in projection.columns if c.hash_of is None)
    columns += ", " + ", ".join((*SYSTEM, *(KNOWN if projection.history else ())))
    key = projection.key
    statement = (
        f"select distinct {key}::text from ((select {columns} from {one} except select {columns} from {other})"  # noqa: S608 -- Our own words.
        f" union all (select {columns} from {other} except select {columns} from {one})) d order by 1 limit :limit"
    )
    return list(connection.execute(text(statement), {"limit": limit}).scalars())
