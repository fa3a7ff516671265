"""Why a file is refused whole, with the sheet, row and column where there is one; nothing of what was written there.

SheetRefused              422
├── FileTooLarge          413  `bytes_max`
├── FileKindUnknown       415  no workbook, delimited text or JSON but `found`
├── FileKindDiffers       415  `declared` one kind, `found` another
├── PasswordProtected          the workbook opens with a password only
├── MacrosInside               the workbook carries programs
├── ArchiveBroken              the workbook's archive, or a part of it, cannot be read
├── ArchiveTooLarge            unpacked it would be larger than `bytes_max`
├── TextUnreadable             the text is in no encoding that gives Vietnamese
├── JsonBroken                 not JSON from `row` and `column` on
├── RowsMissing                a sheet of a JSON file that has no list of rows
├── KeyRepeated                an object of a JSON file gives `key` twice
├── RowBroken                  a row ends in the middle of a quotation, or is no object of plain values
├── TooManySheets              more than `sheets_max`
├── TooManyRows                more than `rows_max` with anything in them
├── TooManyColumns             more than `columns_max`
├── CellTooLong                more than `characters_max`
├── HeadingsUnknown            no row among the first has headings that we know
├── HeadingMissing             there are headings, but not the one of `field`
├── HeadingRepeated            two columns are headed as `field`
└── NothingListed              there are headings, and no row below any of them
"""

from typing import ClassVar

from libs.events.decider import Invalid


class SheetRefused(Invalid):
    """A file that is not read; `sheet`, `row` and `column` among its params count from 1."""

    problem: ClassVar[str] = "sheet-refused"


class FileTooLarge(SheetRefused):
    """More bytes than anybody sends."""

    status = 413
    problem = "file-too-large"


class FileKindUnknown(SheetRefused):
    """Not a kind of file that lists come in."""

    status = 415
    problem = "file-kind-unknown"


class FileKindDiffers(SheetRefused):
    """Another kind of file than its sender says."""

    status = 415
    problem = "file-kind-differs"


class PasswordProtected(SheetRefused):
    """Nobody can read it without a password."""

    problem = "password-protected"


class MacrosInside(SheetRefused):
    """A workbook with programs in it is not opened."""

    problem = "macros-inside"


class ArchiveBroken(SheetRefused):
    """The archive that a workbook is cannot be read to its end."""

    problem = "archive-broken"


class ArchiveTooLarge(SheetRefused):
    """Small as sent, and without measure once unpacked."""

    status = 413
    problem = "archive-too-large"


class TextUnreadable(SheetRefused):
    """No encoding makes Vietnamese text of it."""

    problem = "text-unreadable"


class JsonBroken(SheetRefused):
    """Text that begins as JSON and does not go on so."""

    problem = "json-broken"


class RowsMissing(SheetRefused):
    """JSON, but no list of rows."""

    problem = "rows-missing"


class KeyRepeated(SheetRefused):
    """A JSON object gives a key twice: which of the two is meant nobody can say."""

    problem = "key-repeated"


class RowBroken(SheetRefused):
    """A row whose cells cannot be told apart."""

    problem = "row-broken"


class TooManySheets(SheetRefused):
    """More sheets than a list has."""

    problem = "too-many-sheets"


class TooManyRows(SheetRefused):
    """More rows than a list has."""

    problem = "too-many-rows"


class TooManyColumns(SheetRefused):
    """More columns than a list has."""

    problem = "too-many-columns"


class CellTooLong(SheetRefused):
    """A cell that holds more than a cell of a list does."""

    problem = "cell-too-long"


class HeadingsUnknown(SheetRefused):
    """Nobody can say what the columns are."""

    problem = "headings-unknown"


class HeadingMissing(SheetRefused):
    """A column is missing without which no row means anything."""

    problem = "heading-missing"


class HeadingRepeated(SheetRefused):
    """Two columns claim to be the same."""

    problem = "heading-repeated"


class NothingListed(SheetRefused):
    """A list of nobody."""

    problem = "nothing-listed"
