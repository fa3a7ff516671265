"""Text out of bytes: by its mark, as UTF-8, or by trial, and never what cannot be Vietnamese."""

import unicodedata

from charset_normalizer import from_bytes

from libs.sheets.refusals import TextUnreadable

MARKS = {
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
# Windows writes Vietnamese as CP1258, with the tone as a sign of its own.
TRIED = ["cp1258", "utf_16_le", "utf_16_be"]
SAMPLE_BYTES = 65_536


def decoded(content: bytes) -> str:
    """The text of a file, composed (NFC); raises `TextUnreadable`."""
    for mark, encoding in MARKS.items():
        if content.startswith(mark):
            return _in(content, encoding)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        found = from_bytes(content[:SAMPLE_BYTES], cp_isolation=TRIED, enable_fallback=False).best()
    if found is None:
        raise TextUnreadable("no encoding makes text of the file")
    return unicodedata.normalize("NFC", _in(content, found.encoding))


def _in(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise TextUnreadable("the text is not in the encoding that it begins with") from error
