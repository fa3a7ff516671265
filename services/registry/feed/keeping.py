"""Files kept as they came, each under a key of its own, refused ones too; and destroyed when their time is over."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import Connection, text

from libs.events.decider import Invalid
from libs.events.service import Parts
from services.registry.feed.files import keep_file, seeing_all
from services.registry.feed.fingerprints import FEED
from services.registry.feed.reading import Incoming, PoliceFile
from services.registry.feed.vault import Vault, subject_of

KEPT_DAYS = 90
CONTENT, NAME = "content", "name"


def keep_accepted(parts: Parts, incoming: Incoming, file: PoliceFile, file_hash: bytes, by: str) -> None:
    """Keep the file of a list; one that gave the same list before is kept instead."""
    values = _values(parts, incoming, file.list_id, file_hash, by)
    with seeing_all(parts.engine) as connection:
        keep_file(connection, values | {"as_of": file.sender.as_of, "content_hmac": file.content})


def keep_refused(parts: Parts, incoming: Incoming, refusal: Invalid, file_hash: bytes, by: str) -> UUID:
    """Keep a file that was refused, and where and why; its id. No event speaks of it."""
    file_id = uuid5(FEED, file_hash.hex())
    at = [refusal.params[name] for name in ("sheet", "row", "column") if name in refusal.params]
    values = _values(parts, incoming, file_id, file_hash, by)
    with seeing_all(parts.engine) as connection:
        keep_file(connection, values | {"as_of": incoming.as_of, "problem": refusal.problem, "problem_at": at})
    return file_id


def content_of(parts: Parts, list_id: UUID) -> bytes | None:
    """The file as it came; None once it was destroyed."""
    with seeing_all(parts.engine) as connection:
        sealed = connection.execute(_SEALED, {"id": list_id}).scalar_one_or_none()
    return None if sealed is None else Vault(parts.codec.keyring, list_id).open(CONTENT, bytes(sealed))


def destroy_files_before(parts: Parts, received_before: datetime) -> int:
    """Destroy the keys of files that came earlier, then their contents and those of their rows; how many files.

    Give now less `KEPT_DAYS`. What waits can still be resolved as a known person or nobody's.
    """
    with seeing_all(parts.engine) as connection:
        expired = list(connection.execute(_EXPIRED, {"before": received_before}).scalars())
    for list_id in expired:
        parts.codec.keyring.forget(subject_of(list_id))
        with seeing_all(parts.engine) as connection:
            empty_file(connection, list_id)
    return len(expired)


def empty_file(connection: Connection, list_id: UUID) -> None:
    """Let go of what a file and its rows say, once its key is destroyed; a second time changes nothing."""
    connection.execute(_EMPTY_ROWS, {"id": list_id})
    connection.execute(_EMPTY_FILE, {"id": list_id})


def _values(parts: Parts, incoming: Incoming, list_id: UUID, file_hash: bytes, by: str) -> dict[str, Any]:
    vault = Vault(parts.codec.keyring, list_id)
    return {
        "list_id": list_id,
        "unit": incoming.unit,
        "file_hash": file_hash,
        "content_type": incoming.kind,
        "sealed_name": vault.seal(NAME, incoming.file_name.encode()) if incoming.file_name else None,
        "sealed": vault.seal(CONTENT, incoming.content),
        "bytes_count": len(incoming.content),
        "received_by": by,
    }


_SEALED = text("select sealed from list_file where list_id = :id")
_EXPIRED = text(
    "select list_id from list_file where received_at < :before and destroyed_at is null order by received_at"
)
_EMPTY_ROWS = text("update list_row set sealed = null where list_id = :id")
_EMPTY_FILE = text(
    "update list_file set sealed = null, sealed_name = null,"
    " destroyed_at = coalesce(destroyed_at, journal_now()) where list_id = :id"
)
