"""The name of a row: one spelling, nicknames apart, and whatever makes it no name that anybody can be known by."""

import re
from unicodedata import category, normalize

from libs.vietnam.names import normal_name, split_other_names
from libs.vietnam.spelling import folded
from services.registry.feed.cells import Cells, text_of
from services.registry.feed.dirt import Problem
from services.registry.feed.saying import statuses_in, without_statuses

FORMULA = re.compile(r"[=+@]|-(?=\S)")
OTHERS = re.compile(r"[,;/\n]|\btức\b|\bhoặc\b")
VOWELS = "aăâeêioôơuưy"
TONES = "\u0300\u0301\u0303\u0309\u0323"
# The last are of peoples of the Central Highlands.
LETTERS = {normalize("NFC", vowel + tone) for vowel in VOWELS for tone in TONES} | set(
    VOWELS + "đ\u012d\u014f\u016d\u0115\u010d"
)
QUOTES = set("\u2018\u2019\u201c\u201d\u2013\u2014")
# How VNI writes Văn, Trần, Nguyễn and Lê: as pairs of vowels that no syllable has.
VNI = re.compile(r"a[âáàãêéè]|e[âáàã]", re.IGNORECASE)
CONSONANTS = re.compile(r"[b-df-hj-np-tv-xz]{1,3}")
# Names of the Central Highlands begin so: `H Hen Niê`, `K Brít`.
BEGINNINGS = frozenset({"h", "k", "r", "n"})
# Beside letters and marks. A comma parts two people; what is quoted is another name.
SIGNS_IN_NAMES = frozenset(" '-.")
MARKUP = re.compile(r"[<>{}=&|\\]")
NAMELESS = frozenset({"khong", "khong ro", "chua ro", "khong ten", "khong co", "vo danh", "khong biet", "chua biet"})
NAME_CHARS_MAX = 100


def read_name(cells: Cells) -> tuple[str, tuple[str, ...], list[Problem]]:
    """The full name (empty where there is none), other names, and the problems of both.

    What is said of somebody's state is no part of a name. A name that cannot be one stays, for a human to see.
    """
    written = text_of(cells, "full_name")
    full_name, beside = split_other_names(written)
    bare = normal_name(without_statuses(full_name))
    problems = [Problem(code, "full_name") for code in _problems(written, full_name)]
    others = [normal_name(one) for one in OTHERS.split(text_of(cells, "other_names"))]
    if any(is_formula(one) or MARKUP.search(one) for one in (*beside, *others)):
        problems.append(Problem("name_not_a_name", "other_names"))
    taken = [one for one in (*beside, *others) if one and not MARKUP.search(one) and not statuses_in(one)]
    return bare if can_be_name(bare) else full_name, tuple(dict.fromkeys(taken)), problems


def can_be_name(name: str) -> bool:
    """Whether somebody may be registered by this name: letters, and nothing that no name has (§5.5 items 17, 41).

    What passes here is a name to `RegisterPerson` too.
    """
    if not any(sign.isalpha() for sign in name) or len(name) > NAME_CHARS_MAX:
        return False
    if any(category(sign)[0] not in "LM" and sign not in SIGNS_IN_NAMES for sign in name):
        return False
    return folded(name) not in NAMELESS and not statuses_in(name)


def is_formula(text: str) -> bool:
    """Whether a program would take the text for a formula (§5.5 item 56)."""
    return FORMULA.match(text) is not None


def _problems(written: str, name: str) -> list[str]:
    words = name.split()
    found = {
        "formula": is_formula(written),
        "name_mojibake": VNI.search(normalize("NFC", written)) or any(_foreign(sign) for sign in name),
        "name_not_a_name": bool(written) and not can_be_name(name),
        "name_abbreviated": len(words) > 1 and any(_abbreviated(word, n) for n, word in enumerate(words)),
        "name_without_marks": len(words) > 1 and name.isascii(),
    }
    return [code for code, there in found.items() if there]


def _foreign(sign: str) -> bool:
    """Whether a sign is of another alphabet, or one that TCVN3 shows in place of a Vietnamese letter."""
    return not sign.isascii() and sign.lower() not in LETTERS and sign not in QUOTES


def _abbreviated(word: str, place: int) -> bool:
    plain = folded(word)
    return word.endswith(".") or (CONSONANTS.fullmatch(plain) is not None and (place > 0 or plain not in BEGINNINGS))
