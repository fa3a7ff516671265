"""The follower: reads the topics of its sources once, proves that nothing is missing, folds, then reacts."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from threading import Event as Stop
from time import monotonic
from typing import Any

from libs.events import metering
from libs.events.books import Store
from libs.events.checkpoints import Checkpoint, Place
from libs.events.folding import Folding
from libs.events.handling import Handler
from libs.events.kafka import Log, Member, Message, PlaceLost, events_topic, marks_topic
from libs.events.marks import Mark
from libs.events.parking import read
from libs.events.projection import Projection
from libs.events.proving import Batch, BrokenLog, prove
from libs.events.reacting import Reacting
from libs.events.reactor import Reactor
from libs.events.redriving import Redriving
from libs.events.telemetry import span
from libs.events.telling import told
from libs.events.transient import Transient

POLL_MS = 100
BACKOFF_SECONDS_MAX = 5.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Following:
    """What one service follows: its sources, and what it makes of them."""

    sources: Sequence[str]
    projections: Sequence[Projection[Any]]
    reactors: Sequence[Reactor] = ()


class Follower:
    """One member of a service's consumer group. `run` returns when `stop` is set."""

    def __init__(
        self, service: str, following: Following, handler: Handler, store: Store, log: Log, instance: str | None = None
    ) -> None:
        self._service = service
        self._instance = instance
        self._following = following
        self._codec = handler.codec
        self._store = store
        self._log = log
        rests_on = [projection.name for projection in following.projections]
        self._reacting = Reacting(service, following.reactors, rests_on, handler, store)
        self._folding = Folding(following.projections, handler.codec, store, self._reacting.handled)
        self.redriving = Redriving(following.projections, self._reacting, handler.codec, store)
        self._held: dict[Place, Checkpoint] = {}
        self._marked: set[tuple[str, int]] = set()
        self._renewed = Stop()
        self.stopped: dict[Place, str] = {}
        self.turned = monotonic()

    @property
    def held(self) -> Mapping[Place, Checkpoint]:
        """The partitions that it follows, and how far it has come there."""
        return dict(self._held)

    def renew(self) -> None:
        """Leave the group at the next turn, and join it again: whatever the client had lost is asked for anew."""
        self._renewed.set()

    def run(self, stop: Stop) -> None:
        """Follow until told to stop; Kafka or the database away is waited out, a lost partition is claimed anew."""
        backoff = POLL_MS / 1000
        while not stop.is_set():
            try:
                self._follow(stop)
                backoff = POLL_MS / 1000
            except Transient as error:
                _log.warning("follower of %s begins anew after %s", self._service, type(error).__name__)
                self.turned = monotonic()
                stop.wait(backoff)
                backoff = min(backoff * 2, BACKOFF_SECONDS_MAX)

    def _follow(self, stop: Stop) -> None:
        topics = [topic for source in self._following.sources for topic in (events_topic(source), marks_topic(source))]
        member = self._log.member(self._service, topics, self._instance)
        self._renewed.clear()
        self._held = {}
        self._marked = set()
        self.stopped = {}
        self._begin()
        try:
            while not stop.is_set() and not self._renewed.is_set():
                self.turned = monotonic()
                self._turn(member)
        finally:
            member.close()

    def _begin(self) -> None:
        with self._store.begin() as books:
            self._folding.dropped = self._reacting.dropped = books.dropped()

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
        ids = {source: self._log.check_topics(source).id for source in sorted(sources)}
        for topic, partition in sorted(fresh):
            if topic.endswith(".marks"):
                self._marked.add((topic, partition))
                member.start(topic, partition, 0)
                continue
            place = _place(topic, partition)
            with self._store.begin() as books:
                self._held[place] = books.claim(place, ids[place.source])
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
                metering.chain_broken(self._service, place.source)
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
                self._stop(member, place, f"{work.__name__.strip('_')} failed with {told(error)}")
                return {}
        done: dict[Place, Batch] = {}
        for place, batch in batches.items():
            done |= self._isolated(member, {place: batch}, work)
        return done

    def _fold(self, batches: Mapping[Place, Batch]) -> None:
        reached = {place: self._folded(self._held[place], batch) for place, batch in batches.items()}
        self._folding.fold(self._held, batches, reached)
        self._held.update(reached)

    def _folded(self, held: Checkpoint, batch: Batch) -> Checkpoint:
        """The checkpoint after the fold; reactions that are still due keep the place to read again from."""
        if not self._following.reactors:
            return batch.reached
        return replace(batch.reached, next_offset=held.next_offset, reacted=held.reacted)

    def _react(self, batches: Mapping[Place, Batch]) -> None:
        if not self._following.reactors:
            return
        held = {place: self._held[place] for place in batches}
        due = [
            record
            for place, batch in batches.items()
            for record in (*batch.again, *batch.records)
            if record.sequence > held[place].reacted
        ]
        reached = {place: batch.reached for place, batch in batches.items()}
        self._reacting.react(held, read(self._codec, due, self._reacting.handled), reached)
        self._held.update(reached)

    def _mark(self, marks: Sequence[Mark]) -> None:
        if not marks:
            return
        with self._store.begin() as books:
            for mark in marks:
                books.store_mark(mark)
        self.redriving.redrive_told(self._held)

    def _stop(self, member: Member, place: Place, why: str) -> None:
        """Read no further in a partition; the others go on, and somebody is told."""
        member.stop(events_topic(place.source), place.partition)
        self._held.pop(place, None)
        self.stopped[place] = why
        _log.error("%s stopped following %s/%s: %s", self._service, *place, why)


def _place(topic: str, partition: int) -> Place:
    return Place(topic.rsplit(".", 1)[0], partition)
