"""Keys of subjects, kept apart from the events they encrypt, so that destroying a key erases a person."""

import os
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from hashlib import sha256
from hmac import digest
from threading import Lock
from typing import Protocol

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Engine, text

KEY_BYTES = 32
NONCE_BYTES = 12
CACHED_KEYS_MAX = 50_000
SEARCH = "search"


class Keyring(Protocol):
    """What the codec needs: keys of subjects, made durable before they are used."""

    def ensure(self, subjects: Iterable[str]) -> Mapping[str, bytes]:
        """The key of each subject, made and durable if it had none; `SubjectForgotten` if destroyed."""

    def find(self, subjects: Iterable[str]) -> Mapping[str, bytes]:
        """The keys of those subjects that have one; destroyed and unknown ones are left out."""

    def forget(self, subject: str) -> None:
        """Destroy a subject's key for ever; a second time changes nothing."""


class SubjectForgotten(ValueError):
    """A new secret was to be written about a subject whose key was destroyed."""


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
    """The keyring of one service: wrapped keys in a database of their own, and a bounded cache of open ones."""

    def __init__(self, engine: Engine, key_encryption_key: bytes) -> None:
        self._engine = engine
        self._wrapper = AESGCM(key_encryption_key)
        self._open: OrderedDict[str, bytes] = OrderedDict()
        self._lock = Lock()

    def ensure(self, subjects: Iterable[str]) -> Mapping[str, bytes]:
        """As the protocol says."""
        wanted = set(subjects)
        known = dict(self._cached(wanted))
        if missing := wanted - known.keys():
            known.update(self._create(missing))
        return known

    def find(self, subjects: Iterable[str]) -> Mapping[str, bytes]:
        """As the protocol says."""
        wanted = set(subjects)
        known = dict(self._cached(wanted))
        if missing := wanted - known.keys():
            with self._engine.connect() as connection:
                rows = connection.execute(_FIND, {"subjects": list(missing)}).all()
            known.update(self._unwrap({row.subject: row.wrapped for row in rows if row.wrapped is not None}))
        return known

    def forget(self, subject: str) -> None:
        """As the protocol says."""
        with self._engine.begin() as connection:
            connection.execute(_FORGET, {"subject": subject})
        with self._lock:
            self._open.pop(subject, None)

    def _create(self, subjects: set[str]) -> Mapping[str, bytes]:
        fresh = [{"subject": s, "wrapped": self._wrap(s, os.urandom(KEY_BYTES))} for s in sorted(subjects)]
        with self._engine.begin() as connection:
            connection.execute(_CREATE, fresh)
            rows = connection.execute(_FIND, {"subjects": list(subjects)}).all()
        return self._unwrap({row.subject: _alive(row.subject, row.wrapped) for row in rows})

    def _wrap(self, subject: str, key: bytes) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._wrapper.encrypt(nonce, key, subject.encode())

    def _unwrap(self, wrapped: Mapping[str, bytes]) -> Mapping[str, bytes]:
        opened = {
            subject: self._wrapper.decrypt(secret[:NONCE_BYTES], secret[NONCE_BYTES:], subject.encode())
            for subject, secret in wrapped.items()
        }
        with self._lock:
            self._open.update(opened)
            while len(self._open) > CACHED_KEYS_MAX:
                self._open.popitem(last=False)
        return opened

    def _cached(self, subjects: set[str]) -> Mapping[str, bytes]:
        with self._lock:
            return {subject: self._open[subject] for subject in subjects if subject in self._open}


def keyed_hash(keyring: Keyring, value: str) -> bytes:
    """The HMAC under which a service finds a value again; it means nothing without the service's search key."""
    return digest(keyring.ensure([SEARCH])[SEARCH], value.encode(), sha256)


def _alive(subject: str, key: bytes | None) -> bytes:
    if key is None:
        raise SubjectForgotten(f"{subject} was forgotten: nothing secret can be written about it")
    return key


_CREATE = text("insert into keyring (subject, wrapped) values (:subject, :wrapped) on conflict (subject) do nothing")
_FIND = text("select subject, wrapped from keyring where subject = any(:subjects)")
_FORGET = text(
    "insert into keyring (subject, destroyed_at) values (:subject, clock_timestamp())"
    " on conflict (subject) do update set wrapped = null,"
    " destroyed_at = coalesce(keyring.destroyed_at, clock_timestamp())"
)
