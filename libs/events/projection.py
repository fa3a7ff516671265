"""A projection: a table, and a pure fold per row; what a rate is counted from, rebuilt from the log at will."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, text

from libs.events.columns import Column, columns_of
from libs.events.decider import Refused
from libs.events.event import ContractError, Event
from libs.events.record import Position

R = TypeVar("R")
E = TypeVar("E", bound=Event)
Keys = Callable[[Any], Any]
FoldFunction = Callable[[E, R | None], R | None]
# Beside the row's own columns: whose row it is, and which event made it what it is.
SYSTEM = ("row_source", "row_subject", "row_partition", "row_sequence", "row_event")
KNOWN = ("known_from", "known_to")
_SEVERAL = (list, tuple, set, frozenset)


@dataclass(frozen=True)
class Fold:
    """How one event class touches the table: which keys, and what each row becomes (None removes it)."""

    keys: Keys
    evolve: Callable[[Any, Any], Any]


@dataclass(eq=False)
class Projection(Generic[R]):
    """A table of `table` rows named `<service>.<name>`, folded from events.

    `history=True` keeps one row version per event with `known_from` and `known_to`. `group` names projections
    that one answer uses together: they are rebuilt and swapped as one. `unit` names the column that carries the
    administrative unit for row-level security, and `indexes` what is searched. `unique` says what may be there
    once only, across streams, as an index like `(person_id) where is_open`, and how a command that breaks it is
    refused; it needs the projection to be inline.
    """

    name: str
    version: int
    table: type[R]
    history: bool = False
    group: str = ""
    unit: str | None = None
    indexes: Sequence[str] = ()
    unique: Mapping[str, type[Refused]] = field(default_factory=dict)
    folds: dict[type[Event], Fold] = field(default_factory=dict)

    def on(
        self, event_class: type[E], *, key: Callable[[E], Any]
    ) -> Callable[[FoldFunction[E, R]], FoldFunction[E, R]]:
        """Mark `evolve(event, row) -> row` for an event class; `key` gives the row's key, or several in a list."""

        def register(evolve: FoldFunction[E, R]) -> FoldFunction[E, R]:
            if event_class in self.folds:
                raise ContractError(f"{self.name} folds {event_class.__name__} twice")
            self.folds[event_class] = Fold(key, evolve)
            return evolve

        return register

    def keys_of(self, event: Event) -> Collection[Any]:
        """The keys of the rows that an event touches; none when it is not folded here."""
        if (fold := self.folds.get(type(event))) is None:
            return ()
        keys = fold.keys(event)
        return keys if isinstance(keys, _SEVERAL) else (keys,)

    @property
    def columns(self) -> tuple[Column, ...]:
        """The row's own columns; the first is the key."""
        row_class: Any = self.table
        return columns_of(row_class)

    @property
    def hashed(self) -> tuple[Column, ...]:
        """The columns that hold keyed hashes."""
        return tuple(column for column in self.columns if column.hash_of is not None)

    @property
    def handled(self) -> frozenset[str]:
        """The wire names of the events that it folds."""
        return frozenset(event_class.contract.wire for event_class in self.folds)

    @property
    def names(self) -> str:
        """The row's own columns, as a select lists them."""
        return ", ".join(column.name for column in self.columns)

    @property
    def key(self) -> str:
        """The key column."""
        return self.columns[0].name

    @property
    def shape(self) -> str:
        """A fingerprint of the table's columns: equal shapes can be compared by digest."""
        spelled = ";".join(f"{c.name} {c.sql}" for c in self.columns if c.hash_of is None) + str(self.history)
        return sha256(spelled.encode()).hexdigest()[:16]

    def load(self, found: Sequence[Any]) -> R:
        """The row object of a result row that begins with the `names`."""
        values = (
            value if value is None or column.load is None else column.load(value)
            for column, value in zip(self.columns, found, strict=False)
        )
        return self.table(*values)

    def read(
        self,
        connection: Connection,
        where: str = "true",
        *,
        at: datetime | None = None,
        tail: str = "",
        **values: Any,
    ) -> list[R]:
        """The live version's rows that satisfy an SQL condition; with history, as known at `at` (needed there)."""
        statement = f"select {self.names} from {self.live(connection)} where ({where}){self._known(at)} {tail}"  # noqa: S608 -- Our own words.
        rows = connection.execute(text(statement), values | ({"known_at": at} if self.history else {}))
        return [self.load(row) for row in rows]

    def placed(self, connection: Connection, where: str, *, tail: str = "", **values: Any) -> list[tuple[R, Position]]:
        """The live version's rows that satisfy an SQL condition, each with the event that made it what it is."""
        names = f"{self.names}, row_source, row_partition, row_sequence"
        statement = f"select {names} from {self.live(connection)} where ({where}){self._now()} {tail}"  # noqa: S608 -- Our own words.
        return [
            (self.load(row), Position(row.row_source, row.row_partition, row.row_sequence))
            for row in connection.execute(text(statement), values)
        ]

    def live(self, connection: Connection) -> str:
        """The table that readers use now: ask in the same transaction as the read."""
        found: str = connection.execute(_LIVE, {"name": self.name}).scalar_one()
        return found

    def refusal(self, constraint: str) -> type[Refused] | None:
        """How a command is refused that breaks the unique index of this name, if it is one of ours."""
        numbered = {f"u{n}": refusal for n, refusal in enumerate(self.unique.values())}
        return numbered.get(constraint.rsplit("_", 1)[-1])

    def _now(self) -> str:
        return " and known_to = 'infinity'" if self.history else ""

    def _known(self, at: datetime | None) -> str:
        if not self.history:
            return ""
        if at is None:
            raise ValueError(f"{self.name} keeps history: say as known when")
        return " and known_from <= :known_at and known_to > :known_at"


def live_tables(connection: Connection) -> dict[str, str]:
    """The table that readers use now of every projection of this database, by name, in one query."""
    return {row.name: row.live for row in connection.execute(_ALL_LIVE)}


def groups(projections: Iterable[Projection[Any]]) -> dict[str, list[Projection[Any]]]:
    """Projections by the group that they are rebuilt in; one without a group is its own."""
    grouped: dict[str, list[Projection[Any]]] = {}
    for projection in projections:
        grouped.setdefault(projection.group or projection.name, []).append(projection)
    return grouped


_ALL_LIVE = text("select name, live from projection_pointer")
_LIVE = text("select live from projection_pointer where name = :name")
