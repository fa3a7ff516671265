"""Accepted commands by caller, route and `Idempotency-Key`: said twice, done once, answered alike."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import orjson
from pydantic import BaseModel
from sqlalchemy import Connection, text
from starlette.datastructures import UploadFile

from libs.events.books import Books
from libs.events.handling import Outcome, Target
from libs.events.keyring import keyed_hash
from libs.events.service import Parts
from libs.web.refusals import KeyReused

_NAMESPACE = uuid5(NAMESPACE_URL, "urn:aftercare:command")
_CHUNK = 1 << 20


class Taken(Exception):
    """Another request with this key was committed first."""


@dataclass(frozen=True)
class Entry:
    """A command before it is handled: whose it is, which key it came with (see `kept_key`), and what it asks for."""

    service: str
    caller: str
    route: str
    key: str
    request_hmac: bytes

    @property
    def command_id(self) -> UUID:
        """The same for every repetition, so that the journal alone finds it, also after a restore."""
        return uuid5(_NAMESPACE, f"{self.service}\n{self.caller}\n{self.route}\n{self.key}")


def kept_key(parts: Parts, key: str) -> str:
    """What stands for an `Idempotency-Key` here and in the command's id: a keyed hash, as a key can name somebody."""
    return keyed_hash(parts.codec.keyring, f"key\n{key}").hex()


def request_hmac(parts: Parts, values: Mapping[str, Any]) -> bytes:
    """A keyed hash of what a request asks for: its checked parameters and body, whatever their spelling was."""
    spelled = {name: _spelled(value) for name, value in values.items()}
    clear = orjson.dumps(spelled, default=str, option=orjson.OPT_SORT_KEYS).decode()
    return keyed_hash(parts.codec.keyring, f"request\n{clear}")


def find(parts: Parts, entry: Entry) -> Outcome | None:
    """What the command did when it came first, or None; `KeyReused` when that was another request."""
    with parts.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        row = connection.execute(_FIND, _key(entry)).one_or_none()
    if row is None:
        return None
    if bytes(row.request_hmac) != entry.request_hmac:
        raise KeyReused("this key came with another request")
    records = parts.journal.commands([row.command_id]).get(row.command_id, [])
    return Outcome(row.stream, row.version, tuple(records), repeated=True)


def once(parts: Parts, entry: Entry, target: Target[Any, Any]) -> Outcome:
    """Handle the command and keep its outcome; when its key was taken meanwhile, that outcome, or `KeyReused`."""

    def keep(books: Books, outcome: Outcome) -> None:
        write(books.connection, entry, outcome)

    try:
        outcome = parts.handler.handle(target, also=keep)
    except Taken:
        return _found(find(parts, entry))
    # Done before, and not found in the log: after a restore the journal alone knows the command.
    return (find(parts, entry) or outcome) if outcome.repeated else outcome


def write(connection: Connection, entry: Entry, outcome: Outcome) -> None:
    """Keep an accepted outcome in the command's own transaction; `Taken` ends it when another was first."""
    values = {
        "request_hmac": entry.request_hmac,
        "command_id": entry.command_id,
        "stream": outcome.stream,
        "version": outcome.version,
        "position": None if outcome.position is None else str(outcome.position),
    }
    if connection.execute(_WRITE, _key(entry) | values).rowcount == 0:
        raise Taken


def remember(parts: Parts, entry: Entry) -> None:
    """Keep the key of a command whose effects are many commands, each known by its own id."""
    with suppress(Taken), parts.engine.begin() as connection:
        write(connection, entry, Outcome("", 0))


def _found(outcome: Outcome | None) -> Outcome:
    if outcome is None:
        raise LookupError("a key was taken and is not there")
    return outcome


def _key(entry: Entry) -> dict[str, object]:
    return {"caller": entry.caller, "route": entry.route, "key": entry.key}


def _spelled(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, UploadFile):
        return _digest(value)
    return value if value is None else str(value)


def _digest(upload: UploadFile) -> str:
    digest = sha256()
    upload.file.seek(0)
    while chunk := upload.file.read(_CHUNK):
        digest.update(chunk)
    upload.file.seek(0)
    return digest.hexdigest()


_FIND = text(
    "select request_hmac, command_id, stream, version from command_log"
    " where caller = :caller and route = :route and idempotency_key = :key"
)
_WRITE = text(
    "insert into command_log (caller, route, idempotency_key, request_hmac, command_id, stream, version, position)"
    " values (:caller, :route, :key, :request_hmac, :command_id, :stream, :version, :position)"
    " on conflict do nothing"
)
