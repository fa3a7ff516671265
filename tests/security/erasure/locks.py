"""Every ciphertext that the product wrote, and all that any key which is left still opens."""

from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import orjson
import psycopg
import zstandard
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from deploy.services import NAMES
from libs.events.keyring import NONCE_BYTES
from libs.events.keyrings.wrapping import Wrapped, Wrapper
from libs.events.settings import service_settings
from tests.security.places import Content, unpacked

Keys = Mapping[str, bytes]


@dataclass(frozen=True)
class Lock:
    """A ciphertext where it was found, and what it is bound to."""

    place: str
    bound_to: bytes
    raw: bytes

    def opened_with(self, key: bytes) -> bytes | None:
        """What it says, if this is its key."""
        with suppress(InvalidTag):
            return AESGCM(key).decrypt(self.raw[:NONCE_BYTES], self.raw[NONCE_BYTES:], self.bound_to)
        return None


def keys(url: str) -> Keys:
    """Every key that the keyrings of the four services hold, unwrapped; for who has the settings and all databases."""
    found: dict[str, bytes] = {}
    for name in NAMES:
        current, *former = service_settings(name).key_encryption_keys
        wrapper = Wrapper(current, former)
        with psycopg.connect(url, dbname=f"{name}_keyring") as connection:
            rows = connection.execute("select subject, wrapped, wrapped_by from keyring where wrapped is not null")
            found |= {f"{name}/{subject}": wrapper.open(subject, Wrapped(*key)) for subject, *key in rows}
    return found


def wrapped_in(dump: bytes) -> dict[str, Wrapped]:
    """The keys of persons as a dump of a keyring holds them, by subject."""
    said = dump.decode()
    columns = said.partition("COPY public.keyring (")[2].partition(")")[0].split(", ")
    lines = (line.split("\t") for line in said.splitlines() if line.startswith("person-"))
    rows = [dict(zip(columns, line, strict=True)) for line in lines]
    return {row["subject"]: Wrapped(bytes.fromhex(row["wrapped"][3:]), row["wrapped_by"]) for row in rows}


def locks(url: str) -> list[Lock]:
    """Every ciphertext of the journals, of parked events, and of lists."""
    return [lock for name in NAMES for lock in _of_service(url, name)]


def locks_in(place: str, body: bytes | str) -> Iterator[Lock]:
    """Those of one event as it is stored or published."""
    event = orjson.loads(body)
    for field, value in event["data"].items():
        if isinstance(value, dict) and "sealed" in value:
            yield Lock(place, f"{event['id']}/{field}".encode(), b64decode(value["sealed"]))


def opened(known: Iterable[Lock], held: Keys) -> list[Content]:
    """What all of it says, as far as any of these keys opens it."""
    return [
        (f"{lock.place} by {subject}", _unpacked(said))
        for lock in known
        for subject, key in held.items()
        if (said := lock.opened_with(key)) is not None
    ]


def _of_service(url: str, name: str) -> Iterator[Lock]:
    with psycopg.connect(url, dbname=name) as connection:
        for event_type, body in connection.execute("select body::json ->> 'type', body from journal"):
            yield from locks_in(event_type, body)
        for taker, value in connection.execute("select taker, value from parked_event"):
            yield from locks_in(f"parked for {taker}", bytes(value))
        if name == "registry":
            yield from _of_lists(connection)


def _of_lists(connection: psycopg.Connection[Any]) -> Iterator[Lock]:
    for list_id, content, file_name in connection.execute("select list_id, sealed, sealed_name from list_file"):
        for name, raw in (("content", content), ("name", file_name)):
            if raw is not None:
                yield Lock(f"list file's {name}", f"list-{list_id}/{name}".encode(), bytes(raw))
    for list_id, row_id, raw in connection.execute("select list_id, row_id, sealed from list_row"):
        if raw is not None:
            yield Lock("row of a list", f"list-{list_id}/row/{row_id}".encode(), bytes(raw))


def _unpacked(said: bytes) -> bytes:
    with suppress(zstandard.ZstdError):
        said = zstandard.ZstdDecompressor().decompress(said)
    return b"\n".join([said, *unpacked(said)])
