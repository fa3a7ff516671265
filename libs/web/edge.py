"""What a route works with: rows within the caller's scope, the command's handling, the day, and new ids."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, TypeVar
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, text

from libs.events.decider import Decider, Unknown
from libs.events.event import REDACTED, Sealed
from libs.events.handling import Outcome, Target
from libs.events.projection import Projection
from libs.events.record import Meta, Position
from libs.events.service import Parts
from libs.web import command_log
from libs.web.access import EVERYWHERE
from libs.web.admitted import Admitted
from libs.web.paging import Order, PageRequest, Rows, places_of, read_page
from libs.web.refusals import OutsideScope
from libs.web.roles import Permission, Scope, grants
from libs.web.snapshot import Snapshot

CIVIL = ZoneInfo("Asia/Ho_Chi_Minh")
C = TypeVar("C")
S = TypeVar("S")
R = TypeVar("R")


class EdgeMisused(RuntimeError):
    """A route forgot a check that keeps people apart; the request ends without an answer."""


@dataclass
class Edge:
    """One request of a service, admitted, as its route sees it.

    Nothing is written before something was found within the caller's scope (`find`, `found`, `within`), and
    where the caller reaches only their own things, nothing is answered before `mine` or `own` was asked.
    `relied_on` says where the last event of every row found lies, for an event that records what it rests on.
    """

    parts: Parts
    admitted: Admitted
    snapshot: Snapshot
    entry: command_log.Entry | None = None
    in_scope: bool = False
    narrowed: bool = False
    handled: bool = False
    relied_on: list[Position] = field(default_factory=list)

    def find(self, projection: Projection[R], key: Any) -> R:
        """The row of this key within the caller's scope; `Unknown` alike when there is none and when it is not."""
        connection = self._using(projection)
        current = " and known_to = 'infinity'" if projection.history else ""
        statement = (
            f"select {projection.names}, row_source, row_partition, row_sequence from {projection.live(connection)}"  # noqa: S608 -- Our own words.
            f" where {projection.key} = :key{current}"
        )
        row = connection.execute(text(statement), {"key": key}).one_or_none()
        if row is None:
            raise Unknown("nothing of this kind within the caller's scope")
        # Rows without a unit are the same for everyone: to see one says nothing of the caller's scope.
        self.in_scope |= projection.unit is not None or self.admitted.reach.nationwide
        self.relied_on.append(Position(row.row_source, row.row_partition, row.row_sequence))
        self.snapshot.used.rows(places_of([row]))
        return projection.load(row)

    def found(self, row: R | None) -> R:
        """A row of a projection with units, read with `reading`; `Unknown` when there is none."""
        if row is None:
            raise Unknown("nothing of this kind within the caller's scope")
        self.in_scope = True
        return row

    def page(
        self,
        projection: Projection[R],
        request: PageRequest,
        where: str = "true",
        *,
        by: str | None = None,
        descending: bool = False,
        **values: Any,
    ) -> Rows[R]:
        """A page of the rows in the caller's scope, ordered by a column that is never null, by default the key."""
        order = Order(projection, by or projection.key, descending)
        found = read_page(self._using(projection), order, request, where, **values)
        self.snapshot.used.rows(found.places)
        self._warm(found.rows)
        return found

    def reading(self, *projections: Projection[Any]) -> Connection:
        """The snapshot for a projection's own reads; name all that are used, the answer's freshness rests on them."""
        self.snapshot.used.anything()
        return self._using(*projections)

    @contextmanager
    def counting(self, *projections: Projection[Any]) -> Iterator[Connection]:
        """As `reading`, past the wall of units while the block runs: for figures of a unit checked with `within`.

        What is counted moves between units; a row outside the caller's may count, and must not be shown.
        """
        if not self.in_scope:
            raise EdgeMisused("a figure is of a unit that was found within the caller's scope")
        connection = self.reading(*projections)
        connection.execute(_SCOPE, {"scope": EVERYWHERE})
        yield connection
        connection.execute(_SCOPE, {"scope": self.admitted.reach.setting})

    def reveal(self, sealed: Sealed | None) -> Any:
        """What a sealed field says; None when there is none or its key was destroyed."""
        if sealed is None:
            return None
        value = self.parts.codec.reveal(sealed)
        return None if value is REDACTED else value

    def within(self, unit: str) -> str:
        """The unit, if it is one of the caller's; else `OutsideScope`."""
        if not self.admitted.reach.covers(unit):
            raise OutsideScope("the unit is not one of the caller's")
        self.in_scope = True
        return unit

    def also(self, permission: Permission) -> bool:
        """Whether the caller's roles grant another permission, as far as this request reaches."""
        scopes = {scope for _, scope in grants(self.admitted.caller.roles, permission)}
        return Scope.COUNTRY in scopes if self.admitted.reach.nationwide else bool(scopes)

    def own(self, kind: Scope) -> frozenset[str] | None:
        """The ids to which a caller of this narrow scope is limited; None for one who reaches all of the unit."""
        self.narrowed = True
        if not self.admitted.reach.narrow:
            return None
        return self.admitted.caller.own.get(kind, frozenset()) if kind in self.admitted.reach.narrow else frozenset()

    def mine(self, **things: object) -> None:
        """`mine(club=row.club_id)`: `Unknown` unless the caller reaches all of the unit, or one of these is theirs.

        `assigned` takes the id of the helper, or of all helpers: what is assigned to a caller names them.
        """
        limits = {kind: self.own(Scope(kind)) for kind in things}
        if not any((limit := limits[kind]) is None or limit & _ids(thing) for kind, thing in things.items()):
            raise Unknown("nothing of this kind that is the caller's")

    @cached_property
    def now(self) -> datetime:
        """This instant, as the journal would record it."""
        return self.snapshot.now()

    @property
    def today(self) -> date:
        """This civil day in Viet Nam."""
        return self.now.astimezone(CIVIL).date()

    @property
    def caller(self) -> str:
        """The opaque id of the caller, as it is stored with events."""
        return self.admitted.caller.sub

    def new_id(self, name: str = "id") -> UUID:
        """An id that the command brings along: the same when it is repeated."""
        return uuid5(self.command_id, name)

    @property
    def command_id(self) -> UUID:
        """The id of this request's command, the same when it is repeated."""
        return self.command().command_id

    def meta(self, part: str = "") -> Meta:
        """What comes with a command; `part` tells the commands of one file apart."""
        command_id = self.new_id(part) if part else self.command_id
        return Meta(command_id, self.caller, self.admitted.request_id, self.admitted.purpose)

    def handle(self, decider: Decider[C, S], stream: str, command: C, *, subject: str | None = None) -> Outcome:
        """Handle the request's one command; said again with the same key, it is found, not done again."""
        if not self.in_scope or self.handled:
            raise EdgeMisused("one command a request, on something found within the caller's scope")
        self.check_answer()
        self.handled = True
        target = Target(decider, stream, command, self.meta(), subject, self.admitted.expected)
        # Two connections held by one request could starve the pool.
        self.snapshot.close()
        return command_log.once(self.parts, self.command(), target)

    def command(self) -> command_log.Entry:
        """The entry of this request in the command log."""
        if self.entry is None:
            raise EdgeMisused("a query has no command")
        return self.entry

    def check_answer(self) -> None:
        """Fail unless a caller who reaches only their own things was limited to them."""
        if self.admitted.reach.narrow and not self.narrowed:
            raise EdgeMisused("the route does not limit a caller to what is theirs")

    def _using(self, *projections: Projection[Any]) -> Connection:
        self.snapshot.used.projections.update(projections)
        return self.snapshot.connection()

    def _warm(self, rows: list[Any]) -> None:
        """One look into the keyring for a page, not one a row."""
        values = (getattr(row, f.name) for row in rows if is_dataclass(row) for f in fields(row))
        if subjects := {value.subject for value in values if isinstance(value, Sealed)}:
            self.parts.codec.keyring.find(subjects)


def _ids(thing: object) -> frozenset[str]:
    several = thing if isinstance(thing, list | tuple | set | frozenset) else [thing]
    return frozenset(str(one) for one in several)


_SCOPE = text("select set_config('aftercare.scope', :scope, true)")
