"""Finding whom rows may mean, in bulk: by numbers, then by name and birth year, then by place and birth year."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, text

from libs.events.codec import Codec
from libs.events.keyring import keyed_hash
from libs.vietnam.units import UnitRef, scope_communes
from services.registry.feed.known import KnownPerson, known_persons
from services.registry.feed.rows import ListRow
from services.registry.projections.identifiers import folded_text, names, numbers
from services.registry.projections.persons import persons

SOUGHT_ROWS_MAX = 2_000
CANDIDATES_PER_ROW_MAX = 50


@dataclass(frozen=True)
class Found:
    """Whom some rows may mean: persons by number, other candidates by the row's place in the sequence."""

    persons: Mapping[UUID, KnownPerson]
    by_number: Mapping[str, frozenset[UUID]]
    by_row: Mapping[int, frozenset[UUID]]


def find(connection: Connection, codec: Codec, rows: Sequence[ListRow]) -> Found:
    """Everybody whom the rows may mean, in a handful of reads; give at most `SOUGHT_ROWS_MAX` rows at a time."""
    connection.execute(text("select set_config('aftercare.scope', '*', true)"))
    by_number = _by_number(connection, codec, rows)
    left = [n for n, row in enumerate(rows) if row.citizen_id is None or not by_number.get(row.citizen_id)]
    by_row: defaultdict[int, set[UUID]] = defaultdict(set)
    for n, person_id in [*_by_name(connection, codec, rows, left), *_by_place(connection, rows, left)]:
        by_row[n].add(person_id)
    wanted = {one for ids in [*by_number.values(), *by_row.values()] for one in ids}
    known = known_persons(connection, codec, wanted)
    return Found(known, by_number, {n: frozenset(ids) for n, ids in by_row.items()})


def _by_number(connection: Connection, codec: Codec, rows: Iterable[ListRow]) -> dict[str, frozenset[UUID]]:
    sought = {number for row in rows for number in (row.citizen_id, row.legacy_id9) if number}
    hashes = {keyed_hash(codec.keyring, number): number for number in sought}
    found: defaultdict[str, set[UUID]] = defaultdict(set)
    for column in ("citizen_hash", "legacy_hash"):
        for row in numbers.read(connection, f"{column} = any(:hashes)", hashes=list(hashes)):
            # A row is found by one hash and may hold another number besides.
            number = hashes.get(bytes(getattr(row, column)))
            if number is not None:
                found[number].add(row.person_id)
    return {number: frozenset(ids) for number, ids in found.items()}


def _by_name(
    connection: Connection, codec: Codec, rows: Sequence[ListRow], left: Sequence[int]
) -> list[tuple[int, UUID]]:
    sought = [n for n in left if rows[n].full_name]
    hashes = [keyed_hash(codec.keyring, folded_text(rows[n].full_name)) for n in sought]
    statement = (
        "select q.n, f.person_id from unnest(cast(:ns as bigint[]), cast(:hashes as bytea[]), cast(:years as bigint[]))"  # noqa: S608 -- Our own words.
        f" q(n, hash, year) cross join lateral (select p.person_id from {names.live(connection)} k"
        f" join {persons.live(connection)} p on p.person_id = k.person_id where k.folded_hash = q.hash"
        " and (p.birth_year = q.year or p.birth_year is null or q.year is null) order by p.person_id limit :most) f"
    )
    values = {"ns": sought, "hashes": hashes, "years": [rows[n].birth_year for n in sought]}
    found = connection.execute(text(statement), values | {"most": CANDIDATES_PER_ROW_MAX})
    return [(row.n, row.person_id) for row in found]


def _by_place(connection: Connection, rows: Sequence[ListRow], left: Sequence[int]) -> list[tuple[int, UUID]]:
    places = [
        (n, unit, rows[n].birth_year)
        for n in left
        if rows[n].birth_year is not None
        for unit in _same_place(rows[n].unit)
    ]
    statement = (
        "select q.n, f.person_id from unnest(cast(:ns as bigint[]), cast(:units as text[]), cast(:years as bigint[]))"  # noqa: S608 -- Our own words.
        f" q(n, unit, year) cross join lateral (select p.person_id from {persons.live(connection)} p"
        " where p.unit = q.unit and p.birth_year = q.year order by p.person_id limit :most) f"
    )
    ns, units, years = zip(*places, strict=True) if places else ((), (), ())
    values = {"ns": list(ns), "units": list(units), "years": list(years), "most": CANDIDATES_PER_ROW_MAX}
    return [(row.n, row.person_id) for row in connection.execute(text(statement), values)]


def _same_place(unit: UnitRef | None) -> tuple[UnitRef, ...]:
    return () if unit is None else scope_communes(unit)
