"""Signed heads: what the journal's ends were each day, signed and kept where nobody can rewrite it.

A chain alone does not bind a superuser who rewrites an event and computes all links after it anew; a signature that
lies outside the database and the log does.
"""

from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import Engine, text

from libs.events.journal import read_heads
from libs.events.partitions import PARTITIONS
from libs.events.record import first_link

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Signer:
    """Signs the heads of one service into `folder`; `trusted` are public keys of signers before it."""

    service: str
    folder: Path
    key: Ed25519PrivateKey
    trusted: Sequence[Ed25519PublicKey] = field(default=())

    @staticmethod
    def of(service: str, folder: Path, key: str, former: str = "") -> "Signer":
        """From settings: a seed of 32 bytes in base64, and the public keys of former ones, separated by commas."""
        public = [Ed25519PublicKey.from_public_bytes(b64decode(one)) for one in former.split(",") if one.strip()]
        return Signer(service, folder, Ed25519PrivateKey.from_private_bytes(b64decode(key)), public)

    def sign(self, engine: Engine, now: datetime | None = None) -> Path | None:
        """Write the file of today (UTC); None when it is there already. Nothing is overwritten."""
        now = now or datetime.now(UTC)
        path = self.folder / self.service / f"{now.date()}.json"
        if path.exists():
            return None
        with engine.begin() as connection:
            heads = read_heads(connection)
        before = max((one for one in self._files() if one.name < path.name), default=None)
        payload = {
            "service": self.service,
            "signed_at": now.isoformat(),
            "heads": {str(head.partition): [head.sequence, head.chain.hex()] for head in heads},
            "previous": _digest(before) if before else None,
            "key": b64encode(self.key.public_key().public_bytes_raw()).decode(),
        }
        spelled = _spelled(payload)
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with path.open("xb") as file:
                file.write(_spelled({"signed": payload, "signature": self.key.sign(spelled).hex()}) + b"\n")
        except FileExistsError:
            return None
        return path

    def verify(self, engine: Engine, *, today: date | None = None) -> "Signatures":
        """Check every file against its signature, the one before it and the journal; every doubt is named.

        A day without a file is one, from the first file to yesterday: today's may not be written yet.
        """
        found = Signatures()
        before: Path | None = None
        for path in self._files():
            payload = self._signed(path, before, found)
            if payload is not None:
                found.days += 1
                found.doubts += _unlike(engine, self.service, path.name, payload)
            before = path
        found.doubts += self._missing(today or datetime.now(UTC).date())
        return found

    def _signed(self, path: Path, before: Path | None, found: "Signatures") -> dict[str, Any] | None:
        """What a file says, where its signature is ours."""
        try:
            raw = orjson.loads(path.read_bytes())
            payload, signature = raw["signed"], bytes.fromhex(raw["signature"])
        except (ValueError, KeyError, TypeError):
            found.doubts.append(f"{path.name} is no signature file")
            return None
        if not any(_holds(key, signature, _spelled(payload)) for key in (self.key.public_key(), *self.trusted)):
            found.doubts.append(f"{path.name} is not what was signed")
            return None
        if (payload["service"], payload["signed_at"][:10]) != (self.service, path.stem):
            found.doubts.append(f"{path.name} was signed for another service or day")
            return None
        if payload["previous"] != (_digest(before) if before else None):
            found.doubts.append(f"the file before {path.name} is not the one that was there when it was signed")
        return dict(payload)

    def _missing(self, today: date) -> Iterator[str]:
        days = {path.stem for path in self._files()}
        day = date.fromisoformat(min(days)) if days else today
        while day < today:
            if day.isoformat() not in days:
                yield f"the heads of {day} are not signed"
            day += DAY

    def _files(self) -> list[Path]:
        return sorted((self.folder / self.service).glob("????-??-??.json"))


@dataclass
class Signatures:
    """What became of checking: on how many days the heads were signed, and what is amiss."""

    days: int = 0
    doubts: list[str] = field(default_factory=list)


def _unlike(engine: Engine, service: str, name: str, payload: Mapping[str, Any]) -> Iterator[str]:
    """Where the journal is not what was signed."""
    with engine.connect() as connection:
        for partition in range(PARTITIONS):
            sequence, chain = payload["heads"][str(partition)]
            known = {"partition": partition, "sequence": sequence}
            held = connection.execute(_CHAIN, known).scalar_one_or_none()
            found = first_link(service, partition) if sequence == 0 else bytes(held or b"")
            if not found:
                yield f"{service}/{partition}/{sequence} is signed in {name}, and not in the journal"
            elif found.hex() != chain:
                yield f"{service}/{partition}/{sequence} is signed otherwise in {name} than it is chained here"


def _holds(key: Ed25519PublicKey, signature: bytes, spelled: bytes) -> bool:
    try:
        key.verify(signature, spelled)
    except InvalidSignature:
        return False
    return True


def _spelled(payload: Mapping[str, Any]) -> bytes:
    return orjson.dumps(payload, option=orjson.OPT_SORT_KEYS)


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


_CHAIN = text("select chain from journal where partition = :partition and sequence = :sequence")
