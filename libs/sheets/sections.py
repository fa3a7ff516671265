"""Titles between the rows of a list, and which of them stand over a row: `A. Huyện …`, `I. Phường …`."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from libs.sheets.said import Few
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


def title_of(few: Few, is_section: Callable[[str], bool]) -> Title | None:
    """The title that a row's texts are, or None: text alone, or beside an enumerator or a count of their own.

    Without an enumerator in the counter's column it must be known to `is_section` or stand behind a Roman number,
    since `A. Sơn` may be somebody. A row that the counter numbers is no title, nor is a text in a column of its own.
    """
    if few.numbered:
        return None
    texts = {one_spelling(text): at for text, at in few.texts.items()}
    counted = next((text for text, at in texts.items() if COUNT.fullmatch(text) and not at & few.counter), None)
    sign = next((text for text, at in texts.items() if SIGN.fullmatch(text) and at <= few.counter), None)
    left = [text for text in texts if text not in {counted, sign}]
    if not left:
        left = [one_spelling(text) for text in few.strange]
    if len(left) != 1:
        return None
    if _is_own(texts.get(left[0], frozenset()), few):
        # Nobody lives at `I. Phường Xuân Tân`.
        title = _alone(left[0], (), is_section)
        lettered = title is not None and title.sign is not None and not title.sign[0].isdigit()
        return title if title is not None and lettered and is_section(title.text) else None
    if sign is not None and (own := SIGN.fullmatch(sign)):
        return Title(left[0], own["sign"])
    return _alone(left[0], few.strange, is_section)


def ends_sections(few: Few, is_section: Callable[[str], bool]) -> bool:
    """Whether a row that is no title may still stand where one stood: a program puts a merged title in column one.

    The rows below it are then under no title that is known.
    """
    return not few.numbered and any(
        0 in at and _is_own(at, few) and _alone(one_spelling(text), (), is_section) for text, at in few.texts.items()
    )


def _alone(text: str, strange: Sequence[str], is_section: Callable[[str], bool]) -> Title | None:
    found = ENUMERATED.fullmatch(text)
    title = Title(found["title"], found["sign"]) if found else Title(text, _sign_among(strange))
    return title if is_section(title.text) or SURELY.fullmatch(title.sign or "") else None


def _sign_among(strange: Sequence[str]) -> str | None:
    """An enumerator whose column has no heading."""
    return next((found["sign"] for one in strange if (found := SIGN.fullmatch(one_spelling(one)))), None)


def _is_own(at: frozenset[int], few: Few) -> bool:
    return bool(at) and at <= few.own


class Outline:
    """The titles over the current row, outermost first; a title ends those of its own kind and what is below them."""

    def __init__(self) -> None:
        self._open: list[tuple[str, Title]] = []

    @property
    def titles(self) -> tuple[str, ...]:
        """The texts of the titles now open."""
        return tuple(title.text for _, title in self._open)

    def end(self) -> None:
        """Close all sections."""
        self._open.clear()

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
