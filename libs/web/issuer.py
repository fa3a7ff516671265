"""A development issuer: a key pair in a folder, its JWKS beside it, and tokens for any office; nowhere else."""

import json
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from jwt.algorithms import OKPAlgorithm, RSAAlgorithm

from libs.events.settings import Mode
from libs.web.roles import Role

JWKS = "jwks.json"
TOKEN_MINUTES = 60
_PRIVATE = 0o600
PrivateKey = Ed25519PrivateKey | RSAPrivateKey


class IssuerRefused(RuntimeError):
    """Tokens were to be made outside development."""


class Issuer:
    """Mints tokens that `Tokens` accepts; a folder keeps its keys between runs, so tokens stay good."""

    def __init__(self, folder: Path, *, mode: Mode, issuer: str, audience: str, algorithm: str = "EdDSA") -> None:
        if mode is not Mode.DEVELOPMENT:
            raise IssuerRefused("tokens are made in development only; elsewhere they come from the identity provider")
        self._folder = folder
        self._claims = {"iss": issuer, "aud": audience}
        self._algorithm = algorithm
        folder.mkdir(parents=True, exist_ok=True)
        if not self._key_files():
            self.rotate()

    @property
    def jwks(self) -> Path:
        """The file that TOKEN_JWKS names."""
        return self._folder / JWKS

    def rotate(self) -> None:
        """Sign with a new key from now on; the one before stays valid, older ones are withdrawn."""
        kid = f"{time.time_ns()}-{uuid4().hex[:8]}"
        _write(self._folder / f"{kid}.pem", _pem(_new_key(self._algorithm)))
        for old in self._key_files()[:-2]:
            old.unlink()
        keys = [_public(file.stem, _load(file)) for file in self._key_files()]
        _write(self.jwks, json.dumps({"keys": keys}, indent=1).encode())

    def mint(
        self,
        *roles: Role,
        sub: str | None = None,
        units: Sequence[Any] = (),
        minutes: float = TOKEN_MINUTES,
        **claims: Any,
    ) -> str:
        """A token for an office: its roles and units, and what else is said (`clubs`, `providers`, `client_id` …)."""
        file = self._key_files()[-1]
        now = int(time.time())
        said = self._claims | {
            "sub": sub or f"dev-{roles[0] if roles else 'nobody'}",
            "iat": now,
            "exp": now + int(minutes * 60),
            "roles": list(roles),
            "units": list(units),
        }
        headers = {"kid": file.stem, "typ": "at+jwt"}
        return jwt.encode(said | claims, _load(file), algorithm=self._algorithm, headers=headers)

    def _key_files(self) -> list[Path]:
        return sorted(self._folder.glob("*.pem"))


def _new_key(algorithm: str) -> PrivateKey:
    return Ed25519PrivateKey.generate() if algorithm == "EdDSA" else generate_private_key(65_537, 3_072)


def _pem(key: PrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _load(file: Path) -> PrivateKey:
    key = load_pem_private_key(file.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey | RSAPrivateKey):
        raise IssuerRefused(f"{file.name} is not a key of this issuer")
    return key


def _public(kid: str, key: PrivateKey) -> dict[str, Any]:
    if isinstance(key, Ed25519PrivateKey):
        return {**OKPAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": kid, "use": "sig", "alg": "EdDSA"}
    return {**RSAAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": kid, "use": "sig", "alg": "RS256"}


def _write(path: Path, content: bytes) -> None:
    fresh = path.with_suffix(".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _PRIVATE), "wb") as file:
        file.write(content)
    fresh.replace(path)
