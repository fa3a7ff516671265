"""What a row and a list are known again by: keyed hashes of what they say, whatever the file, its name or its order."""

import re
from collections.abc import Iterable
from datetime import datetime, time
from functools import lru_cache
from unicodedata import normalize
from uuid import UUID, uuid5

from libs.events.keyring import Keyring, keyed_hash
from libs.sheets.table import Cell, cell_text
from services.registry.feed.cells import RawRow
from services.registry.feed.saying import statuses_in
from services.registry.feed.units import Sender, unit_of_sheet

FEED = UUID("6f0a3a55-94c1-5e0f-9d0e-0d3c8a2f6f11")
DAY = re.compile(r"(?P<day>\d{1,2})[/.\-](?P<month>\d{1,2})[/.\-](?P<year>\d{4})")
FIELD_ENDS, SAYING_ENDS = "\x1f", "\x1e"
IGNORED = frozenset({"row_no"})
SHEET_NAMES_CACHED = 256


def row_fingerprint(keyring: Keyring, row: RawRow, sender: Sender) -> bytes:
    """The keyed hash of what a row says; its counter, its place in the file and the file's kind say nothing."""
    said = [f"{field}{FIELD_ENDS}{_said(cell)}" for field, cell in row.cells.items() if field not in IGNORED]
    titles = [_said(title) for title in row.sections]
    beside = [*sorted(row.marks), *titles, unit_of_sheet(row, sender), *_statuses(row.traits.name)]
    return keyed_hash(keyring, SAYING_ENDS.join(["row", *sorted(said), *beside]))


def file_fingerprint(keyring: Keyring, digest: str, unit: str, as_of: str) -> bytes:
    """The keyed hash of a file's bytes as one sender sent them for one day."""
    return keyed_hash(keyring, SAYING_ENDS.join(["file", unit, as_of, digest]))


def list_content(keyring: Keyring, rows: Iterable[bytes], sender: Sender) -> str:
    """The keyed hash of all rows, whatever their order, with the sender's unit and the list's day."""
    said = [row.hex() for row in rows]
    return keyed_hash(keyring, SAYING_ENDS.join(["list", sender.unit, str(sender.as_of), *sorted(said)])).hex()


def list_id_of(content: str) -> UUID:
    """The id of the list with this content."""
    return uuid5(FEED, content)


def row_id_of(list_id: UUID, fingerprint: bytes, copy: int = 1) -> UUID:
    """The id of a row in a list; of rows that say the same, each has its own."""
    return uuid5(list_id, f"row:{fingerprint.hex()}:{copy}")


def person_id_of(row_id: UUID) -> UUID:
    """The id under which a row's person is registered, if nobody known is meant."""
    return uuid5(row_id, "person")


@lru_cache(maxsize=SHEET_NAMES_CACHED)
def _statuses(sheet_name: str) -> tuple[str, ...]:
    return statuses_in(sheet_name)


def _said(cell: Cell) -> str:
    """The cell as text; a day in one writing, since a workbook holds a day where a text file says 02/05/1985."""
    if isinstance(cell, datetime) and cell.time() == time.min:
        cell = cell.date()
    text = cell_text(cell)
    said = " ".join((text if text.isascii() else normalize("NFC", text)).split())
    written = DAY.fullmatch(said)
    return f"{written['year']}-{int(written['month']):02}-{int(written['day']):02}" if written else said
