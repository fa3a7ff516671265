"""Lists that were begun are finished by the worker, from the files as they were kept, each for itself."""

from typing import Any

import pytest

from libs.sheets.applying import ImportRunning, import_lock
from services.registry.feed.applying import KIND, resume_lists
from services.registry.feed.doing import Doing
from services.registry.feed.reading import Incoming, read_list
from tests.services.registry.feed.conftest import Registry, meta
from tests.services.registry.feed.lists import DAY, incoming, person, workbook

PEOPLE = [person(n) for n in range(10)]


class Killed(Exception):
    """The process ended here."""


def begun(registry: Registry, monkeypatch: pytest.MonkeyPatch, sent: Incoming) -> None:
    """A list was planned, and the process ended before its persons."""

    def dying(_: Doing) -> None:
        raise Killed

    with monkeypatch.context() as dead:
        dead.setattr(Doing, "persons", dying)
        with pytest.raises(Killed):
            registry.apply(sent)


def resumed(registry: Registry) -> list[int]:
    """How many persons were new on each list that was finished."""
    return [one.counts.new for one in resume_lists(registry.parts, meta(), DAY)]


def test_a_list_that_stopped_midway_is_finished_once(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    begun(registry, monkeypatch, incoming(workbook(*PEOPLE)))
    assert (resumed(registry), resumed(registry)) == ([10], [])
    assert len(registry.everybody()) == 10


def test_a_list_that_cannot_be_finished_keeps_no_other_waiting(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = [incoming(workbook(*PEOPLE[start:end])) for start, end in ((0, 3), (3, 8), (8, 10))]
    for one in sent:
        begun(registry, monkeypatch, one)

    def failing(content: Incoming, *rest: Any) -> Any:
        if content.content == sent[0].content:
            raise LookupError("something is wrong with this one")
        return read_list(content, *rest)

    with monkeypatch.context() as broken:
        broken.setattr("services.registry.feed.applying.read_list", failing)
        assert resumed(registry) == [5, 2]
    assert resumed(registry) == [3]


def test_while_another_list_is_applied_none_is_resumed(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    begun(registry, monkeypatch, incoming(workbook(*PEOPLE)))
    with import_lock(registry.parts.engine, KIND), pytest.raises(ImportRunning):
        resumed(registry)
