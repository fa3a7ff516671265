"""The name of a row: one spelling, nicknames apart, and whatever makes it no name that anybody can be known by."""

import re

from libs.vietnam.names import normal_name, split_other_names
from libs.vietnam.spelling import folded
from services.registry.feed.cells import Cells, text_of
from services.registry.feed.dirt import Problem

FORMULA = re.compile(r"[=+@]|-(?=\S)")
OTHERS = re.compile(r"[,;/\n]|\btức\b|\bhoặc\b")
# Letters of other alphabets, and those that TCVN3 and VNI show in place of Vietnamese ones.
FOREIGN = re.compile(r"[ÄÅÆÇËÎÏÑÖØÛÜÞßäåæçëîïñöøûüþÿŒœŠšŸŽž]|[^\W\d_](?<![A-Za-zÀ-ỹ])|[¡-©«-¿×÷\ufffd]")
ABBREVIATION = re.compile(r"[^\W\d_aăâeêioôơuưyàáảãạ]{1,3}\.?|[^\W\d_]{1,3}\.", re.IGNORECASE)
# Names of the Central Highlands begin so: `H Hen Niê`, `K Brít`.
BEGINNINGS = frozenset({"h", "k", "r", "n"})
NOTE = re.compile(r"\d|[()\[\]{}:;?*#=]")


def read_name(cells: Cells) -> tuple[str, tuple[str, ...], list[Problem]]:
    """The full name (empty where there is none), other names, and the problems of both."""
    written = text_of(cells, "full_name")
    full_name, beside = split_other_names(written)
    others = [normal_name(one) for one in OTHERS.split(text_of(cells, "other_names"))]
    problems = [Problem(code, "full_name") for code in _problems(written, full_name)]
    return full_name, tuple(dict.fromkeys([*beside, *(one for one in others if one)])), problems


def is_formula(text: str) -> bool:
    """Whether a program would take the text for a formula (§5.5 item 56)."""
    return FORMULA.match(text) is not None


def _problems(written: str, name: str) -> list[str]:
    words = name.split()
    found = {
        "formula": is_formula(written),
        "name_mojibake": FOREIGN.search(name) is not None,
        "name_not_a_name": NOTE.search(name) is not None,
        "name_abbreviated": any(_abbreviated(word, n) for n, word in enumerate(words)) and len(words) > 1,
        "name_without_marks": name.isascii() and len(words) > 1,
    }
    return [code for code, there in found.items() if there]


def _abbreviated(word: str, place: int) -> bool:
    if place == 0 and word.lower() in BEGINNINGS:
        return False
    return ABBREVIATION.fullmatch(folded(word) if not word.endswith(".") else word) is not None
