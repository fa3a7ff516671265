"""A key given twice in one object of a JSON file: parsers keep the last in silence, and lose what was said before."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from libs.sheets.refusals import JsonBroken, KeyRepeated

KEY_CHARS_SHOWN_MAX = 40
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class _Object:
    """What is kept of an object: a key that it gives twice, and what it holds that may lead to another."""

    twice: str | None
    within: dict[str, Any]


def check_keys(content: bytes) -> None:
    """Raise `KeyRepeated` where an object of a JSON text gives a key twice; `row` is 0 outside the rows.

    The text must be known to be JSON. Of plain rows nothing is kept.
    """
    try:
        said = json.loads(content.decode(), object_pairs_hook=_object, parse_int=len, parse_float=len)
    except RecursionError:
        raise JsonBroken("the file is nested too deeply", sheet=1, row=1, column=1) from None
    for path, key in _repeated(said, ()):
        places = [step + 1 for step in path if isinstance(step, int)]
        sheet, row, *_ = [*places, 0, 0] if path[:1] == ("sheets",) else [1, *places, 0]
        raise KeyRepeated("a key is given twice", sheet=sheet or 1, row=row, key=key[:KEY_CHARS_SHOWN_MAX])


def _object(pairs: Sequence[tuple[str, Any]]) -> _Object | None:
    within = {key: value for key, value in pairs if isinstance(value, _Object | list)}
    if len(dict(pairs)) == len(pairs):
        return _Object(None, within) if within else None
    return _Object(Counter(key for key, _ in pairs).most_common(1)[0][0], within)


def _repeated(said: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(said, _Object):
        if said.twice is not None:
            yield path, said.twice
        for key, one in said.within.items():
            yield from _repeated(one, (*path, key))
    elif isinstance(said, list):
        for n, one in enumerate(said):
            if one is not None:
                yield from _repeated(one, (*path, n))
