"""Rows of lists as they are kept: what is to be done, what waits for a human, and what is worth telling the sender."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection, text

from libs.events.contracts.registry.police_list import RowOutcome
from services.registry.projections.lists import quarantine

KEPT_ROWS_BATCH_MAX = 5_000
AT = "@"
BEFORE_ALL = -1
NO_ROW = UUID(int=0)


@dataclass(frozen=True, slots=True)
class KeptRow:
    """A row: who it is or may be, its problems as `code@column`, and what it said, sealed, where a human must see it.

    `done` rows are kept for their problems; of rows that wait, only `RowQuarantined` was said. `followed` are those
    that a human resolved and whose facts are their person's.
    """

    row_id: UUID
    list_id: UUID
    sender: str
    unit: str
    ordinal: int
    sheet: int
    row: int
    fingerprint: bytes
    outcome: RowOutcome
    person_id: UUID | None = None
    candidates: tuple[UUID, ...] = ()
    problems: tuple[str, ...] = ()
    sealed: bytes | None = None
    done: bool = False
    followed: bool = False

    @property
    def codes(self) -> tuple[str, ...]:
        """The kinds of its problems, each once."""
        return tuple(dict.fromkeys(code for code, _ in self.places))

    @property
    def places(self) -> tuple[tuple[str, str | None], ...]:
        """The kind of each problem with the column where it is, or None for the row as a whole."""
        parts = [problem.partition(AT) for problem in self.problems]
        return tuple((code, column or None) for code, _, column in parts)


@dataclass(slots=True)
class Decided:
    """How many rows that said the same wait, were found nobody's, and were found each person's."""

    waiting: int = 0
    nobodys: int = 0
    persons: Counter[UUID] = field(default_factory=Counter)


def keep_rows(connection: Connection, rows: Sequence[KeptRow]) -> None:
    """Keep planned rows; at most `KEPT_ROWS_BATCH_MAX` at a time."""
    connection.execute(_KEEP, {"rows": orjson.dumps([_as_json(row) for row in rows]).decode()})


def drop_rows(connection: Connection, list_id: UUID) -> None:
    """Forget a plan that was never begun."""
    connection.execute(_DROP, {"list": list_id})


def rows_to_do(connection: Connection, list_id: UUID, outcomes: Collection[RowOutcome], limit: int) -> list[KeptRow]:
    """The next rows of a list that have one of these ends before them, in its order."""
    values = {"list": list_id, "outcomes": [str(one) for one in outcomes], "most": limit}
    return [_kept(row) for row in connection.execute(_TO_DO, values)]


def row_of(connection: Connection, row_id: UUID) -> KeptRow | None:
    """One row, if it is kept."""
    row = connection.execute(_ONE, {"row": row_id}).first()
    return None if row is None else _kept(row)


def rows_done(connection: Connection, rows: Collection[KeptRow]) -> None:
    """Rows that have their end: those without a word to say about them leave."""
    silent = [row.row_id for row in rows if not row.problems]
    connection.execute(_LEAVE, {"rows": silent})
    connection.execute(_DONE, {"rows": [row.row_id for row in rows if row.problems]})


def rows_to_follow(connection: Connection, limit: int, after: UUID = NO_ROW) -> list[UUID]:
    """Rows that were resolved as somebody and whose facts were not written yet, from behind an id on."""
    table = quarantine.live(connection)
    statement = (
        f"select r.row_id from list_row r join {table} q on q.row_id = r.row_id"  # noqa: S608 -- Our own words.
        " where r.outcome = 'quarantined' and not r.followed and r.row_id > :after and q.person_id is not null"
        " order by r.row_id limit :most"
    )
    return list(connection.execute(text(statement), {"after": after, "most": limit}).scalars())


def row_followed(connection: Connection, row_id: UUID) -> None:
    """The facts of a resolved row are its person's."""
    connection.execute(_FOLLOWED, {"row": row_id})


def row_waits_instead(connection: Connection, row: KeptRow) -> None:
    """A row that could not be done: it waits, and its list counts it so."""
    values = {"row": row.row_id, "problems": list(row.problems), "sealed": row.sealed, "candidates": [row.person_id]}
    connection.execute(_WAITS, values)
    column = "matched" if row.outcome is RowOutcome.MATCHED else "fresh"
    statement = f"update list_file set {column} = {column} - 1, quarantined = quarantined + 1 where list_id = :list"  # noqa: S608 -- Our own words.
    connection.execute(text(statement), {"list": row.list_id})


def problems_of(connection: Connection, list_id: UUID, limit: int, after: int = BEFORE_ALL) -> list[KeptRow]:
    """Rows of a list with problems, in its order, from behind an ordinal on."""
    return [_kept(row) for row in connection.execute(_TELLING, {"list": list_id, "after": after, "most": limit})]


def decided_before(connection: Connection, sender: str, fingerprints: Sequence[bytes]) -> dict[bytes, Decided]:
    """Rows that a sender sent before word for word, and what a human found them, or that they wait for one."""
    table = quarantine.live(connection)
    statement = (
        f"select r.fingerprint, q.outcome, q.person_id from list_row r join {table} q on q.row_id = r.row_id"  # noqa: S608 -- Our own words.
        " where r.sender = :sender and r.fingerprint = any(:rows) and (q.outcome is not null or r.sealed is not null)"
    )
    found: defaultdict[bytes, Decided] = defaultdict(Decided)
    for row in connection.execute(text(statement), {"sender": sender, "rows": list(fingerprints)}):
        decided = found[bytes(row.fingerprint)]
        if row.outcome is None:
            decided.waiting += 1
        elif row.person_id is None:
            decided.nobodys += 1
        else:
            decided.persons[row.person_id] += 1
    return found


def _as_json(row: KeptRow) -> Mapping[str, Any]:
    sealed = None if row.sealed is None else f"\\x{row.sealed.hex()}"
    values = {name: getattr(row, name) for name in KeptRow.__slots__}
    return values | {"fingerprint": f"\\x{row.fingerprint.hex()}", "sealed": sealed}


def _kept(row: Any) -> KeptRow:
    values = {name: getattr(row, name) for name in KeptRow.__slots__}
    lists = {name: tuple(values[name]) for name in ("candidates", "problems")}
    sealed = None if row.sealed is None else bytes(row.sealed)
    known = {"outcome": RowOutcome(row.outcome), "fingerprint": bytes(row.fingerprint), "sealed": sealed}
    return KeptRow(**values | lists | known)


_KEEP = text("insert into list_row select * from json_populate_recordset(null::list_row, cast(:rows as json))")
_DROP = text("delete from list_row where list_id = :list")
_TO_DO = text(
    "select * from list_row where list_id = :list and not done and outcome = any(:outcomes)"
    " order by ordinal limit :most"
)
_ONE = text("select * from list_row where row_id = :row")
_LEAVE = text("delete from list_row where row_id = any(:rows)")
_DONE = text("update list_row set done = true where row_id = any(:rows)")
_FOLLOWED = text("update list_row set followed = true where row_id = :row")
_WAITS = text(
    "update list_row set outcome = 'quarantined', person_id = null, problems = :problems, sealed = :sealed,"
    " candidates = array_remove(cast(:candidates as uuid[]), null) where row_id = :row"
)
_TELLING = text(
    "select * from list_row where list_id = :list and ordinal > :after and problems <> '{}'"
    " order by ordinal limit :most"
)
