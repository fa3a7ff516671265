"""Lives drawn as dated facts, with the order in which they are told."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from hypothesis import strategies as st

from libs.events.contracts.values import EndReason
from tests.services.reporting.late import AtOnce, bounced, end_corrected, withdrawn
from tests.services.reporting.story import FAR, NEAR, WARD, Person

COMPLETED, DECIDED = date(2026, 1, 10), date(2026, 1, 15)
FIRST, LAST = -4, 330
PLACES = (WARD, NEAR, FAR)
REMOVED = "removed"
EARLY = (
    EndReason.RELAPSED,
    EndReason.DECEASED,
    EndReason.DECLARED_MISSING,
    EndReason.REFORMATORY,
    EndReason.PRISON,
)
Span = tuple[int, int]
Tell = Callable[[Person], object]


@dataclass(frozen=True)
class Move:
    """Left, and received in the unit; sent back where it is None, still on the way where `arrived` is."""

    left: int
    arrived: int | None
    to: str | None


@dataclass(frozen=True)
class End:
    """How and when the case closed; `told_first` is the wrong day that was told before."""

    how: str
    on: int
    told_first: int | None


@dataclass(frozen=True)
class Drawn:
    """One life in days since the decision; `order` ranks the facts in telling, moves among themselves excepted."""

    moves: tuple[Move, ...]
    prison: tuple[Span, ...]
    away: tuple[Span, ...]
    positives: tuple[int, ...]
    end: End | None
    dies: int | None
    order: tuple[int, ...]

    @property
    def died(self) -> int | None:
        """The day of death, by whatever it was told."""
        return self.end.on if self.end is not None and self.end.how is EndReason.DECEASED else self.dies


def on(number: int) -> date:
    """The day of a number."""
    return DECIDED + timedelta(days=number)


days = st.integers(FIRST, LAST)
spans = st.tuples(st.integers(0, LAST), st.integers(0, 40)).map(lambda one: (one[0], one[0] + one[1]))


@st.composite
def moves(draw: st.DrawFn) -> tuple[Move, ...]:
    """One after the other; only from the last the person may not have arrived."""
    found: list[Move] = []
    here, day = WARD, FIRST
    for n in range(most := draw(st.integers(0, 3))):
        left = draw(st.integers(day, max(day, LAST)))
        day = left + draw(st.integers(0, 10))
        to = draw(st.sampled_from([None, *(place for place in PLACES if place != here)]))
        under_way = n == most - 1 and draw(st.booleans())
        found.append(Move(left, None if under_way else day, to))
        here = to or here
    return tuple(found)


lives = st.builds(
    Drawn,
    moves=moves(),
    prison=st.lists(spans, max_size=3).map(tuple),
    away=st.lists(spans, max_size=2).map(tuple),
    positives=st.lists(days, max_size=3).map(tuple),
    end=st.one_of(st.none(), st.builds(End, st.sampled_from([REMOVED, *EARLY]), days, st.one_of(st.none(), days))),
    dies=st.one_of(st.none(), days),
    order=st.permutations(range(20)).map(tuple),
)


def told(life: Drawn) -> AtOnce:
    """The story of a life in its order: the decision first, the end of the case last, as the registry accepts them."""
    story = AtOnce()
    person = story.person(COMPLETED).managed(DECIDED)
    chain = iter(life.moves)
    facts: list[Tell] = [lambda one: _move(one, next(chain)) for _ in life.moves]
    facts += [partial(_imprison, span=span) for span in life.prison]
    facts += [partial(Person.absent, start=on(since), end=on(until)) for since, until in life.away]
    facts += [partial(Person.tested, on=on(day)) for day in life.positives]
    if life.died is not None:
        facts.append(partial(Person.died, on=on(life.died)))
    for tell in _ordered(facts, life.order):
        tell(person)
    if life.end is not None:
        _end(person, life.end)
    return story


def _ordered(facts: list[Tell], order: Iterable[int]) -> list[Tell]:
    return [fact for _, fact in sorted(zip(order, facts, strict=False), key=lambda one: one[0])]


def _imprison(person: Person, span: Span) -> None:
    person.paused(on(span[0])).released(on(span[1]))


def _move(person: Person, move: Move) -> None:
    person.left(on(move.left), move.to or NEAR)
    if move.arrived is None:
        return
    if move.to is None:
        bounced(person, on(move.arrived))
    else:
        person.received(on(move.arrived), move.to)


def _end(person: Person, end: End) -> None:
    if end.how == REMOVED:
        person.removed(on(end.on))
        return
    reason, corrects = EndReason(end.how), end.how in {EndReason.RELAPSED, EndReason.DECEASED}
    first = end.on if end.told_first is None or not corrects else end.told_first
    if reason is EndReason.RELAPSED:
        person.relapsed(on(first))
    person.ended(reason, on(first))
    if first == end.on:
        return
    if reason is EndReason.RELAPSED:
        withdrawn(person, on(first))
        person.relapsed(on(end.on))
    end_corrected(person, reason, on(end.on), on(first))
