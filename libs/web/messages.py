"""What a problem is called and says, in Vietnamese and in English, from `messages.{vi,en}.toml` files."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from libs.events.decider import Refused

LANGUAGES = ("vi", "en")
_OWN = Path(__file__).parent


class MessagesDiffer(ValueError):
    """A message has one language and not the other, or two files claim it."""


@dataclass(frozen=True)
class Message:
    """One problem in one language; `detail` may name params in braces."""

    title: str
    detail: str

    def filled(self, params: Mapping[str, object]) -> str:
        """The detail with its params, lists as one reads them; one that was not given shows as an ellipsis."""
        return self.detail.format_map(_Gaps({name: _written(value) for name, value in params.items()}))


class _Gaps(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "…"


def _written(value: object) -> object:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple | set | frozenset) else value


class Catalogue:
    """All messages of one process: the edge's own, and those in the folders of its service."""

    def __init__(self, folders: Iterable[Path] = ()) -> None:
        self._messages: dict[str, dict[str, Message]] = {language: {} for language in LANGUAGES}
        self._fields: dict[str, dict[str, str]] = {language: {} for language in LANGUAGES}
        for folder in (_OWN, *folders):
            self._add(folder)

    def problem(self, refusal: type[Refused], language: str) -> Message:
        """The message of a refusal, or of the nearest of its bases that has one."""
        messages = self._messages[language]
        return next(messages[problem] for problem in _problems(refusal) if problem in messages)

    def field(self, rule: str, language: str) -> str:
        """What a broken rule of validation is called."""
        fields = self._fields[language]
        return fields.get(rule, fields["other"])

    def missing(self, modules: Iterable[str]) -> list[str]:
        """The refusals defined in modules with these prefixes whose own problem has no message."""
        prefixes = tuple(modules)
        return sorted(
            {
                refusal.problem
                for refusal in _all(Refused)
                if refusal.__module__.startswith(prefixes) and refusal.problem not in self._messages["vi"]
            }
        )

    def _add(self, folder: Path) -> None:
        said = {language: _read(folder / f"messages.{language}.toml") for language in LANGUAGES}
        if said["vi"].keys() != said["en"].keys():
            raise MessagesDiffer(f"{folder}: only one language says {sorted(said['vi'].keys() ^ said['en'].keys())}")
        for language in LANGUAGES:
            self._fields[language].update(said[language].pop("fields", {}))
            messages = {name: Message(**message) for name, message in said[language].items()}
            if twice := messages.keys() & self._messages[language].keys():
                raise MessagesDiffer(f"{folder}: said elsewhere already: {sorted(twice)}")
            self._messages[language].update(messages)


def language_of(accept: str | None) -> str:
    """The language that an `Accept-Language` header prefers among ours; Vietnamese when it names neither."""
    wanted: list[tuple[float, str]] = []
    for part in (accept or "").split(","):
        name, _, weight = part.strip().partition(";q=")
        language = name.split("-")[0].lower()
        if language in LANGUAGES:
            wanted.append((_weight(weight), language))
    return max(wanted, key=lambda one: one[0])[1] if wanted else LANGUAGES[0]


def _weight(text: str) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0


def _problems(refusal: type[Refused]) -> Iterator[str]:
    for base in refusal.__mro__:
        if issubclass(base, Refused):
            yield base.problem


def _all(refusal: type[Refused]) -> Iterator[type[Refused]]:
    yield refusal
    for below in refusal.__subclasses__():
        yield from _all(below)


def _read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text("utf-8")) if path.exists() else {}
