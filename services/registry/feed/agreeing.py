"""Whether a row and a person who has its number bear one name, written in two ways, or two names (§5.2 rule 8).

Stricter than a likeness: twins whose numbers were exchanged differ in a letter of the given name, or in a mark.
"""

from collections.abc import Iterable
from unicodedata import normalize

from rapidfuzz.distance import OSA

from libs.vietnam.names import normal_name
from libs.vietnam.spelling import folded

MISTYPED_LETTERS_MAX = 1
LONG_WORD_LETTERS = 5
ABBREVIATED_LETTERS_MAX = 2
# Whoever speaks as the south does writes one tone for the other: Dũng, Dủng.
TILDE, HOOK = "\u0303", "\u0309"


def called_so(name: str, names: Iterable[str]) -> bool:
    """Whether somebody with these names may be called so."""
    return any(names_agree(name, one) for one in names)


def names_agree(one: str, other: str) -> bool:
    """Whether both can be the name of one person.

    The given name, the last word, is the same, with its marks where both names are written with marks. Before it a
    middle name may be left out, a word abbreviated, or a letter of a long word mistyped. The same words in another
    order, or parted otherwise, are the same name.
    """
    if one == other:
        return True
    first, second = normal_name(one), normal_name(other)
    return _letters_agree(folded(first).split(), folded(second).split()) and _marks_agree(first, second)


def _letters_agree(first: list[str], second: list[str]) -> bool:
    if sorted(first) == sorted(second) or "".join(first) == "".join(second):
        return True
    if not first or not second or first[-1] != second[-1]:
        return False
    if len(first) == len(second):
        return all(_one_word(a, b) for a, b in zip(first, second, strict=True))
    shorter, longer = sorted((first, second), key=len)
    return shorter[0] == longer[0] and set(shorter) <= set(longer)


def _one_word(one: str, other: str) -> bool:
    shorter, longer = sorted((one, other), key=len)
    if one == other or (len(shorter) <= ABBREVIATED_LETTERS_MAX and longer.startswith(shorter)):
        return True
    return len(longer) >= LONG_WORD_LETTERS and OSA.distance(one, other) <= MISTYPED_LETTERS_MAX


def _marks_agree(first: str, second: str) -> bool:
    if first.isascii() or second.isascii():
        return True
    words = {folded(word): _marked(word) for word in second.split()}
    given = first.rsplit(maxsplit=1)[-1]
    return words.get(folded(given), _marked(given)) == _marked(given)


def _marked(word: str) -> str:
    return normalize("NFD", word.casefold()).replace(TILDE, HOOK).replace("y", "i")
