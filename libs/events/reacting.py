"""Reacting to folded events: commands in the own service, decided once, and a refusal is an event as well."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from libs.events.books import Books, Store
from libs.events.checkpoints import Checkpoint, Place
from libs.events.contracts.upkeep import upkeep
from libs.events.decider import Refused
from libs.events.handling import Handler, Target, VersionChanged
from libs.events.parked import BEHIND, Dropped, Line, Parked
from libs.events.parking import Parking, Read, join
from libs.events.reactor import NotKnownHere, NotKnownYet, Reactor
from libs.events.record import Meta, Record
from libs.events.telling import told
from libs.events.transient import Transient
from libs.events.upkeep import once


class _Wanted(NamedTuple):
    """A command that an event asks for."""

    reactor: Reactor
    record: Record
    target: Target[Any, Any]

    @property
    def refusals(self) -> tuple[UUID, UUID]:
        """Under which ids it may have been refused before: itself, or as what nobody knew."""
        return uuid5(self.target.meta.command_id, "refused"), _unknown(self.reactor, self.record)


class Reacting:
    """The reactors of a service; they read its followed projections, and wait where one of these does."""

    def __init__(
        self, service: str, reactors: Sequence[Reactor], rests_on: Collection[str], handler: Handler, store: Store
    ) -> None:
        self._service = service
        self._rests_on = rests_on
        self._reactors = reactors
        self._handler = handler
        self._store = store
        self.handled = frozenset().union(*(reactor.handled for reactor in reactors))
        self.dropped: frozenset[Dropped] = frozenset()

    def react(self, held: Mapping[Place, Checkpoint], due: Sequence[Read], reached: Mapping[Place, Checkpoint]) -> None:
        """Decide what the events ask for, and advance; an event that a reactor cannot take is parked there.

        Raises what a later attempt may mend, and `TooManyParked`. Decided once is decided: a second time finds the
        commands, and the refusals, in the journal.
        """
        parked = self.decide(due)
        with self._store.begin() as books:
            books.hold(held)
            join(books, parked, self._rests_on)
            books.advance(reached)

    def decide(self, due: Sequence[Read]) -> list[Parked]:
        """Decide what events ask for; those that could not be taken, to be parked."""
        try:
            return self._decide(due, self._reactors)
        except Transient:
            raise
        except Exception:  # noqa: BLE001 -- Whatever a reaction raises, it is found and parked.
            return self._one_by_one(due)

    def _before(self, reactor: Reactor) -> Collection[str]:
        """The projections that must have taken an event before the reactor can."""
        return () if reactor.independent else self._rests_on

    def _one_by_one(self, due: Sequence[Read]) -> list[Parked]:
        parked: list[Parked] = []
        standing: set[tuple[str, str, str]] = set()
        for one in due:
            for reactor in self._reactors:
                line = (reactor.name, one[0].source, one[0].subject)
                fresh = self._alone(one, reactor, behind=line in standing)
                standing |= {line} if fresh else set()
                parked += fresh
        return parked

    def _alone(self, one: Read, reactor: Reactor, *, behind: bool) -> list[Parked]:
        if one[0].type not in reactor.handled:
            return []
        if behind:
            return [Parked.of(reactor.name, one[0], BEHIND)]
        try:
            return self._decide([one], [reactor])
        except Transient:
            raise
        except Exception as error:  # noqa: BLE001 -- Only this event is at fault, and only here.
            return [Parked.of(reactor.name, one[0], told(error))]

    def again(self, line: Line, due: Read) -> list[Parked]:
        """Decide what a parked event asks of its reactor, first of its line; itself, where it has to wait longer."""
        reactors = [reactor for reactor in self._reactors if reactor.name == line.taker]
        return self._decide([due], reactors, line)

    def _decide(self, due: Sequence[Read], reactors: Sequence[Reactor], line: Line | None = None) -> list[Parked]:
        wanted: list[_Wanted] = []
        refusals: list[Target[Any, Any]] = []
        with self._store.begin() as books:
            parking = Parking(books, self.dropped, apart_from=line)
            for one in due:
                for reactor in reactors:
                    for record, event in parking.admit(reactor.name, reactor.handled, [one], self._before(reactor)):
                        try:
                            targets = reactor.targets(record, event, books.connection)
                        except NotKnownYet as unknown:
                            if _is_late(books, record, unknown.source):
                                refusals.append(self._unknown(reactor, record))
                            else:
                                parking.add(Parked.of(reactor.name, record, str(unknown), unknown.source))
                            continue
                        wanted += [_Wanted(reactor, record, target) for target in targets]
        self._handle(wanted, refusals)
        return parking.fresh

    def _handle(self, wanted: Sequence[_Wanted], refusals: list[Target[Any, Any]]) -> None:
        refused = self._handler.journal.commands([id_ for one in wanted for id_ in one.refusals])
        fresh = [one for one in wanted if refused.keys().isdisjoint(one.refusals)]
        for one, result in zip(fresh, self._handler.handle_many([one.target for one in fresh]), strict=True):
            if isinstance(result, VersionChanged):
                raise result
            if isinstance(result, Refused):
                refusals.append(self._refusal(one, result))
        for result in self._handler.handle_many(refusals):
            if isinstance(result, Refused):
                raise result

    def _refusal(self, wanted: _Wanted, refused: Refused) -> Target[Any, Any]:
        target = wanted.target
        return self._told(
            wanted.reactor,
            replace(target.meta, command_id=wanted.refusals[0]),
            (target.stream, target.subject or target.stream, type(target.command).__name__),
            refused,
        )

    def _unknown(self, reactor: Reactor, record: Record) -> Target[Any, Any]:
        meta = reactor.meta(record, _unknown(reactor, record))
        return self._told(reactor, meta, (record.stream, record.subject, None), NotKnownHere("nobody knows it here"))

    def _told(
        self, reactor: Reactor, meta: Meta, asked: tuple[str, str, str | None], refused: Refused
    ) -> Target[Any, Any]:
        stream, subject, command = asked
        event = upkeep(self._service).refused(
            reactor=reactor.name, stream=stream, command=command, problem=refused.problem, rules=refused.rules
        )
        return Target(once, f"refusal-{meta.command_id}", event, meta, subject)


def _unknown(reactor: Reactor, record: Record) -> UUID:
    return uuid5(UUID(record.id), f"{reactor.name}/unknown")


def _is_late(books: Books, record: Record, source: str) -> bool:
    """Whether everything that a source knew when the event was recorded is known here, and this was not among it."""
    known = books.known_until(source)
    return known is not None and known > record.recorded_at
