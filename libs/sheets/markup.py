"""What the markup of a workbook's sheet says about rows and our reader leaves out: hidden, struck, coloured, noted."""

import re
from collections import defaultdict
from collections.abc import Iterable
from xml.etree import ElementTree as ET

from libs.sheets.package import STYLES, Package
from libs.sheets.table import Mark

HIDDEN_ROW = re.compile(rb"<(?:\w+:)?row\b(?=[^>]*?\shidden=\"(?:1|true)\")[^>]*?\sr=\"(\d+)\"")
FAILED = re.compile(rb"<(?:\w+:)?c\b(?=[^>]*?\st=\"e\")[^>]*?\sr=\"[A-Z]+(\d+)\"")
COMMENTS = "/comments"
Marks = dict[int, frozenset[Mark]]


def epoch_1904(package: Package, book: str) -> bool:
    """Whether the workbook counts its days from 1904."""
    return any(one.get("date1904") in {"1", "true"} for one in package.xml(book).iter())


class Markup:
    """Reads the marks of sheets of one workbook."""

    def __init__(self, package: Package) -> None:
        self._package = package
        styles = package.xml(STYLES)
        struck, filled = _struck_fonts(styles), _filled_fills(styles)
        formats = list(_children(styles, "cellXfs"))
        self._patterns = {
            Mark.HIDDEN: (b"hidden=", HIDDEN_ROW),
            Mark.FAILED_FORMULA: (b't="e"', FAILED),
        }
        self._add(Mark.STRUCK, [n for n, one in enumerate(formats) if one.get("fontId") in struck])
        self._add(Mark.FILLED, [n for n, one in enumerate(formats) if one.get("fillId") in filled])

    def of(self, part: str) -> Marks:
        """The marks of a sheet's rows, by row number from 1; rows without any are left out."""
        found: defaultdict[int, set[Mark]] = defaultdict(set)
        for piece in self._package.pieces(part):
            for mark, (hint, pattern) in self._patterns.items():
                if hint in piece:
                    for row in set(pattern.findall(piece)):
                        found[int(row)].add(mark)
        for row in self._commented(part):
            found[row].add(Mark.COMMENTED)
        return {row: frozenset(marks) for row, marks in found.items()}

    def _add(self, mark: Mark, styles: Iterable[int]) -> None:
        if numbers := b"|".join(str(style).encode() for style in styles):
            pattern = rb"<(?:\w+:)?c\b(?=[^>]*?\ss=\"(?:" + numbers + rb")\")[^>]*?\sr=\"[A-Z]+(\d+)\"[^>]*+(?<!/)>"
            self._patterns[mark] = (b's="', re.compile(pattern))

    def _commented(self, part: str) -> Iterable[int]:
        for comments in self._package.relations(part, COMMENTS).values():
            for one in self._package.xml(comments).iter():
                if row := one.get("ref", "").lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"):
                    yield int(row)


def _struck_fonts(styles: ET.Element) -> set[str]:
    fonts = enumerate(_children(styles, "fonts"))
    return {str(n) for n, font in fonts if any(_named(one, "strike") and one.get("val") != "0" for one in font)}


def _filled_fills(styles: ET.Element) -> set[str]:
    fills = enumerate(_children(styles, "fills"))
    return {str(n) for n, fill in fills if any(one.get("patternType") == "solid" for one in fill)}


def _children(styles: ET.Element, group: str) -> Iterable[ET.Element]:
    return next((one for one in styles if _named(one, group)), ())


def _named(element: ET.Element, name: str) -> bool:
    return element.tag.rpartition("}")[2] == name
