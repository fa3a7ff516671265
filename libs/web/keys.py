"""The issuer's public keys: read from its JWKS, kept, and asked for anew at a bounded rate."""

import json
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.request import HTTPRedirectHandler, Request, build_opener

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

REFETCH_SECONDS = 10
KEEP_SECONDS_MAX = 300
FETCH_TIMEOUT_SECONDS = 3
JWKS_BYTES_MAX = 65_536
KEYS_MAX = 8
RSA_BITS_MIN = 2048
_ALGORITHMS = {("RSA", None): "RS256", ("OKP", "Ed25519"): "EdDSA"}
_log = logging.getLogger(__name__)


class KeysRefused(ValueError):
    """The JWKS is not one set of public signing keys of one algorithm."""


@dataclass(frozen=True)
class KeySet:
    """Public keys by their `kid`, all of one algorithm: the only one that this issuer's tokens may name."""

    algorithm: str
    keys: Mapping[str, Any]

    @staticmethod
    def parse(raw: str | bytes) -> "KeySet":
        """The keys of a JWKS; `KeysRefused` unless each is a named RSA or Ed25519 signing key of one algorithm."""
        try:
            listed = json.loads(raw)["keys"]
            found = [_key(one) for one in listed]
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, jwt.PyJWTError) as error:
            raise KeysRefused(f"not a usable JWKS: {type(error).__name__}") from None
        algorithms = {algorithm for _, algorithm, _ in found}
        if len(algorithms) != 1 or len({kid for kid, _, _ in found}) != len(found) or len(found) > KEYS_MAX:
            raise KeysRefused(f"one algorithm, distinct kids and at most {KEYS_MAX} keys are needed")
        return KeySet(algorithms.pop(), {kid: key for kid, _, key in found})


class Keys:
    """The key set of one issuer, from an https URL or a file. The first reading happens at construction.

    A `kid` that is not there causes a reading at most once in `REFETCH_SECONDS`, by one thread, while the others
    go on with what is known; keys are read anew every `KEEP_SECONDS_MAX`, so a withdrawn one ends. An issuer that
    is away changes nothing.
    """

    def __init__(self, location: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._location = location
        self._clock = clock
        self._lock = Lock()
        self._set = KeySet.parse(_read(location))
        self._read_at = clock()

    @property
    def algorithm(self) -> str:
        """The issuer's one algorithm."""
        return self._set.algorithm

    def find(self, kid: str) -> Any | None:
        """The public key of this name, or None."""
        age = self._clock() - self._read_at
        if age >= KEEP_SECONDS_MAX or (kid not in self._set.keys and age >= REFETCH_SECONDS):
            self._refetch()
        return self._set.keys.get(kid)

    def _refetch(self) -> None:
        if not self._lock.acquire(blocking=False):
            return
        try:
            if self._clock() - self._read_at >= REFETCH_SECONDS:
                self._read_at = self._clock()
                self._set = KeySet.parse(_read(self._location))
        except (OSError, HTTPException, KeysRefused) as error:
            _log.warning("the issuer's keys stay as they were: %s", type(error).__name__)
        finally:
            self._lock.release()


def _key(jwk: Mapping[str, Any]) -> tuple[str, str, Any]:
    algorithm = _ALGORITHMS.get((jwk["kty"], jwk.get("crv")))
    kid = jwk["kid"]
    if algorithm is None or jwk.get("alg", algorithm) != algorithm or jwk.get("use", "sig") != "sig" or "d" in jwk:
        raise KeysRefused("a key that is not a public RS256 or EdDSA signing key")
    if not isinstance(kid, str) or not kid:
        raise KeysRefused("a key without a name")
    key = jwt.PyJWK(dict(jwk), algorithm).key
    if isinstance(key, RSAPublicKey) and key.key_size < RSA_BITS_MIN:
        raise KeysRefused("an RSA key that is too short")
    return kid, algorithm, key


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *_args: object, **_kwargs: object) -> None:
        """Keys come from where the settings say, or not at all."""


def _read(location: str) -> bytes:
    if "://" not in location:
        return Path(location).read_bytes()
    if not location.startswith("https://"):
        raise KeysRefused("keys are read from a file or over https")
    request = Request(location, headers={"Accept": "application/json"})  # noqa: S310 -- https, checked above.
    with build_opener(_NoRedirect).open(request, timeout=FETCH_TIMEOUT_SECONDS) as answer:
        raw: bytes = answer.read(JWKS_BYTES_MAX + 1)
    if len(raw) > JWKS_BYTES_MAX:
        raise KeysRefused("the JWKS is too large")
    return raw
