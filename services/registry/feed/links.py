"""Whom a sender meant by which words last: the same words again mean the same person, and change nothing."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import Connection, text


def link(connection: Connection, sender: str, as_of: date, rows: Iterable[tuple[UUID, bytes]]) -> None:
    """Remember the row by which a sender meant a person; an older list does not overwrite a newer one."""
    latest = dict(rows)
    values = {"sender": sender, "as_of": as_of, "persons": list(latest), "rows": list(latest.values())}
    connection.execute(_LINK, values)


def linked(connection: Connection, sender: str, fingerprints: Sequence[bytes]) -> dict[bytes, list[UUID]]:
    """The persons whom a sender meant by these words, in one order: two may share them where neither has a number."""
    meant: defaultdict[bytes, list[UUID]] = defaultdict(list)
    for row in connection.execute(_LINKED, {"sender": sender, "rows": list(fingerprints)}):
        meant[bytes(row.fingerprint)].append(row.person_id)
    return meant


_LINK = text(
    "insert into list_link (sender, person_id, fingerprint, as_of)"
    " select :sender, p.id, p.words, :as_of from unnest(cast(:persons as uuid[]), cast(:rows as bytea[])) p (id, words)"
    " on conflict (sender, person_id) do update set fingerprint = excluded.fingerprint, as_of = excluded.as_of"
    " where list_link.as_of <= excluded.as_of"
)
_LINKED = text(
    "select fingerprint, person_id from list_link where sender = :sender and fingerprint = any(:rows)"
    " order by person_id"
)
