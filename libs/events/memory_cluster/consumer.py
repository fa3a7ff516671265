"""A consumer of the cluster in memory: what `Log` and `Member` use of kafka-python's."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from libs.events.kafka.client import (
    KafkaTimeoutError,
    LogError,
    OffsetOutOfRangeError,
    TopicPartition,
    UnknownTopicOrPartitionError,
)
from libs.events.memory_cluster.broker import Entry, MemoryBroker
from libs.events.memory_cluster.membership import Membership, Position

AGAIN_OFFSETS_MAX = 5
ANSWER_MS_MAX = 30_000


@dataclass
class Settings:
    """Those of kafka-python's that it heeds, as this system pins them."""

    group_id: str | None = None
    isolation_level: str = "read_committed"
    max_poll_records: int = 5_000
    session_timeout_ms: int = 15_000
    max_poll_interval_ms: int = 120_000


class MemoryConsumer:
    """Reads the places that it was told, or those that its group gives it; it has no heartbeat but its polls."""

    def __init__(self, broker: MemoryBroker, **settings: Any) -> None:
        self._settings = Settings(**{name: settings[name] for name in Settings.__annotations__ if name in settings})
        self._committed = self._settings.isolation_level == "read_committed"
        self._broker = broker
        self._hooks = broker.hooks
        self._positions: dict[TopicPartition, Position] = {}
        timeout = min(self._settings.session_timeout_ms, self._settings.max_poll_interval_ms) / 1000
        self._coordinator = Membership(broker, self._settings.group_id or "", timeout, self._positions)

    def subscribe(self, topics: Sequence[str], listener: Any) -> None:
        """Join with the first poll."""
        self._coordinator.subscribe(topics, listener)

    def assign(self, places: Sequence[TopicPartition]) -> None:
        """Read these, in no group."""
        self._positions.clear()
        self._positions.update({place: Position() for place in places})

    def seek(self, place: TopicPartition, offset: int) -> None:
        """The next poll reads from there."""
        self._hooks.step("seek")
        self._position(place).offset = offset

    def seek_to_beginning(self, *places: TopicPartition) -> None:
        """The next poll reads from where it begins then."""
        for place in places:
            self._position(place).offset = None
            self._position(place).is_reset = True

    def pause(self, *places: TopicPartition) -> None:
        """Read no further there."""
        for place in places:
            self._positions[place].is_paused = True

    def resume(self, *places: TopicPartition) -> None:
        """Read on there."""
        for place in places:
            self._positions[place].is_paused = False

    def position(self, place: TopicPartition) -> int:
        """The offset that the next poll reads from."""
        return self._offset(place, self._position(place))

    def end_offsets(self, places: Sequence[TopicPartition], timeout_ms: int = ANSWER_MS_MAX) -> dict[Any, int]:
        """The ends as this consumer may read."""
        found = self._asked(places, timeout_ms)
        return {place: kept.stable if self._committed else kept.end for place, kept in found.items()}

    def beginning_offsets(self, places: Sequence[TopicPartition], timeout_ms: int = ANSWER_MS_MAX) -> dict[Any, int]:
        """The first offsets that there are."""
        return {place: kept.begin for place, kept in self._asked(places, timeout_ms).items()}

    def poll(self, timeout_ms: int = 0) -> dict[TopicPartition, list[Entry]]:
        """The next records of what is not paused; OffsetOutOfRangeError where a position lies outside the log."""
        self._hooks.step("poll")
        if self._settings.group_id is not None:
            self._coordinator.meet()
        found = {} if self._hooks.chance("poll.delay") else self._fetched()
        if not found:
            self._hooks.rest(timeout_ms / 1000)
        self._hooks.step("polled")
        return found

    def close(self, **_settings: object) -> None:
        """Leave the group."""
        # Who is killed here leaves nothing in order.
        self._hooks.step("close")
        self._coordinator.leave()

    def _fetched(self) -> dict[TopicPartition, list[Entry]]:
        known = {*self._broker.places({place.topic for place in self._positions})}
        reading = [one for one in self._positions.items() if one[0] in known and not one[1].is_paused]
        lost = {place: offset for place, one in reading if not self._holds(place, offset := self._offset(place, one))}
        if lost:
            raise OffsetOutOfRangeError(lost)
        found: dict[TopicPartition, list[Entry]] = {}
        left = self._settings.max_poll_records
        for place, position in reading:
            if left and (records := self._read(place, position, left)):
                found[place] = records
                left -= len(records)
        for place in found:
            # Who was served is the last next time.
            self._positions[place] = self._positions.pop(place)
        return found

    def _holds(self, place: TopicPartition, offset: int) -> bool:
        kept = self._broker.partition(place)
        return kept.begin <= offset <= kept.end

    def _read(self, place: TopicPartition, position: Position, most: int) -> list[Entry]:
        kept, offset = self._broker.partition(place), self._offset(place, position)
        if self._hooks.chance("poll.again"):
            offset = max(kept.begin, offset - AGAIN_OFFSETS_MAX)
        if self._hooks.chance("poll.partial"):
            most = 1
        entries = list(kept.read(offset, committed=self._committed))
        # Past the last record lie markers and what was aborted.
        end = max(offset, kept.stable if self._committed else kept.end)
        position.offset = entries[most - 1].offset + 1 if len(entries) > most else end
        return entries[:most]

    def _offset(self, place: TopicPartition, position: Position) -> int:
        if position.offset is None:
            if not position.is_reset:
                raise LogError(f"nobody said where to read {place.topic}/{place.partition}")
            position.offset = self._broker.partition(place).begin
        return position.offset

    def _position(self, place: TopicPartition) -> Position:
        if place not in self._positions:
            raise ValueError(f"{place.topic}/{place.partition} is not assigned")
        return self._positions[place]

    def _asked(self, places: Sequence[TopicPartition], timeout_ms: int) -> dict[TopicPartition, Any]:
        self._hooks.step("ask")
        try:
            return {place: self._broker.partition(place) for place in places}
        except UnknownTopicOrPartitionError as unknown:
            self._hooks.rest(timeout_ms / 1000)
            raise KafkaTimeoutError(f"{unknown} is not there") from unknown
