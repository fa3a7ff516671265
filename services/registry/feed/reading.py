"""A list read whole: its rows with their traits and fingerprints, its day and its id, or a refusal of the file."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from libs.events.keyring import Keyring
from libs.sheets.kind import FileKind
from libs.sheets.reading import read_tables
from libs.sheets.rows import DataRow, Listed, listed
from libs.vietnam.spelling import one_spelling
from libs.vietnam.units import UnitRef
from services.registry.domain.police_list import ListOfTomorrow
from services.registry.feed.cells import RawRow, Traits, raw_row
from services.registry.feed.fingerprints import list_content, list_id_of, row_fingerprint
from services.registry.feed.headings import LAYOUT
from services.registry.feed.refusals import ListCut, ListDatesDiffer, ListUndated
from services.registry.feed.traits import traits_of
from services.registry.feed.units import Sender

DAY = re.compile(
    r"(?:tính )?đến (?:hết )?(?:ngày )?(\d{1,2})(?:\s*[/.\-]\s*|\s*tháng\s*)(\d{1,2})(?:\s*[/.\-]\s*|\s*năm\s*)(\d{4})",
    re.IGNORECASE,
)

LAST_ROW_OF_XLS = 65_536


@dataclass(frozen=True)
class Incoming:
    """A file as it was sent: its bytes, by which unit, of which day (or as it says itself), its kind if declared."""

    content: bytes = field(repr=False)
    unit: UnitRef
    as_of: date | None = None
    kind: FileKind | None = None
    file_name: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class PoliceFile:
    """A list that was read to its end; its rows count from 0 here, and `fingerprints` are theirs, in their order."""

    list_id: UUID
    content: str
    sender: Sender
    rows: Sequence[tuple[DataRow, Traits]] = field(repr=False)
    fingerprints: Sequence[bytes] = field(repr=False)

    def row(self, n: int) -> RawRow:
        """The n-th row with its cells by field: made when it is wanted, since a whole country is in memory here."""
        return raw_row(*self.rows[n])


def read_list(incoming: Incoming, keyring: Keyring, today: date) -> PoliceFile:
    """The list in a file; raises an `Invalid`, mostly a `SheetRefused`, when it is refused whole."""
    sheets = listed(read_tables(incoming.content, incoming.kind), LAYOUT)
    for sheet in sheets:
        if sheet.rows and sheet.rows[-1].number == LAST_ROW_OF_XLS:
            raise ListCut("the list was cut", sheet=sheet.table.number, row=LAST_ROW_OF_XLS)
    sender = Sender(incoming.unit, _day(incoming, sheets))
    if sender.as_of > today:
        raise ListOfTomorrow("a list is dated after today")
    rows = [(row, traits) for sheet in sheets for traits in [traits_of(sheet)] for row in sheet.rows]
    fingerprints = [row_fingerprint(keyring, raw_row(*row), sender) for row in rows]
    content = list_content(keyring, fingerprints, sender)
    return PoliceFile(list_id_of(content), content, sender, rows, fingerprints)


def _day(incoming: Incoming, sheets: Sequence[Listed]) -> date:
    lines = [one_spelling(line) for sheet in sheets for line in sheet.headings.preamble]
    written = {day for line in lines for found in DAY.finditer(line) if (day := _date(*found.groups())) is not None}
    if incoming.as_of is None and len(written) != 1:
        raise ListUndated("the list does not say which day it is of")
    if incoming.as_of is not None and written - {incoming.as_of}:
        raise ListDatesDiffer("the list says another day than its sender")
    return incoming.as_of or written.pop()


def _date(day: str, month: str, year: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
