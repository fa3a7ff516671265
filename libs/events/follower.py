"""The follower: reads the topics of its sources once, proves that nothing is missing, folds, then reacts."""

import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from threading import Event as Stop
from typing import Any

from sqlalchemy import Connection, Engine, text

from libs.events.checkpoints import LIVE, Checkpoint, OwnershipLost, Place, advance, claim, hold
from libs.events.crash import crash_point
from libs.events.database import Away
from libs.events.decider import Refused
from libs.events.event import Event
from libs.events.handling import Handler, VersionChanged
from libs.events.journal import JournalUnverified
from libs.events.kafka import Log, LogError, Member, Message, PlaceLost, events_topic, marks_topic
from libs.events.marks import Mark, store_mark
from libs.events.projection import Projection, live_tables
from libs.events.projector import Projector
from libs.events.reactor import Reactor
from libs.events.record import NotARecord, Record, from_value, next_link
from libs.events.telemetry import span

POLL_MS = 100
# What a later attempt may find otherwise: servers away, a partition or a stream that others hold, a journal that its
# relay has not compared yet. Nothing was done then that would not be done again.
Transient = (LogError, OwnershipLost, VersionChanged, JournalUnverified, *Away)
BACKOFF_SECONDS_MAX = 5.0
_log = logging.getLogger(__name__)


class BrokenLog(RuntimeError):
    """A partition that must not be read on: a gap, a chain that does not fit, or what is no record."""


@dataclass(frozen=True)
class Following:
    """What one service follows: its sources, and what it makes of them."""

    sources: Sequence[str]
    projections: Sequence[Projection[Any]]
    reactors: Sequence[Reactor] = ()


@dataclass(frozen=True)
class Batch:
    """What one poll brought of one partition: records to fold, and the checkpoint once all is done.

    `again` was folded before a crash, and not yet reacted to.
    """

    records: tuple[Record, ...]
    again: tuple[Record, ...]
    reached: Checkpoint


def prove(place: Place, held: Checkpoint, messages: Sequence[Message]) -> Batch:
    """The new records among messages, chained to what was folded; `BrokenLog` at the first doubt, never a guess."""
    fresh: list[Record] = []
    again: list[Record] = []
    sequence, chain = held.sequence, held.chain
    for message in messages:
        record = _record(place, message)
        if record.sequence > sequence + 1:
            raise BrokenLog(
                f"{record.position} follows {sequence}: {record.sequence - sequence - 1} events are missing"
            )
        if record.sequence <= sequence:
            if record.sequence == sequence and record.chain != chain:
                raise BrokenLog(f"{record.position} is chained otherwise than the one folded here")
            if held.reacted < record.sequence <= held.sequence:
                again.append(record)
            continue
        if record.chain != next_link(chain, record.sequence, record.recorded_at, record.body):
            raise BrokenLog(f"the chain of {record.position} does not fit")
        fresh.append(record)
        sequence, chain = record.sequence, record.chain
    offset = messages[-1].offset + 1 if messages else held.next_offset
    reached = replace(held, next_offset=offset, sequence=sequence, chain=chain, reacted=sequence)
    return Batch(tuple(fresh), tuple(again), reached)


class Follower:
    """One member of a service's consumer group. `run` returns when `stop` is set."""

    def __init__(self, service: str, following: Following, handler: Handler, engine: Engine, log: Log) -> None:
        self._service = service
        self._following = following
        self._handler = handler
        self._codec = handler.codec
        self._engine = engine
        self._log = log
        self._projectors = [Projector(projection, handler.codec) for projection in following.projections]
        folded = (event_class for projection in following.projections for event_class in projection.folds)
        reacted = (event_class for reactor in following.reactors for event_class in reactor.reactions)
        self._handled = {event_class.contract.wire for event_class in chain(folded, reacted)}
        self._held: dict[Place, Checkpoint] = {}
        self._marked: set[tuple[str, int]] = set()
        self.stopped: dict[Place, str] = {}

    def run(self, stop: Stop) -> None:
        """Follow until told to stop; Kafka or the database away is waited out, a lost partition is claimed anew."""
        backoff = POLL_MS / 1000
        while not stop.is_set():
            try:
                self._follow(stop)
                backoff = POLL_MS / 1000
            except Transient as error:
                _log.warning("follower of %s begins anew after %s", self._service, type(error).__name__)
                stop.wait(backoff)
                backoff = min(backoff * 2, BACKOFF_SECONDS_MAX)

    def _follow(self, stop: Stop) -> None:
        topics = [topic for source in self._following.sources for topic in (events_topic(source), marks_topic(source))]
        member = self._log.member(self._service, topics)
        self._held = {}
        self._marked = set()
        self.stopped = {}
        try:
            while not stop.is_set():
                self._turn(member)
        finally:
            member.close()

    def _turn(self, member: Member) -> None:
        try:
            polled = member.poll(POLL_MS)
        except PlaceLost:
            self._read_from_the_start(member)
            return
        self._assign(member)
        events = {_place(*at): part for at, part in polled.items() if at[0].endswith(".events")}
        self._apply(member, self._proved(member, events))
        marks = (part for (topic, _), part in polled.items() if topic.endswith(".marks"))
        self._mark([Mark.from_value(message.value) for part in marks for message in part if message.value])

    def _assign(self, member: Member) -> None:
        fresh, gone = member.changes()
        for topic, partition in gone:
            # Partition 0 of the marks is another than that of the events: either can go without the other.
            if topic.endswith(".events"):
                self._held.pop(_place(topic, partition), None)
            else:
                self._marked.discard((topic, partition))
        sources = {_place(*one).source for one in fresh if one[0].endswith(".events")}
        ids = {source: self._log.check_topics(source).id for source in sources}
        for topic, partition in sorted(fresh):
            if topic.endswith(".marks"):
                self._marked.add((topic, partition))
                member.start(topic, partition, 0)
                continue
            place = _place(topic, partition)
            with self._engine.begin() as connection:
                self._held[place] = claim(connection, LIVE, place, ids[place.source])
            member.start(topic, partition, self._held[place].next_offset)

    def _read_from_the_start(self, member: Member) -> None:
        for place, checkpoint in self._held.items():
            self._held[place] = replace(checkpoint, next_offset=0)
            member.start(events_topic(place.source), place.partition, 0)
        for topic, partition in self._marked:
            member.start(topic, partition, 0)

    def _proved(self, member: Member, messages: Mapping[Place, Sequence[Message]]) -> dict[Place, Batch]:
        batches: dict[Place, Batch] = {}
        for place, part in messages.items():
            if place not in self._held:
                continue
            try:
                batches[place] = prove(place, self._held[place], part)
            except BrokenLog as broken:
                self._stop(member, place, str(broken))
        return batches

    def _apply(self, member: Member, batches: Mapping[Place, Batch]) -> None:
        if not batches:
            return
        links = (record.cloud.get("traceparent") for batch in batches.values() for record in batch.records)
        attributes = {"messaging.system": "kafka", "messaging.consumer.group.name": self._service}
        with span("process events", attributes, kind="consumer", links=links):
            folded = self._isolated(member, batches, self._fold)
            self._isolated(member, folded, self._react)

    def _isolated(
        self, member: Member, batches: Mapping[Place, Batch], work: Callable[[Mapping[Place, Batch]], None]
    ) -> dict[Place, Batch]:
        """Do the work for all partitions at once; where one fails, stop that one and let the others go on."""
        try:
            if batches:
                work(batches)
            return dict(batches)
        except Transient:
            raise
        except Exception as error:  # noqa: BLE001 -- Whatever a fold or a reaction raises, only its partition stops.
            if len(batches) == 1:
                (place,) = batches
                self._stop(member, place, f"{work.__name__.strip('_')} failed with {type(error).__name__}")
                return {}
        done: dict[Place, Batch] = {}
        for place, batch in batches.items():
            done |= self._isolated(member, {place: batch}, work)
        return done

    def _fold(self, batches: Mapping[Place, Batch]) -> None:
        records = [record for batch in batches.values() for record in batch.records]
        events = self._decoded(records)
        reached = {place: self._folded(self._held[place], batch) for place, batch in batches.items()}
        with self._engine.begin() as connection:
            connection.execute(_EVERYWHERE)
            hold(connection, LIVE, {place: self._held[place] for place in batches})
            tables = live_tables(connection)
            for projector in self._projectors:
                projector.apply(connection, tables[projector.projection.name], events)
            if len(events) < len(records):
                self._ignore(connection, records)
            advance(connection, LIVE, reached)
            crash_point("follower.before-commit")
        crash_point("follower.after-commit")
        self._held.update(reached)

    def _folded(self, held: Checkpoint, batch: Batch) -> Checkpoint:
        """The checkpoint after the fold; reactions that are still due keep the place to read again from."""
        if not self._following.reactors:
            return batch.reached
        return replace(batch.reached, next_offset=held.next_offset, reacted=held.reacted)

    def _react(self, batches: Mapping[Place, Batch]) -> None:
        if not self._following.reactors:
            return
        due = [one for batch in batches.values() for one in self._decoded((*batch.again, *batch.records))]
        with self._engine.begin() as connection:
            connection.execute(_EVERYWHERE)
            targets = [
                target
                for record, event in due
                for reactor in self._following.reactors
                for target in reactor.targets(record, event, connection)
            ]
        for result in self._handler.handle_many(targets):
            if isinstance(result, VersionChanged):
                raise result
            if isinstance(result, Refused):
                _log.warning("a reaction of %s was refused: %s", self._service, result.problem)
        with self._engine.begin() as connection:
            hold(connection, LIVE, {place: self._held[place] for place in batches})
            advance(connection, LIVE, {place: batch.reached for place, batch in batches.items()})
        self._held.update({place: batch.reached for place, batch in batches.items()})

    def _decoded(self, records: Sequence[Record]) -> list[tuple[Record, Event]]:
        return [
            (record, event)
            for record in records
            if record.type in self._handled and (event := self._codec.decode(record)) is not None
        ]

    def _ignore(self, connection: Connection, records: Sequence[Record]) -> None:
        counts = Counter((one.source, one.type) for one in records if one.type not in self._handled)
        rows = [{"source": s, "type": t, "events": n} for (s, t), n in sorted(counts.items())]
        connection.execute(_IGNORED, rows)

    def _mark(self, marks: Sequence[Mark]) -> None:
        if not marks:
            return
        with self._engine.begin() as connection:
            for mark in marks:
                store_mark(connection, mark)

    def _stop(self, member: Member, place: Place, why: str) -> None:
        """Read no further in a partition; the others go on, and somebody is told."""
        member.stop(events_topic(place.source), place.partition)
        self._held.pop(place, None)
        self.stopped[place] = why
        _log.error("%s stopped following %s/%s: %s", self._service, *place, why)


def _place(topic: str, partition: int) -> Place:
    return Place(topic.rsplit(".", 1)[0], partition)


def _record(place: Place, message: Message) -> Record:
    try:
        record = from_value(place.partition, message.value or b"")
    except NotARecord as error:
        raise BrokenLog(f"offset {message.offset} holds no record") from error
    if record.source != place.source:
        raise BrokenLog(f"offset {message.offset} holds a record of {record.source}")
    return record


_EVERYWHERE = text("select set_config('aftercare.scope', '*', true)")
_IGNORED = text(
    "insert into ignored_event as i (follower, source, type, reason, events)"
    " values ('live', :source, :type, 'nothing here handles it', :events)"
    " on conflict (follower, source, type, reason) do update set events = i.events + excluded.events"
)
