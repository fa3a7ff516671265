"""The watch of a worker: what stands still that ought to move is noticed, named, counted, and where safe set going.

Everything that it looks at is told by the service's own database, so that it sees what the parts that may be stuck
would not tell it themselves.
"""

import logging
import os
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping
from threading import Event as Stop
from time import monotonic
from typing import NamedTuple, Protocol

from sqlalchemy import Engine, text

from libs.events import metering
from libs.events.checkpoints import Place
from libs.events.database import Away
from libs.events.kafka import Log, LogError, LogRefused, TopicMissing
from libs.events.readings import Readings, read_readings

LOOK_SECONDS = 5.0
STILL_SECONDS = 30.0
STUCK_SECONDS_MAX = 150.0
STUCK_STATUS = 70
_log = logging.getLogger(__name__)


class Alarm(NamedTuple):
    """What is wrong, and with what."""

    name: str
    about: str


SILENT_PARTITION = "silent-partition"
FROZEN_RELAY = "frozen-relay"
LOST_LEADER = "lost-leader"
NO_NEWS = "no-news"
STOPPED_PARTITION = "stopped-partition"
WRONG_TOPICS = "wrong-topics"
# What each means, and what the watch does about it.
ALARMS = {
    SILENT_PARTITION: (
        "a partition of a source is told of by its mark and does not come",
        "the worker that follows it leaves its group and joins again",
    ),
    FROZEN_RELAY: (
        "events lie unpublished though a relay leads",
        "a leader that said nothing to its database is deposed, and another publishes",
    ),
    LOST_LEADER: ("events lie unpublished and no relay leads", "nothing: is Kafka there, and does a worker run?"),
    NO_NEWS: ("no mark of a source comes", "nothing: does its worker run?"),
    STOPPED_PARTITION: ("a partition was stopped; its worker's log says why", "nothing: a human decides"),
    WRONG_TOPICS: ("a topic is gone, or has other partitions or another policy", "nothing: see `aftercare log verify`"),
}


class Watched(Protocol):
    """The follower, as the watch sees it."""

    @property
    def held(self) -> Mapping[Place, object]:
        """The partitions that it follows."""

    @property
    def stopped(self) -> Mapping[Place, str]:
        """Those that it stopped, and why."""

    @property
    def turned(self) -> float:
        """When it last took a turn, on the monotonic clock."""

    def renew(self) -> None:
        """Leave the group and join it again at its next turn."""


class Watch:
    """Watches one service from one of its workers. `look` once every `LOOK_SECONDS`."""

    def __init__(
        self,
        service: str,
        engine: Engine,
        log: Log,
        follower: Watched | None,
        sources: tuple[str, ...] = (),
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._service = service
        self._engine = engine
        self._log = log
        self._follower = follower
        self._sources = sources
        self._clock = clock
        self._still: dict[Alarm, tuple[Hashable, float]] = {}
        self.alarms: set[Alarm] = set()

    def run(self, stop: Stop) -> None:
        """Look until told to stop."""
        while not stop.wait(LOOK_SECONDS):
            try:
                self.look()
            except Away as error:
                _log.warning("watch of %s looks again after %s", self._service, type(error).__name__)

    def look(self) -> None:
        """Read, compare with what was read before, tell, and mend."""
        readings = read_readings(self._engine, self._service)
        alarms = {alarm for alarm, seen in self._standing(readings) if self._clock() - seen >= STILL_SECONDS}
        for alarm in sorted(alarms - self.alarms):
            _log.error("%s: %s at %s for %d s", self._service, alarm.name, alarm.about, STILL_SECONDS)
        for alarm in sorted(self.alarms - alarms):
            _log.warning("%s: %s at %s is over", self._service, alarm.name, alarm.about)
        metering.told(self._service, [*readings.numbers(), *_numbers(alarms)])
        self.alarms = alarms
        self._mend(readings)
        self._end_when_stuck()

    def _standing(self, readings: Readings) -> Iterator[tuple[Alarm, float]]:
        """Every condition that holds now, and since when it held without anything having moved."""
        found = dict(self._conditions(readings))
        still = {}
        for alarm, token in found.items():
            before = self._still.get(alarm)
            still[alarm] = before if before is not None and before[0] == token else (token, self._clock())
        self._still = still
        return ((alarm, since) for alarm, (_, since) in still.items())

    def _conditions(self, readings: Readings) -> Iterator[tuple[Alarm, Hashable]]:
        """What may be wrong, with what changes as long as it is not."""
        if readings.backlog:
            moving = tuple(sorted(readings.published.items()))
            if readings.leader is None:
                yield Alarm(LOST_LEADER, self._service), moving
            else:
                yield Alarm(FROZEN_RELAY, self._service), moving
        for source in self._sources:
            news = readings.news.get(source)
            yield Alarm(NO_NEWS, source), news.marked_at if news else None
            for place, told in readings.told(source).items():
                if told > (reached := readings.applied.get(place, 0)):
                    yield Alarm(SILENT_PARTITION, _name(place)), reached
        if self._follower is not None:
            yield from ((Alarm(STOPPED_PARTITION, _name(place)), None) for place in self._follower.stopped)
        for service in {self._service, *self._sources}:
            if self._is_wrong(service):
                yield Alarm(WRONG_TOPICS, service), None

    def _is_wrong(self, service: str) -> bool:
        """Whether the topics of a service are not as they must be; what a broker that is away has cannot be known."""
        try:
            self._log.check_topics(service)
        except (LogRefused, TopicMissing):
            return True
        except LogError:
            return Alarm(WRONG_TOPICS, service) in self._still
        return False

    def _mend(self, readings: Readings) -> None:
        """Set going what can be set going without harm; what is renewed has the same time again."""
        if self._follower is not None:
            mine = {Alarm(SILENT_PARTITION, _name(place)) for place in self._follower.held}
            if silent := self.alarms & mine:
                _log.error("%s follows %d partitions anew", self._service, len(silent))
                self._follower.renew()
                self._still = {alarm: at for alarm, at in self._still.items() if alarm not in silent}
        leader = readings.leader
        frozen = self.alarms & {Alarm(FROZEN_RELAY, self._service)}
        if frozen and leader is not None and leader.silent_seconds >= STILL_SECONDS:
            # Whoever froze is fenced by the next leader's producer: it can publish nothing when it wakes.
            _log.error("%s: the relay that leads said nothing for %d s and is deposed", self._service, STILL_SECONDS)
            with self._engine.begin() as connection:
                connection.execute(text("select pg_terminate_backend(:session)"), {"session": leader.session})

    def _end_when_stuck(self) -> None:
        """End the process, for its keeper to start anew, when its follower took no turn for so long.

        Its group gave its partitions to others before that.
        """
        if self._follower is not None and self._clock() - self._follower.turned > STUCK_SECONDS_MAX:
            _log.error("the follower of %s took no turn for %d s: the process ends", self._service, STUCK_SECONDS_MAX)
            os._exit(STUCK_STATUS)


def _numbers(alarms: Collection[Alarm]) -> Iterator[metering.Number]:
    for name in ALARMS:
        yield metering.Number(metering.ALARMS, sum(alarm.name == name for alarm in alarms), {"alarm": name})


def _name(place: Place) -> str:
    return f"{place.source}/{place.partition}"
