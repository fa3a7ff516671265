"""Refusals: each has a name of its own, which callers can rely on."""

from collections import Counter
from collections.abc import Iterator, Sequence
from importlib import import_module
from pkgutil import walk_packages

import libs
import services
from libs.events.decider import Refused
from libs.web.refusals import EdgeRefused

# Bases that are never raised.
NAMELESS = {EdgeRefused}


def refusals() -> list[type[Refused]]:
    """Every refusal of the house, and none of a test."""
    for package in (libs, services):
        for module in walk_packages(package.__path__, f"{package.__name__}.", onerror=_fail):
            if "migrations" not in module.name:
                import_module(module.name)
    return [one for one in _below(Refused) if one.__module__.startswith(("libs.", "services."))]


def shared_names(found: Sequence[type[Refused]]) -> list[str]:
    """The names that two of them have."""
    return [name for name, times in Counter(one.problem for one in found if one not in NAMELESS).items() if times > 1]


def _below(refusal: type[Refused]) -> Iterator[type[Refused]]:
    yield refusal
    for one in refusal.__subclasses__():
        yield from _below(one)


def _fail(module: str) -> None:
    raise ImportError(f"{module} cannot be imported")


def test_every_refusal_has_a_name_of_its_own() -> None:
    found = refusals()
    assert len(found) > 40
    assert shared_names(found) == []


def test_a_planted_refusal_without_a_name_or_with_another_s_is_caught() -> None:
    nameless = type("PlantedNameless", (Refused,), {})
    stolen = type("PlantedStolen", (Refused,), {"problem": "wrong-stage"})
    known = refusals()
    assert shared_names([*known, nameless]) == ["refused"]
    assert shared_names([*known, stolen]) == ["wrong-stage"]
