"""Keys wrapped under a key-encryption key, each saying under which, so that it can be changed without the events."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Engine, text

NONCE_BYTES = 12
FINGERPRINT_BYTES = 8


class KeyUnopenable(RuntimeError):
    """A key lies under a key-encryption key that this process was not given."""


@dataclass(frozen=True, slots=True)
class Wrapped:
    """A subject's key as it lies, and the fingerprint of what opens it."""

    secret: bytes
    by: str


class Wrapper:
    """Wraps under the current key-encryption key; opens under that and former ones. Bound to the subject."""

    def __init__(self, current: bytes, former: Iterable[bytes] = ()) -> None:
        self.current = fingerprint(current)
        self._ciphers: Mapping[str, AESGCM] = {fingerprint(one): AESGCM(one) for one in (*former, current)}

    def wrap(self, subject: str, key: bytes) -> Wrapped:
        """The key of a subject, to be stored."""
        nonce = os.urandom(NONCE_BYTES)
        return Wrapped(nonce + self._ciphers[self.current].encrypt(nonce, key, subject.encode()), self.current)

    def open(self, subject: str, wrapped: Wrapped) -> bytes:
        """The inverse; `KeyUnopenable`, or InvalidTag where the key was tampered with or is another subject's."""
        cipher = self._ciphers.get(wrapped.by)
        if cipher is None:
            raise KeyUnopenable(_SAID.format(wrapped.by))
        return cipher.decrypt(wrapped.secret[:NONCE_BYTES], wrapped.secret[NONCE_BYTES:], subject.encode())


def fingerprint(key_encryption_key: bytes) -> str:
    """A short name of a key-encryption key, from which nothing can be learned about it."""
    return sha256(b"key-encryption-key" + key_encryption_key).digest()[:FINGERPRINT_BYTES].hex()


def refuse_unopenable(engine: Engine, key_encryption_keys: Iterable[bytes]) -> None:
    """Raise `KeyUnopenable` if a keyring holds a key that this process could not open: to be asked at its start."""
    known = [fingerprint(one) for one in key_encryption_keys]
    with engine.connect() as connection:
        found = connection.execute(_STRANGE, {"known": known}).scalar_one_or_none()
    if found is not None:
        raise KeyUnopenable(_SAID.format(found))


_SAID = (
    "keys lie under the key-encryption key {}, which this process was not given:"
    " name it in FORMER_KEY_ENCRYPTION_KEYS of the service, or put it back"
)
_STRANGE = text("select wrapped_by from keyring where wrapped_by <> all(:known) limit 1")
