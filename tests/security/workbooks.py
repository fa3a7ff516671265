"""Police lists in which every column that can hold text about somebody holds a canary."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from unicodedata import normalize

import xlsxwriter

from services.registry.feed.headings import COLUMNS
from tests.security.canaries import STORY

# Columns that hold a code, a count or a day of an office, and those that exclude one that is filled.
PLAIN: Mapping[str, str] = {
    "row_no": "1",
    "sex": "Nam",
    "male_year": "",
    "female_year": "",
    "unit": "",
    "unit_code": "",
    "district": "",
    "province": "",
    "id_number": "",
    "category": "sau cai",
    "issued_on": "02/03/2021",
    "test_date": "02/03/2025",
    "decision_date": "02/03/2025",
    "term_from": "02/03/2025",
    "term_to": "02/03/2026",
}
FIELDS = tuple(column.field for column in COLUMNS)
Cells = Mapping[str, str]


def everything(**given: str) -> Cells:
    """A row with a canary in each column that is not plain, and what was given in place of it."""
    cells = {name: PLAIN.get(name) if name in PLAIN else STORY.text() for name in FIELDS}
    known = {
        "full_name": normalize("NFD", STORY.name()).upper(),
        "other_names": STORY.name(),
        "dob": f"{STORY.born:%d/%m/%Y}",
        "citizen_id": STORY.twelve(),
        "legacy_id9": STORY.nine(),
        "phone": STORY.phone(),
    }
    return {name: cell or "" for name, cell in (cells | known | given).items()}


def clear(**given: str) -> Cells:
    """As `everything`, without what sends any row to a human."""
    return everything(**{"moved_to": "", "stop_reason": "", "nationality": "Việt Nam", **given})


def workbook(rows: Sequence[Cells], as_of: str, sheet_name: str) -> bytes:
    """An XLSX with these rows under all headings that the feed knows, and a comment on the last row."""
    stream = BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    sheet = book.add_worksheet(sheet_name)
    sheet.write(0, 0, f"DANH SÁCH NGƯỜI SAU CAI NGHIỆN (Tính đến ngày {as_of})")
    for column, known in enumerate(COLUMNS):
        sheet.write(2, column, known.headings[0])
        for row, cells in enumerate(rows):
            sheet.write_string(3 + row, column, cells.get(known.field, ""))
    sheet.write_comment(2 + max(1, len(rows)), 1, STORY.text())
    book.set_properties({"author": STORY.name(), "title": STORY.text()})
    book.close()
    return stream.getvalue()
