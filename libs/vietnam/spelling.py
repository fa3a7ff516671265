"""One spelling of Vietnamese text out of several: composed, one Đ, one place for the tone, and a fold for search."""

import re
import unicodedata

TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
APOSTROPHES = re.compile("[\u2018\u2019\u02bc\u0060\u00b4]")
ONE_D = str.maketrans("\u00d0\u0189\u00f0\u0256", "ĐĐđđ")
WORD = re.compile(r"(?:[^\W\d_][\u0300-\u036f]*)+")
SYLLABLE = re.compile(
    r"(?P<onset>qu|gi(?=[aăâeêoôơuưy])|[bcdđghklmnpqrstvx]*)"
    r"(?P<vowels>[aăâeêioôơuưy]+)"
    r"(?P<coda>ch|ng|nh|[cmnpt])?",
    re.IGNORECASE,
)
I_FOR_Y = re.compile(r"(?<=[bcdghklmnprstvx])y\b|(?<=\bqu)y\b")


def one_spelling(text: str) -> str:
    """The text in NFC with single spaces, one Đ, one apostrophe and the tone where `Hòa`, `Thúy`, `Quý` have it.

    Treats the composed and the decomposed writing alike; applying it twice changes nothing (§5.5 item 39).
    """
    composed = unicodedata.normalize("NFC", INVISIBLE.sub("", text)).translate(ONE_D)
    placed = WORD.sub(lambda word: _tone_placed(word[0]), APOSTROPHES.sub("'", composed))
    return " ".join(unicodedata.normalize("NFC", placed).split())


def folded(text: str) -> str:
    """The text for search and comparison: small letters and digits without marks, words parted by one space.

    Đ is d; y is i where both are written (`Lý`, `Lí`; `Quý`, `Quí`) and stays in `Thúy`; an apostrophe joins, any
    other sign parts. Defined for every text; applying it twice changes nothing.
    """
    plain = one_spelling(text)
    # Twice, because the small form of a letter may have marks of its own.
    for _ in range(2):
        marked = unicodedata.normalize("NFKD", plain).casefold().translate(ONE_D).replace("đ", "d")
        plain = "".join(sign for sign in unicodedata.normalize("NFKD", marked) if not unicodedata.combining(sign))
    words = "".join(sign if sign.isalnum() else " " for sign in plain.replace("'", ""))
    return I_FOR_Y.sub("i", " ".join(words.split()))


def _tone_placed(word: str) -> str:
    decomposed = unicodedata.normalize("NFD", word)
    tones = [sign for sign in decomposed if sign in TONES]
    plain = unicodedata.normalize("NFC", "".join(sign for sign in decomposed if sign not in TONES))
    syllable = SYLLABLE.fullmatch(plain)
    if len(tones) != 1 or syllable is None:
        return word  # No Vietnamese syllable: a name of another language keeps its marks.
    place = syllable.start("vowels") + _toned_vowel(syllable["vowels"].lower(), closed=bool(syllable["coda"]))
    return unicodedata.normalize("NFC", plain[: place + 1] + tones[0] + plain[place + 1 :])


def _toned_vowel(vowels: str, *, closed: bool) -> int:
    for group in ("ăâêôơ", "ư"):
        for place in range(len(vowels) - 1, -1, -1):
            if vowels[place] in group:
                return place
    several = len(vowels) > 1
    return 1 if several and (closed or len(vowels) > 2) else 0  # noqa: PLR2004  # Three vowels: ngoái, khuỷu.
