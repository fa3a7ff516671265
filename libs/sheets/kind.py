"""What kind of file some bytes are, by what they begin with and never by their name."""

from enum import StrEnum

from libs.sheets.limits import FILE_BYTES_MAX
from libs.sheets.refusals import FileKindDiffers, FileKindUnknown, FileTooLarge, PasswordProtected


class FileKind(StrEnum):
    """The kinds that lists come in; tab-separated text is `csv` too."""

    XLSX = "xlsx"
    CSV = "csv"
    JSON = "json"


COMPOUND = bytes.fromhex("d0cf11e0a1b11ae1")
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
OTHERS = {
    COMPOUND: "xls",
    b"%PDF": "pdf",
    b"\x89PNG": "png",
    b"\xff\xd8\xff": "jpeg",
    b"GIF8": "gif",
    b"II*\0": "tiff",
    b"MM\0*": "tiff",
    b"{\\rtf": "rtf",
    b"<": "markup",
    b"\x1f\x8b": "gzip",
    b"Rar!": "rar",
    b"7z\xbc\xaf": "7z",
}
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
BOM = b"\xef\xbb\xbf"


def kind_of(content: bytes, declared: FileKind | None = None) -> FileKind:
    """The kind of a file; raises a `SheetRefused` for one of another kind, than ours or than declared."""
    if len(content) > FILE_BYTES_MAX:
        raise FileTooLarge("the file is too large", bytes_max=FILE_BYTES_MAX)
    found = _sniffed(content)
    if declared not in {None, found}:
        raise FileKindDiffers("the file is not what it is said to be", declared=declared, found=found)
    return found


def _sniffed(content: bytes) -> FileKind:
    if content.startswith(b"PK\x03\x04"):
        return FileKind.XLSX
    if content.startswith(COMPOUND) and ENCRYPTED in content:
        raise PasswordProtected("the workbook opens with a password only")
    start = content[:64].removeprefix(BOM).lstrip()
    for magic, name in OTHERS.items():
        if start.startswith(magic):
            raise FileKindUnknown("lists do not come in this kind of file", found=name)
    if b"\0" in content[:4096] and not content.startswith(UTF_16):
        raise FileKindUnknown("the file is neither a workbook nor text", found="binary")
    return FileKind.JSON if start.startswith((b"{", b"[")) else FileKind.CSV
