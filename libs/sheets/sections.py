"""Titles between the rows of a list, and which of them stand over a row: `A. Huyện …`, `I. Phường …`."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from libs.vietnam.spelling import one_spelling

ROMAN = re.compile(r"(?=[IVXL])(XL|L?X{0,3})(IX|IV|V?I{0,3})")
ENUMERATED = re.compile(r"(?P<sign>[IVXL]+|[A-ZĐ]|\d{1,2}(?:\.\d{1,2})*)\s*[.)/\-:]\s*(?P<title>\S.*)", re.DOTALL)
SURELY = re.compile(r"I|(?=.{2})[IVXL]+")
SIGN = re.compile(r"(?P<sign>[IVXL]+|[A-ZĐ])[.)]?")
COUNT = re.compile(r"\d+( người| đối tượng| trường hợp)?")


@dataclass(frozen=True, slots=True)
class Title:
    """A section's title without its enumerator, and the enumerator."""

    text: str
    sign: str | None


def title_of(texts: Sequence[str], is_section: Callable[[str], bool]) -> Title | None:
    """The title that a row's texts are, or None: text alone, or beside an enumerator or a count of their own.

    Alone it must be known to `is_section` or stand behind a Roman number, since `A. Sơn` may be somebody.
    """
    texts = [one_spelling(text) for text in texts]
    if len(texts) > 1 and COUNT.fullmatch(texts[-1]):
        texts = texts[:-1]
    if len(texts) == 2 and (own := SIGN.fullmatch(texts[0])):  # noqa: PLR2004 -- An enumerator and a title.
        return Title(texts[1], own["sign"])
    if len(texts) != 1:
        return None
    found = ENUMERATED.fullmatch(texts[0])
    title = Title(found["title"], found["sign"]) if found else Title(texts[0], None)
    return title if is_section(title.text) or SURELY.fullmatch(title.sign or "") else None


class Outline:
    """The titles over the current row, outermost first; a title ends those of its own kind and what is below them."""

    def __init__(self) -> None:
        self._open: list[tuple[str, Title]] = []

    @property
    def titles(self) -> tuple[str, ...]:
        """The texts of the titles now open."""
        return tuple(title.text for _, title in self._open)

    def add(self, title: Title) -> None:
        """Open a section."""
        kind = self._kind(title.sign)
        kinds = [known for known, _ in self._open]
        if kind in kinds:
            del self._open[kinds.index(kind) :]
        self._open.append((kind, title))

    def _kind(self, sign: str | None) -> str:
        if sign is None:
            return "plain"
        if sign[0].isdigit():
            return "number"
        before = next((title.sign for kind, title in self._open if kind == "letter"), None)
        follows = before is not None and len(sign) == 1 and ord(sign) == ord(before) + 1
        return "roman" if ROMAN.fullmatch(sign) and not follows else "letter"
