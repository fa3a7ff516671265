"""What lists say, kept under a key for each file: sealed for as long as the key lives, and gone with it."""

import os
from typing import Any
from uuid import UUID

import orjson
import zstandard
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from libs.events.keyring import NONCE_BYTES, Keyring

LIST = "list-"


def subject_of(list_id: UUID) -> str:
    """Under which subject the key of a file lies; its list's events have the same."""
    return f"{LIST}{list_id}"


class Vault:
    """Seals and opens what belongs to one file; its key is durable before anything is sealed with it."""

    def __init__(self, keyring: Keyring, list_id: UUID) -> None:
        self._keyring = keyring
        self._subject = subject_of(list_id)

    def seal(self, name: str, content: bytes) -> bytes:
        """Compressed and encrypted, bound to the file and to what it is called."""
        key = self._keyring.ensure([self._subject])[self._subject]
        nonce = os.urandom(NONCE_BYTES)
        small = zstandard.ZstdCompressor().compress(content)
        return nonce + AESGCM(key).encrypt(nonce, small, self._bound_to(name))

    def open(self, name: str, sealed: bytes) -> bytes | None:
        """What was sealed under this name; None once the key is destroyed."""
        key = self._keyring.find([self._subject]).get(self._subject)
        if key is None:
            return None
        small = AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], self._bound_to(name))
        return zstandard.ZstdDecompressor().decompress(small)

    def seal_json(self, name: str, content: Any) -> bytes:
        """As `seal`, for a value that JSON can hold."""
        return self.seal(name, orjson.dumps(content))

    def open_json(self, name: str, sealed: bytes | None) -> Any:
        """As `open`; None also where nothing was kept."""
        content = None if sealed is None else self.open(name, bytes(sealed))
        return None if content is None else orjson.loads(content)

    def _bound_to(self, name: str) -> bytes:
        return f"{self._subject}/{name}".encode()
