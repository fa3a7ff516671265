"""Mending a keyring: wrapped anew under another key-encryption key, or brought level after it was restored."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, text

from libs.events.keyring import SEARCH, make_keys
from libs.events.keyrings.ledger import PAGE_SUBJECTS, Ledger
from libs.events.keyrings.wrapping import Wrapped, Wrapper

ROTATE_KEYS = 500


@dataclass(frozen=True)
class Verified:
    """How many subjects have or had a key; what was destroyed again, or lost; and whether the search key was."""

    subjects: int
    reapplied: int
    lost: int
    search_made_anew: bool


def rotate(engine: Engine, wrapper: Wrapper) -> int:
    """Wrap every key under the current key-encryption key; how many were not.

    In transactions of `ROTATE_KEYS`, while others read, make and destroy keys. After a kill, begin again: what is done
    is passed over. Begun anew until nothing is left, since a process of older settings may make keys meanwhile.
    """
    total = 0
    while done := sum(_rotated(engine, wrapper)):
        total += done
    return total


def _rotated(engine: Engine, wrapper: Wrapper) -> Iterator[int]:
    after: str | None = ""
    while after is not None:
        with engine.begin() as connection:
            # Locked in order, so that two who rotate, or who forget meanwhile, wait for each other and not in a circle.
            rows = connection.execute(
                _OTHERWISE_WRAPPED, {"after": after, "current": wrapper.current, "most": ROTATE_KEYS}
            ).all()
            _rewrap(connection, wrapper, rows)
        yield len(rows)
        after = rows[-1].subject if rows else None


def _rewrap(connection: Connection, wrapper: Wrapper, rows: Any) -> None:
    if rows:
        keys = {row.subject: wrapper.open(row.subject, Wrapped(row.wrapped, row.wrapped_by)) for row in rows}
        secrets = [wrapper.wrap(subject, key).secret for subject, key in keys.items()]
        values = {"subjects": list(keys), "secrets": secrets, "current": wrapper.current}
        connection.execute(_REWRAP, values)


def reapply(engine: Engine, ledger: Ledger) -> int:
    """Destroy again the key of every subject that was forgotten; how many had one, or were not known here."""
    total, after = 0, ""
    while page := ledger.forgotten(after):
        with engine.begin() as connection:
            total += len(connection.execute(_DESTROY, {"subjects": page}).all())
        ledger.renumber(_numbers(engine, page))
        after = page[-1]
    return total


def verify(engine: Engine, wrapper: Wrapper, ledger: Ledger, journal: Engine, service: str) -> Verified:
    """Bring a keyring level with its service, whatever it was restored from; on a level one nothing changes.

    The ledger is told what the journal knows, since it may have been lost too. Who was forgotten is so again. The key
    of every other subject that had one and has none is marked lost: there is never a second, and it replays redacted.
    A lost search key is made anew.
    """
    _tell(ledger, journal, service)
    reapplied = reapply(engine, ledger)
    subjects, lost, after = 0, 0, ""
    search_made_anew = False
    while page := ledger.numbers(after):
        here = _numbers(engine, page)
        missing = page.keys() - here.keys()
        if SEARCH in missing:
            make_keys(engine, wrapper, [SEARCH])
            search_made_anew = True
        with engine.begin() as connection:
            lost += len(connection.execute(_MARK_LOST, {"subjects": sorted(missing)}).all())
        here = _numbers(engine, page)
        ledger.renumber({subject: number for subject, number in here.items() if page[subject] != number})
        subjects += len(page)
        after = max(page)
    return Verified(subjects, reapplied, lost, search_made_anew)


def _tell(ledger: Ledger, journal: Engine, service: str) -> None:
    with journal.connect().execution_options(stream_results=True) as connection:
        for subjects in connection.execute(_SEALED).scalars().partitions(PAGE_SUBJECTS):
            ledger.note(dict.fromkeys(subjects, 0))
        said = connection.execute(_SAID_FORGOTTEN, {"type": f"{service}.subject-forgotten"})
        for subjects in said.scalars().partitions(PAGE_SUBJECTS):
            ledger.note_forgotten(dict.fromkeys(subjects, 0))


def _numbers(engine: Engine, subjects: Any) -> Mapping[str, int]:
    with engine.connect() as connection:
        return {row.subject: row.number for row in connection.execute(_NUMBERS, {"subjects": list(subjects)})}


_OTHERWISE_WRAPPED = text(
    "select subject, wrapped, wrapped_by from keyring where subject > :after and wrapped_by <> :current"
    " order by subject limit :most for update"
)
_REWRAP = text(
    "update keyring k set wrapped = n.secret, wrapped_by = :current"
    " from unnest(cast(:subjects as text[]), cast(:secrets as bytea[])) n (subject, secret)"
    " where k.subject = n.subject"
)
_DESTROY = text(
    "insert into keyring (subject, destroyed_at) select f.subject, clock_timestamp()"
    " from unnest(cast(:subjects as text[])) f (subject) order by f.subject on conflict (subject) do update"
    " set wrapped = null, wrapped_by = null, destroyed_at = excluded.destroyed_at, lost = false"
    " where keyring.wrapped is not null or keyring.lost returning subject"
)
_MARK_LOST = text(
    "insert into keyring (subject, destroyed_at, lost) select f.subject, clock_timestamp(), true"
    " from unnest(cast(:subjects as text[])) f (subject) order by f.subject on conflict (subject) do nothing"
    " returning subject"
)
_NUMBERS = text("select subject, number from keyring where subject = any(:subjects)")
# As the codec writes a sealed field: no string in JSON can hold these quotes unescaped.
_SEALED = text("""select distinct subject from journal where strpos(body, '{"sealed":"') > 0 order by subject""")
_SAID_FORGOTTEN = text("select distinct subject from journal where body::json ->> 'type' = :type order by subject")
