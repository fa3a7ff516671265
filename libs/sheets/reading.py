"""The one door for files: bytes in, tables out, or a `SheetRefused` that says why not and where."""

from libs.sheets.delimited import read_delimited
from libs.sheets.json_rows import read_json
from libs.sheets.kind import FileKind, kind_of
from libs.sheets.refusals import NothingListed
from libs.sheets.table import Table
from libs.sheets.workbook import read_workbook

READERS = {FileKind.XLSX: read_workbook, FileKind.CSV: read_delimited, FileKind.JSON: read_json}


def read_tables(content: bytes, declared: FileKind | None = None) -> list[Table]:
    """The tables of a file, in its order; its kind is what it begins with, and must be the declared one if any.

    Some faults of text come to light only while rows are iterated; `listed` in `rows.py` iterates them all.
    """
    if not content.strip():
        raise NothingListed("the file is empty")
    return READERS[kind_of(content, declared)](content)
