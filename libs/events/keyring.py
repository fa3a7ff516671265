"""Keys of subjects, kept apart from the events they encrypt, so that destroying a key erases a person."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import sha256
from hmac import digest
from typing import Any, NoReturn, Protocol

from sqlalchemy import Engine, Row, text

from libs.events.decider import Refused
from libs.events.keyrings.ledger import Ledger
from libs.events.keyrings.opened import OpenKeys
from libs.events.keyrings.standing import KeyringBehind as KeyringBehind
from libs.events.keyrings.standing import Standing
from libs.events.keyrings.wrapping import NONCE_BYTES as NONCE_BYTES
from libs.events.keyrings.wrapping import Wrapped, Wrapper

KEY_BYTES = 32
SEARCH = "search"


class Keyring(Protocol):
    """What the codec needs: keys of subjects, made durable before they are used."""

    def ensure(self, subjects: Iterable[str]) -> Mapping[str, bytes]:
        """The key of each subject, made and durable if it had none; `SubjectForgotten` if destroyed."""

    def find(self, subjects: Iterable[str]) -> Mapping[str, bytes]:
        """The keys of those subjects that have one; destroyed and unknown ones are left out."""

    def forget(self, subject: str) -> None:
        """Destroy a subject's key for ever; a second time changes nothing."""


class SubjectForgotten(Refused):
    """A new secret was to be written about a subject whose key was destroyed."""

    problem = "subject-forgotten"


class KeyLost(SubjectForgotten):
    """A new secret was to be written about a subject whose key was lost with a keyring that was restored."""

    problem = "key-lost"


class MemoryKeyring:
    """A keyring for tests of pure code."""

    def __init__(self) -> None:
        self._keys: dict[str, bytes | None] = {}

    def ensure(self, subjects: Iterable[str]) -> Mapping[str, bytes]:
        """As the protocol says."""
        return {subject: _alive(subject, self._keys.setdefault(subject, os.urandom(KEY_BYTES))) for subject in subjects}

    def find(self, subjects: Iterable[str]) -> Mapping[str, bytes]:
        """As the protocol says."""
        found = {subject: self._keys.get(subject) for subject in subjects}
        return {subject: key for subject, key in found.items() if key is not None}

    def forget(self, subject: str) -> None:
        """As the protocol says."""
        self._keys[subject] = None


class DatabaseKeyring:
    """The keyring of one service: wrapped keys in a database of their own, and a bounded memory of open ones.

    A key that another process destroyed is served for a second at most. With a `ledger` in the service's own database,
    a keyring older than that serves nothing, and no subject ever gets a second key: both raise `KeyringBehind`.
    """

    def __init__(
        self, engine: Engine, key_encryption_key: bytes, former: Iterable[bytes] = (), ledger: Ledger | None = None
    ) -> None:
        self._engine = engine
        self._wrapper = Wrapper(key_encryption_key, former)
        self._ledger = ledger
        self._open = OpenKeys()
        self._standing = Standing(engine, ledger, self._open.clear)

    def ensure(self, subjects: Iterable[str]) -> Mapping[str, bytes]:
        """As the protocol says; `KeyLost` where the key was lost."""
        return self._served(set(subjects), self._made)

    def find(self, subjects: Iterable[str]) -> Mapping[str, bytes]:
        """As the protocol says."""
        return self._served(set(subjects), self._stored)

    def forget(self, subject: str) -> None:
        """As the protocol says. Said again after a failure, it ends what the first time began."""
        with self._engine.begin() as connection:
            number = connection.execute(_FORGET, {"subject": subject}).scalar_one()
        self._open.clear()
        if self._ledger:
            self._ledger.note_forgotten({subject: number})

    def _served(self, wanted: set[str], get: Callable[[set[str]], Mapping[str, Wrapped]]) -> Mapping[str, bytes]:
        self._standing.look()
        epoch = self._open.epoch
        known = self._open.take(wanted)
        if missing := wanted - known.keys():
            opened = {subject: self._wrapper.open(subject, wrapped) for subject, wrapped in get(missing).items()}
            self._open.keep(opened, epoch)
            known.update(opened)
        return known

    def _stored(self, subjects: set[str]) -> Mapping[str, Wrapped]:
        return {row.subject: Wrapped(row.wrapped, row.wrapped_by) for row in self._rows(subjects) if row.wrapped}

    def _made(self, subjects: set[str]) -> Mapping[str, Wrapped]:
        rows = self._rows(subjects)
        if missing := subjects - {row.subject for row in rows}:
            self._refuse_second(missing)
            make_keys(self._engine, self._wrapper, missing)
            rows = self._rows(subjects)
        for row in rows:
            if row.wrapped is None:
                _refuse(row.subject, lost=row.lost)
        if self._ledger:
            # Also the keys found: who made one may have died before it was noted.
            self._ledger.note({row.subject: row.number for row in rows})
        return {row.subject: Wrapped(row.wrapped, row.wrapped_by) for row in rows}

    def _refuse_second(self, subjects: set[str]) -> None:
        noted = self._ledger.noted(subjects) if self._ledger else set()
        # Another process may have made and noted it since it was looked for.
        if noted and (lost := noted - {row.subject for row in self._rows(noted)}):
            raise KeyringBehind(f"the key of {min(lost)} is missing in the keyring: run `aftercare keyring verify`")

    def _rows(self, subjects: set[str]) -> Sequence[Row[Any]]:
        with self._engine.connect() as connection:
            return connection.execute(_FIND, {"subjects": list(subjects)}).all()


def make_keys(engine: Engine, wrapper: Wrapper, subjects: Iterable[str]) -> None:
    """Make keys for subjects, durable on return; who has one, or had one, keeps what there is."""
    fresh = [(subject, wrapper.wrap(subject, os.urandom(KEY_BYTES))) for subject in sorted(subjects)]
    with engine.begin() as connection:
        connection.execute(_CREATE, [{"subject": s, "wrapped": w.secret, "by": w.by} for s, w in fresh])


def keyed_hash(keyring: Keyring, value: str) -> bytes:
    """The HMAC under which a service finds a value again; it means nothing without the service's search key."""
    return digest(keyring.ensure([SEARCH])[SEARCH], value.encode(), sha256)


def _refuse(subject: str, *, lost: bool) -> NoReturn:
    if lost:
        raise KeyLost(f"the key of {subject} was lost: nothing secret can be written about it")
    raise SubjectForgotten(f"{subject} was forgotten: nothing secret can be written about it")


def _alive(subject: str, key: bytes | None) -> bytes:
    if key is None:
        _refuse(subject, lost=False)
    return key


_CREATE = text(
    "insert into keyring (subject, wrapped, wrapped_by) values (:subject, :wrapped, :by)"
    " on conflict (subject) do nothing"
)
_FIND = text("select subject, number, wrapped, wrapped_by, lost from keyring where subject = any(:subjects)")
_FORGET = text(
    "insert into keyring (subject, destroyed_at) values (:subject, clock_timestamp())"
    " on conflict (subject) do update set wrapped = null, wrapped_by = null, lost = false,"
    " destroyed_at = coalesce(keyring.destroyed_at, clock_timestamp()) returning number"
)
