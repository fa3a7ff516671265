"""Old shapes become the one in force, step by step; one from the future is not guessed at."""

from typing import Any

import pytest

from libs.events.event import ContractError, Event
from libs.events.upcasting import UnknownVersion, broken_chain, upcast, upcaster


class Renamed(Event, type="sample.renamed", version=3):
    """A fact whose shape changed twice."""

    whole: str


class Gapped(Event, type="sample.gapped", version=3):
    """A fact whose chain lacks a step."""


@upcaster("sample.renamed", 1)
def joined(data: dict[str, Any]) -> dict[str, Any]:
    return {"name": f"{data['first']} {data['last']}"}


@upcaster("sample.renamed", 2)
def called_whole(data: dict[str, Any]) -> dict[str, Any]:
    return {"whole": data["name"]}


@upcaster("sample.gapped", 1)
def nothing(data: dict[str, Any]) -> dict[str, Any]:
    return data


def test_every_old_version_reads_as_the_newest() -> None:
    assert upcast(Renamed.contract, 1, {"first": "a", "last": "b"}) == {"whole": "a b"}
    assert upcast(Renamed.contract, 2, {"name": "a b"}) == {"whole": "a b"}
    assert upcast(Renamed.contract, 3, {"whole": "a b"}) == {"whole": "a b"}


def test_a_version_from_the_future_is_not_guessed_at() -> None:
    with pytest.raises(UnknownVersion):
        upcast(Renamed.contract, 4, {})


def test_a_missing_step_is_found_before_and_refused_when_needed() -> None:
    assert broken_chain(Renamed.contract) is None
    assert broken_chain(Gapped.contract) == 2
    with pytest.raises(ContractError):
        upcast(Gapped.contract, 1, {})


def test_a_step_has_one_upcaster() -> None:
    with pytest.raises(ContractError):
        upcaster("sample.renamed", 1)(nothing)


def test_a_wire_name_belongs_to_one_class() -> None:
    with pytest.raises(ContractError):

        class Thief(Event, type="sample.renamed", version=1):
            """Takes a name that is taken."""
