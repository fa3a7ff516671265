"""Snapshots: what the events of a long stream fold to, remembered, so that the next command folds only what came since.

They are kept in the memory of the process that folded them and never stored: a state can hold what a person's key
protects, and a stored one would have to be upcast, encrypted and erased with its events.
"""

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock
from typing import Any, NamedTuple

from libs.events.record import Record

LONG = 100
SNAPSHOTS_MAX = 500


class Snapshot(NamedTuple):
    """A state, and the event that it was folded to.

    `opened` tells whether the subject had a key then: without it the same events fold to something else.
    """

    state: Any
    last: Record
    opened: bool

    def goes_on_with(self, records: Sequence[Record], *, opened: bool) -> bool:
        """Whether events from that version on are those of the same history, in a journal that was not put back."""
        return bool(records) and records[0].chain == self.last.chain and opened == self.opened


class Snapshots:
    """The snapshots of one process: of streams of `long` events and more, those asked for last."""

    def __init__(self, long: int = LONG, most: int = SNAPSHOTS_MAX) -> None:
        self._long = long
        self._most = most
        self._kept: OrderedDict[str, Snapshot] = OrderedDict()
        self._lock = Lock()

    def of(self, stream: str) -> Snapshot | None:
        """The snapshot of a stream, if there is one."""
        with self._lock:
            if (found := self._kept.get(stream)) is not None:
                self._kept.move_to_end(stream)
            return found

    def is_long(self, records: Sequence[Record]) -> bool:
        """Whether a state folded to the last of these is worth remembering."""
        return records[-1].version >= self._long

    def keep(self, snapshot: Snapshot) -> None:
        """Remember a state, if its stream is long."""
        if snapshot.last.version < self._long:
            return
        with self._lock:
            self._kept[snapshot.last.stream] = snapshot
            self._kept.move_to_end(snapshot.last.stream)
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)
