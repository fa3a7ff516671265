"""Whether a keyring is as new as what rests on it, asked again and again: an older one put in place serves nothing."""

from collections.abc import Callable, Iterator
from threading import Lock
from time import monotonic

from sqlalchemy import Engine, text

from libs.events.database import Behind
from libs.events.keyrings.ledger import Ledger

LOOK_SECONDS = 1.0


class KeyringBehind(Behind):
    """The keyring is older than what rests on it: keys destroyed since are back in it, or keys made since are gone."""


class Standing:
    """One process's view of its keyring. `moved` is called whenever keys that were read before may be destroyed now."""

    def __init__(self, engine: Engine, ledger: Ledger | None, moved: Callable[[], None]) -> None:
        self._engine = engine
        self._ledger = ledger
        self._moved = moved
        self._lock = Lock()
        self._next_look = 0.0
        self._trouble: Exception | None = None
        self._destroyed = 0
        self._compared = False

    def look(self) -> None:
        """Raise `KeyringBehind`, or what the last look of this second found; nothing is asked twice in one."""
        with self._lock:
            if monotonic() >= self._next_look:
                self._trouble = None
                try:
                    self._ask()
                except Exception as error:  # noqa: BLE001 -- Whatever it is, nothing is served until it is over.
                    self._trouble = error
                    self._compared = False
                    self._moved()
                self._next_look = monotonic() + LOOK_SECONDS
            if self._trouble is not None:
                raise self._trouble

    def _ask(self) -> None:
        # The ledger first: the keyring, asked later, holds at least what was noted then.
        remembered = self._ledger.remembered() if self._ledger else None
        with self._engine.connect() as connection:
            destroyed, newest = connection.execute(_STATE).one()
        if destroyed < self._destroyed:
            raise KeyringBehind("keys that were destroyed are back: run `aftercare keyring verify`")
        if remembered and (remembered.forgotten > destroyed or (not self._compared and self._any_back())):
            raise KeyringBehind("erasures are missing in the keyring: run `aftercare keyring verify`")
        if remembered and remembered.newest > newest:
            raise KeyringBehind("keys that were used are missing in the keyring: run `aftercare keyring verify`")
        self._compared = True
        if destroyed != self._destroyed:
            self._destroyed = destroyed
            self._moved()

    def _any_back(self) -> bool:
        """Whether a subject that was forgotten has a key again, or is not known; of counts alone, others make up."""
        with self._engine.connect() as connection:
            return any(connection.execute(_BACK, {"subjects": page}).scalar_one() for page in self._forgotten())

    def _forgotten(self) -> Iterator[list[str]]:
        after = ""
        while self._ledger and (page := self._ledger.forgotten(after)):
            yield page
            after = page[-1]


_STATE = text(
    "select (select count(*) from keyring where wrapped is null), (select coalesce(max(number), 0) from keyring)"
)
_BACK = text(
    "select exists (select from unnest(cast(:subjects as text[])) f (subject) where not exists"
    " (select from keyring k where k.subject = f.subject and k.wrapped is null))"
)
