"""Names of people as lists write them: one spelling, a folded form for search, nicknames told from names.

For domain.md §5.5 items 16-20, 22 and 39. Names of one word, in another order, with hyphens or apostrophes
(`Y Blô Niê`, `H'Mông`) pass through: nothing is added, reordered or recapitalised.
"""

import re

from libs.vietnam.spelling import folded, one_spelling

LABELS = re.compile(r"(đối tượng|đồng chí|đ/c|họ và tên|họ tên|tên)\b[\s.:]+", re.IGNORECASE)
KIN = frozenset({"anh", "chị", "em", "cô", "chú", "bác", "cháu", "bà"})
SURNAME_AND_TITLE = "ông"
EDGES = " .,;:·•*_-\u2013\u2014"
CALLED = re.compile(
    r"(?:hay |thường |còn )*(?:tức là|tức|tên gọi khác|tên thường gọi|tên khác|biệt danh|bí danh|gọi là|gọi|tự)"
    r"\b[\s:]*"
)
BRACKETS = re.compile(r"\(([^()]*)(?:\)|$)")
QUOTED = re.compile(r"[\"\u201c\u201d\u00ab\u00bb]([^\"\u201c\u201d\u00ab\u00bb]+)[\"\u201c\u201d\u00ab\u00bb]")
ANOTHER = re.compile(r"[,;/]|\bhoặc\b")
NICKNAME_WORDS_MAX = 3


def normal_name(text: str) -> str:
    """The name in one spelling, without titles (`Anh`, `đối tượng`), and without signs at its ends.

    A title goes only where a name of at least two words remains, `Ông`, which is a surname too, only before three.
    The case is kept. Applying it twice changes nothing.
    """
    name = one_spelling(text).strip(EDGES)
    while (shorter := _without_title(name).strip(EDGES)) != name:
        name = shorter
    return name


def folded_name(text: str) -> str:
    """The name for search: no marks, small letters, d for Đ, one of `Lý` and `Lí`. Titles stay; see `normal_name`."""
    return folded(text)


def name_tokens(text: str) -> tuple[str, ...]:
    """The folded words of the normal name, in their order."""
    return tuple(folded_name(normal_name(text)).split())


def split_other_names(text: str) -> tuple[str, tuple[str, ...]]:
    """The normal name and the other names (tên gọi khác) that a cell holds beside it, in their order.

    Recognised: `(tức Tí "Lùn")`, `(Tí)`, `tức Tí`, `tự Tí`, `"Tí"`. A bracket that reads like a note, `(đã chết)`,
    stays in the name, where somebody will see it.
    """
    rest, others = one_spelling(text), list[str]()
    for found in BRACKETS.finditer(rest):
        if names := _bracketed(found[1].strip()):
            others.extend(names)
            rest = rest.replace(found[0], " ", 1)
    rest, _, called = _called(rest)
    others.extend(_several(called))
    if quoted := QUOTED.findall(rest):
        others.extend(name.strip() for name in quoted)
        rest = QUOTED.sub(" ", rest)
    return normal_name(rest), tuple(other for other in others if other)


def _without_title(name: str) -> str:
    name = LABELS.sub("", name, count=1) if LABELS.match(name) else name
    first, *rest = name.split(" ") if name else [""]
    title = first.rstrip(".:").lower()
    spare = 2 if title in KIN else 3
    return " ".join(rest) if title in KIN | {SURNAME_AND_TITLE} and len(rest) >= spare else name


def _bracketed(inside: str) -> list[str]:
    called = CALLED.match(inside)
    if called:
        return _several(inside[called.end() :])
    words = inside.strip('"\u201c\u201d').split()
    if words and len(words) <= NICKNAME_WORDS_MAX and words[0][0].isupper() and not re.search(r"\d", inside):
        return [inside.strip('"\u201c\u201d')]
    return []


def _called(text: str) -> tuple[str, str, str]:
    # Only in small letters: Tự and Tức are names too, and capitals do not tell which is meant.
    found = re.search(rf"[\s,]({CALLED.pattern})(?=\S)", text)
    return (text[: found.start()], found[1], text[found.end() :]) if found else (text, "", "")


def _several(text: str) -> list[str]:
    return [name.strip(EDGES) for name in ANOTHER.split(text) if name.strip(EDGES)]
