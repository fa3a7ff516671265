"""A place as a list writes it, taken apart: `P. Xuân Tân, TP Long Khánh (cũ)` is a kind, a name and what follows."""

import re
import unicodedata
from dataclasses import dataclass

from libs.vietnam.catalogues import UnitKind
from libs.vietnam.spelling import folded, one_spelling

CITIES = frozenset({UnitKind.CENTRALLY_RUN_CITY, UnitKind.DISTRICT_CITY})
WORDS = {
    "phường": frozenset({UnitKind.WARD}),
    "xã": frozenset({UnitKind.COMMUNE}),
    "thị trấn": frozenset({UnitKind.TOWNSHIP}),
    "đặc khu": frozenset({UnitKind.SPECIAL_ZONE}),
    "quận": frozenset({UnitKind.URBAN_DISTRICT}),
    "huyện": frozenset({UnitKind.RURAL_DISTRICT}),
    "thị xã": frozenset({UnitKind.DISTRICT_TOWN}),
    "thành phố": CITIES,
    "tỉnh": frozenset({UnitKind.PROVINCE}),
}
FOLDED_WORDS = {folded(word): word for word in WORDS}
SHORT = {
    "p": WORDS["phường"],
    "f": WORDS["phường"],
    "x": WORDS["xã"],
    "tt": WORDS["thị trấn"],
    "đk": WORDS["đặc khu"],
    "q": WORDS["quận"],
    "h": WORDS["huyện"],
    "tx": WORDS["thị xã"],
    "tp": CITIES,
    "t": WORDS["tỉnh"],
}
SHORT_PREFIX = re.compile(r"(?P<short>t\.?t|t\.?x|t\.?p|đk|[pfxqht])(?P<sign>[. ]\s*|(?=\d))(?=\S)", re.IGNORECASE)
NEXT_UNIT = re.compile(r"\s+(?=(?:huyện|quận|thị xã|thành phố|tỉnh|tp\.?|tx\.?)\s)", re.IGNORECASE)
HAMLET = re.compile(r"(ấp|thôn|xóm|bản|buôn|làng|khóm|tổ|khu phố|kp|tdp|số|đường|ngõ|hẻm|ngách|nhà)\b", re.IGNORECASE)
FORMER = re.compile(r"\s*\(?\bcũ\b\)?\s*(?=[,;]|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Place:
    """A name and the kinds its prefix may mean; no kinds where none was written."""

    name: str
    kinds: frozenset[UnitKind]

    @property
    def key(self) -> str:
        """The name as `name_key` has it."""
        return name_key(self.name)


def readings(text: str) -> list[Place]:
    """The ways to read one part of an address: first with its kind prefix, then as a bare name.

    `Xa Dung` is the commune Dung to one writer and the name Xa Dung to another; the caller takes the first that fits.
    """
    bare = Place(text, frozenset())
    return [place for place in (_long(text), _short(text), bare) if place is not None]


def parts(text: str) -> list[str]:
    """The parts of an address from the commune outwards, without what lies within it (`ấp 3`)."""
    found = [part.strip() for comma in re.split(r"[,;]", text) for part in NEXT_UNIT.split(comma) if part.strip()]
    starts = (index for index, part in enumerate(found) if not HAMLET.match(part))
    return found[next(starts, len(found)) :]


def name_key(name: str) -> str:
    """What all writings of a name share: folded letters without spaces, numbers without leading zeros."""
    return "".join(word.lstrip("0") or "0" if word.isdecimal() else word for word in folded(name).split())


def fits(written: str, official: str) -> bool:
    """Whether `written` is `official` with marks left out: `Tan` may be Tân, `Tấn` may not."""
    if written.lower() == official.lower():
        return True
    if name_key(written) != name_key(official):
        return False
    marks, whole = _marks(written), _marks(official)
    # Of unlike length: a number written 01, which has no marks to compare.
    return len(marks) != len(whole) or all(few <= all_ for few, all_ in zip(marks, whole, strict=True))


def _marks(text: str) -> list[set[str]]:
    letters: list[set[str]] = []
    for sign in unicodedata.normalize("NFD", one_spelling(text).lower()):
        if sign.isalnum():
            letters.append({sign} if sign == "đ" else set())
        elif letters and unicodedata.combining(sign):
            letters[-1].add(sign)
    return letters


def _long(text: str) -> Place | None:
    words = text.split(" ")
    for length in (2, 1):
        prefix = " ".join(words[:length])
        word = FOLDED_WORDS.get(folded(prefix)) if len(words) > length else None
        if word and fits(prefix, word):
            return Place(" ".join(words[length:]), WORDS[word])
    return None


def _short(text: str) -> Place | None:
    found = SHORT_PREFIX.match(text)
    if found is None:
        return None
    return Place(text[found.end() :], SHORT[found["short"].replace(".", "").lower()])
