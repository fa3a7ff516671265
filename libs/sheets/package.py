"""The archive that a workbook is: measured and checked to its end before anything else opens it.

The reader behind us takes memory for every cell between the first and the last: two cells at opposite corners of a
sheet end the process. So no sheet is handed over before its references are known to lie within the limits.
"""

import re
import zlib
from collections.abc import Iterator
from functools import reduce
from io import BytesIO
from posixpath import join, normpath
from typing import Any
from xml.etree import ElementTree as ET
from zipfile import BadZipFile, ZipFile

from libs.sheets.limits import ARCHIVE_PARTS_MAX, COLUMNS_MAX, ROWS_MAX, UNPACKED_BYTES_MAX
from libs.sheets.refusals import (
    ArchiveBroken,
    ArchiveTooLarge,
    FileKindUnknown,
    MacrosInside,
    PasswordProtected,
    TooManyColumns,
    TooManyRows,
)

WORKBOOK = "xl/workbook.xml"
STYLES = "xl/styles.xml"
CHUNK_BYTES = 1024 * 1024
PART_XML_BYTES_MAX = 16 * 1024 * 1024
ENCRYPTED_FLAG = 0x1
BROKEN = (BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, KeyError, ValueError, ET.ParseError)
REFERENCE = rb"\sr\s*=\s*[\"']\s*"
# Beyond column BL (64) and row 399,999; a cell without content may lie there, a program left it.
FAR_COLUMN = re.compile(REFERENCE + rb"(?:[a-z]{3,}|[c-z][a-z]|b[m-z])\d+[^>]*+(?<!/)>", re.IGNORECASE)
FAR_ROW = re.compile(REFERENCE + rb"[a-z]*0*(?:[4-9]\d{5}|[1-9]\d{6,})[^>]*+(?<!/)>", re.IGNORECASE)
CELL = re.compile(rb"[\"']\s*([a-z]*)(\d+)", re.IGNORECASE)
SHEET_TYPE = "/worksheet"


class Package:
    """The parts of a workbook of our kind; every other one raises the `SheetRefused` that says why."""

    def __init__(self, content: bytes) -> None:
        try:
            self._zip = ZipFile(BytesIO(content))
            self._names = frozenset(self._zip.namelist())
            self._check()
            self._walk()
        except BROKEN as error:
            raise ArchiveBroken("the archive cannot be read") from error

    def sheets(self) -> dict[str, str]:
        """The part that holds each sheet, by the sheet's name."""
        targets = self.relations(WORKBOOK, SHEET_TYPE)
        book = self.xml(WORKBOOK)
        found = ((one.get("name", ""), targets.get(_relation(one))) for one in book.iter() if _is(one, "sheet"))
        return {name: part for name, part in found if part is not None and part in self._names}

    def relations(self, part: str, kind: str) -> dict[str, str]:
        """The parts that a part refers to, by their id there; those only whose type ends in `kind`."""
        folder, name = part.rsplit("/", 1)
        path = f"{folder}/_rels/{name}.rels"
        if path not in self._names:
            return {}
        links = [one for one in self.xml(path) if one.get("Type", "").endswith(kind)]
        return {one.get("Id", ""): normpath(join(folder, one.get("Target", ""))).lstrip("/") for one in links}

    def xml(self, part: str) -> ET.Element:
        """A small part, parsed; an empty element where there is none."""
        if part not in self._names:
            return ET.Element("none")
        try:
            with self._zip.open(part) as opened:
                raw = opened.read(PART_XML_BYTES_MAX + 1)
            if len(raw) > PART_XML_BYTES_MAX or b"<!DOCTYPE" in raw:
                raise ArchiveBroken("a part of the workbook is not what it should be")
            return ET.fromstring(raw)  # noqa: S314 -- No entities without a DOCTYPE.
        except BROKEN as error:
            raise ArchiveBroken("a part of the workbook cannot be read") from error

    def pieces(self, part: str) -> Iterator[bytes]:
        """A part unpacked piece by piece; each ends where a tag ends."""
        rest = b""
        with self._zip.open(part) as opened:
            while chunk := opened.read(CHUNK_BYTES):
                whole, sign, rest = (rest + chunk).rpartition(b">")
                yield whole + sign
        yield rest

    def _check(self) -> None:
        if WORKBOOK not in self._names:
            raise FileKindUnknown("the archive is no workbook", found="zip")
        parts = self._zip.infolist()
        if any(part.flag_bits & ENCRYPTED_FLAG for part in parts):
            raise PasswordProtected("the archive opens with a password only")
        if len(parts) > ARCHIVE_PARTS_MAX or sum(part.file_size for part in parts) > UNPACKED_BYTES_MAX:
            raise ArchiveTooLarge("unpacked the workbook is too large", bytes_max=UNPACKED_BYTES_MAX)
        if any("vbaProject" in part.filename for part in parts):
            raise MacrosInside("the workbook carries programs")

    def _walk(self) -> None:
        # Reading to the end proves sizes and checksums, which the archive only declares.
        numbers = {part: number for number, part in enumerate(self.sheets().values(), start=1)}
        for part in self._names:
            sheet = part.startswith("xl/worksheets/")
            for piece in self.pieces(part):
                if sheet:
                    _within_limits(piece, numbers.get(part, 0))


def _within_limits(piece: bytes, sheet: int) -> None:
    if far := FAR_COLUMN.search(piece):
        raise TooManyColumns("a cell lies too far to the right", columns_max=COLUMNS_MAX, **_place(sheet, far))
    if far := FAR_ROW.search(piece):
        raise TooManyRows("a row lies too far below", rows_max=ROWS_MAX, **_place(sheet, far))


def _place(sheet: int, reference: re.Match[bytes]) -> dict[str, Any]:
    letters, row = CELL.findall(reference[0])[0]
    column = reduce(lambda number, letter: number * 26 + letter - ord("A") + 1, letters.upper(), 0)
    return {"sheet": sheet, "row": int(row)} | ({"column": column} if column else {})


def _is(element: ET.Element, name: str) -> bool:
    return element.tag.rpartition("}")[2] == name


def _relation(sheet: ET.Element) -> str:
    return next((value for name, value in sheet.items() if name.endswith("}id")), "")
