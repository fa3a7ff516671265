"""A bounded memory of open keys, out of which a destroyed one goes and into which no late reader puts it back."""

from collections import OrderedDict
from collections.abc import Collection, Mapping
from threading import Lock

CACHED_KEYS_MAX = 50_000


class OpenKeys:
    """Open keys by subject, the oldest leaving first.

    Take `epoch` before reading what is to be kept: what was read before a key was destroyed is not kept after.
    """

    def __init__(self) -> None:
        self.epoch = 0
        self._keys: OrderedDict[str, bytes] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._keys)

    def take(self, subjects: Collection[str]) -> dict[str, bytes]:
        """Those that are here."""
        with self._lock:
            return {subject: self._keys[subject] for subject in subjects if subject in self._keys}

    def keep(self, keys: Mapping[str, bytes], epoch: int) -> None:
        """Remember keys that were read in this epoch; once it is over, do nothing."""
        with self._lock:
            if epoch == self.epoch:
                self._keys.update(keys)
                while len(self._keys) > CACHED_KEYS_MAX:
                    self._keys.popitem(last=False)

    def clear(self) -> None:
        """Forget all, and begin another epoch."""
        with self._lock:
            self.epoch += 1
            self._keys.clear()
