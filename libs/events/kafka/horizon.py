"""Where the partitions of a topic end, asked again and again."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from kafka import TopicPartition

from libs.events.kafka import pinned
from libs.events.kafka.client import LogRewound


class Horizon:
    """Both ends of each partition of a topic: of what is committed, and of what is written."""

    def __init__(self, places: Sequence[TopicPartition], committed: Any, written: Any) -> None:
        self._places = places
        self._committed = committed
        self._written = written
        self._ends: dict[Any, int] = {}

    def hidden(self, reached: Mapping[int, int] = MappingProxyType({})) -> dict[int, int]:
        """By partition, the offset from which on an open transaction hides what was written.

        `LogRewound` where a partition ends before it ended the last time, or before what is known to be written.
        """
        committed = self._committed.end_offsets(self._places, timeout_ms=pinned.BLOCK_MS_MAX)
        written = self._written.end_offsets(self._places, timeout_ms=pinned.BLOCK_MS_MAX)
        for place, end in written.items():
            if end < max(self._ends.get(place, 0), reached.get(place.partition, 0)):
                raise LogRewound(f"{place.topic}/{place.partition} ends before it ended a moment ago")
        self._ends = written
        return {place.partition: committed[place] for place in self._places if committed[place] != written[place]}
