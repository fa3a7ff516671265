"""Canaries: identifying values that occur nowhere else, and all the spellings in which one could come out again."""

import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import cycle
from unicodedata import combining, normalize
from urllib.parse import quote

CONTEXT = 60


def _ascii_upper(text: str) -> str:
    return "".join(sign.upper() if sign.isascii() else sign for sign in text)


_SYLLABLES = [consonant + vowel for consonant in "bcdghklmnprst" for vowel in "aeiou"]
_FORMS: tuple[Callable[[str], str], ...] = (
    lambda text: normalize("NFC", text),
    lambda text: normalize("NFD", text),
    lambda text: "".join(sign for sign in normalize("NFD", text) if not combining(sign)),
)
_CASES: tuple[Callable[[str], str], ...] = (str, str.lower, str.upper, _ascii_upper)


@dataclass(frozen=True)
class Hit:
    """A canary that was found: where, and what stands around it."""

    place: str
    around: bytes

    def __str__(self) -> str:
        return f"{self.place}: {self.around!r}"


@dataclass(frozen=True)
class Canaries:
    """A family of values that share a stem by which all of them are found, each new one with a tail of its own."""

    word_stem: str
    twelve_stem: str
    nine_stem: str
    phone_stem: str
    born: date
    _tails: Iterator[int] = field(default_factory=lambda: cycle(range(100, 1000)), repr=False)

    def word(self) -> str:
        """One Vietnamese word with marks, as a name or in any text."""
        n = next(self._tails)
        return self.word_stem + _SYLLABLES[n // len(_SYLLABLES)] + _SYLLABLES[n % len(_SYLLABLES)]

    def name(self) -> str:
        """A full name."""
        return f"Trần Văn {self.word()}"

    def text(self) -> str:
        """A sentence about somebody."""
        return f"vì ông {self.word()} nói vậy"

    def twelve(self) -> str:
        """A citizen's number of a man born in the year of `born`."""
        return f"{self.twelve_stem}{next(self._tails)}"

    def nine(self) -> str:
        """An old number."""
        return f"{self.nine_stem}{next(self._tails)}"

    def phone(self) -> str:
        """A telephone number."""
        return f"{self.phone_stem}{next(self._tails)}"

    def find(self, place: str, content: bytes) -> list[Hit]:
        """Where one of the family stands in the content, the first place of each spelling that is there."""
        at = [content.find(spelling) for spelling in self.literals]
        at += [found.start() for number in self._numbers for found in [number.search(content)] if found]
        return [Hit(place, content[max(0, n - CONTEXT) : n + CONTEXT]) for n in sorted({*at}) if n >= 0]

    @cached_property
    def literals(self) -> frozenset[bytes]:
        """All spellings of what the family has in common; what it has in common in plain digits is too short alone."""
        words = [case(form(self.word_stem)) for form in _FORMS for case in _CASES]
        dates = [written(self.born) for written in _DATES]
        found = {spelling for text in (*words, *dates) for spelling in (text.encode(), *coded(text))}
        for stem in self._stems:
            found |= coded(stem)
        return frozenset(found | {*_parted(self.twelve_stem)})

    @property
    def _stems(self) -> tuple[str, ...]:
        # A spreadsheet drops leading zeros: what stands behind them is searched for.
        return tuple(stem.lstrip("0") for stem in (self.twelve_stem, self.nine_stem, self.phone_stem))

    @cached_property
    def _numbers(self) -> list[re.Pattern[bytes]]:
        return [re.compile(rb"(?:(?<![0-9a-f])|(?<=0))%b\d{3}(?![0-9a-f])" % stem.encode()) for stem in self._stems]


def coded(text: str) -> set[bytes]:
    """The ways in which files, protocols and databases write a text, other than as it is."""
    raws = [text.encode(), text.encode("utf-16-le"), text.encode("utf-16-be")]
    found = {*raws[1:]}
    for raw in raws:
        found |= {raw.hex().encode(), raw.hex().upper().encode(), *_base64(raw)}
    if not text.isascii():
        found |= {quote(text).encode(), quote(text).lower().encode(), *(one.encode() for one in _escaped(text))}
    return found


def _base64(raw: bytes) -> Iterator[bytes]:
    """The part of the base64 of any longer text that this part of it alone decides, at each of three places."""
    for before in range(3):
        whole = b64encode(bytes(before) + raw)
        part = whole[-(-before * 8 // 6) : (before + len(raw)) * 8 // 6]
        yield part
        yield part.replace(b"+", b"-").replace(b"/", b"_")


def _escaped(text: str) -> Iterator[str]:
    for letters in ("04x", "04X"):
        once = "".join(sign if sign.isascii() else f"\\u{ord(sign):{letters}}" for sign in text)
        yield from (once, once.replace("\\", "\\\\"))
    octets = "".join(chr(byte) if byte < 128 else f"\\x{byte:02x}" for byte in text.encode())
    yield from (octets, octets.replace("\\", "\\\\"))


def _parted(stem: str) -> Iterator[bytes]:
    """A number as people write it, in groups of three or four."""
    for size in (3, 4):
        groups = [stem[at : at + size] for at in range(0, len(stem) - len(stem) % size, size)]
        yield from (sign.join(groups).encode() for sign in " .-")


_DATES: Iterable[Callable[[date], str]] = (
    lambda day: day.isoformat(),
    lambda day: f"{day:%Y%m%d}",
    lambda day: f"{day:%d/%m/%Y}",
    lambda day: f"{day:%d-%m-%Y}",
    lambda day: f"{day:%d.%m.%Y}",
    lambda day: f"{day.day}/{day.month}/{day.year}",
)
STORY = Canaries("Kẫnghễp", "075068907", "271907", "0907513", date(1968, 2, 29))
CONTROL = Canaries("Vỗnhặmx", "075072806", "272806", "0906417", date(1972, 2, 29))
