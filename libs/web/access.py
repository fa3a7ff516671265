"""Who calls, and how far that caller's authority goes for one permission on one day."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from libs.web.refusals import Forbidden, NoAuthority
from libs.web.roles import NARROW, Permission, Role, Scope, grants

# The units that an office of the given unit answers for, itself among them; ValueError for an unknown unit.
ExpandUnits = Callable[[str], frozenset[str]]
EVERYWHERE = "*"


@dataclass(frozen=True)
class Posting:
    """A unit in which the caller's roles count, from its first day to its last, both included."""

    unit: str
    since: date | None = None
    until: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether it counts on the day."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)

    @property
    def dated(self) -> bool:
        """Whether it depends on the day at all."""
        return (self.since, self.until) != (None, None)


@dataclass(frozen=True)
class Caller:
    """Who a token speaks for; `own` are the opaque ids of what is theirs, by the scope that ends there."""

    sub: str
    roles: frozenset[Role]
    postings: tuple[Posting, ...] = ()
    own: Mapping[Scope, frozenset[str]] = field(default_factory=dict)
    client: str | None = None

    @property
    def dated(self) -> bool:
        """Whether the caller's authority depends on the day."""
        return any(posting.dated for posting in self.postings)

    def units_on(self, day: date) -> frozenset[str]:
        """The units of the postings that count on the day."""
        return frozenset(posting.unit for posting in self.postings if posting.holds_on(day))


@dataclass(frozen=True)
class Reach:
    """How far a caller may go on one route: everywhere or in some units, and there maybe only to what is theirs.

    `narrow` names the scopes that end at the caller's own things; it is empty when a role reaches all of a unit.
    """

    roles: frozenset[Role]
    units: frozenset[str]
    nationwide: bool = False
    narrow: frozenset[Scope] = frozenset()

    @property
    def setting(self) -> str:
        """The value of `aftercare.scope` that the database's row policies read."""
        return EVERYWHERE if self.nationwide else ",".join(sorted(self.units))

    def covers(self, unit: str) -> bool:
        """Whether a unit lies within."""
        return self.nationwide or unit in self.units


def reach(caller: Caller, permission: Permission, day: date, expand: ExpandUnits) -> Reach:
    """The reach of the caller's roles together; `Forbidden` without a role, `NoAuthority` without a unit today."""
    granted = list(grants(caller.roles, permission))
    if not granted:
        raise Forbidden("no role of the caller grants this")
    roles = frozenset(role for role, _ in granted)
    scopes = {scope for _, scope in granted}
    if Scope.COUNTRY in scopes:
        return Reach(roles, frozenset(), nationwide=True)
    if scopes == {Scope.NOTHING}:
        return Reach(roles, frozenset())
    units = _expanded(caller.units_on(day), expand)
    if not units:
        raise NoAuthority("the caller holds no unit on this day")
    return Reach(roles, units, narrow=frozenset() if Scope.UNIT in scopes else frozenset(scopes & NARROW))


def _expanded(units: frozenset[str], expand: ExpandUnits) -> frozenset[str]:
    try:
        return frozenset[str]().union(*(expand(unit) for unit in units))
    except ValueError:
        # A token that names a unit nobody knows: no part of it is trusted.
        return frozenset()
