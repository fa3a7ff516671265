"""`aftercare parked` as an operator uses it, on a service of the tests."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import orjson
import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from deploy import parked_commands
from libs.events.kafka import Log
from libs.events.projection import Fold, Projection
from tests.conftest import MakeBench
from tests.libs.events.driving import Driven, driven
from tests.libs.events.sample import NoteOpened, note_projection

NOTE = UUID("00000000-0000-4000-8000-000000000001")
TITLE = "Bí Mật"


@pytest.fixture
def rows() -> Projection[Any]:
    return note_projection("followed")


@pytest.fixture
def parked(make_bench: MakeBench, log: Log, rows: Projection[Any], monkeypatch: pytest.MonkeyPatch) -> Iterator[Driven]:
    opened = rows.folds[NoteOpened]
    rows.folds[NoteOpened] = Fold(opened.keys, lambda _event, _row: 1 // 0)
    with driven(make_bench, log, rows) as one:
        one.open(NOTE)
        one.count(NOTE)
        one.turn()
        rows.folds[NoteOpened] = opened
        monkeypatch.setattr(parked_commands, "_worker", lambda _name: one.reader.open("worker"))
        yield one


def said(*words: str, code: int = 0) -> str:
    result = CliRunner().invoke(parked_commands.app, [*words, "--by", "an-operator"])
    assert result.exit_code == code, result.output
    return result.output


def operations(one: Driven) -> list[tuple[Any, ...]]:
    with one.reader.superuser.connect() as connection:
        rows = connection.execute(text("select operator, action, outcome, sequence from operation order by id"))
        return [tuple(row) for row in rows]


def test_list_says_for_whom_where_whose_and_why(parked: Driven) -> None:
    first, second, total = said("list", "x").splitlines()
    assert first.split()[:3] == ["sample.followed", f"{parked.source}/{_partition(parked)}/1", f"person-{NOTE}"]
    assert "ZeroDivisionError" in first
    assert second.endswith("behind one that is parked")
    assert total == "x: 2 parked"
    assert [orjson.loads(line)["sequence"] for line in said("list", "x", "--json").splitlines()] == [1, 2]
    assert operations(parked) == [("an-operator", "list", "2 parked", None)] * 2


def test_show_tells_the_event_and_nothing_that_is_sealed(parked: Driven) -> None:
    told = said("show", "x", "sample.followed", f"{parked.source}/{_partition(parked)}/1")
    assert '"type": "sample.note-opened"' in told
    assert TITLE not in told
    assert operations(parked) == [("an-operator", "show", "shown", 1)]


def test_redrive_takes_the_lines_and_says_how_many(parked: Driven, rows: Projection[Any]) -> None:
    assert said("redrive", "x").splitlines()[-1] == "x: 1 of 1 lines taken"
    assert parked.counts(rows) == {NOTE: 1}
    assert operations(parked) == [("an-operator", "redrive", f"sample.followed person-{NOTE}: 2 taken", None)]


def test_redrive_ends_with_one_where_a_line_stays_and_says_why(parked: Driven, rows: Projection[Any]) -> None:
    rows.folds[NoteOpened] = Fold(rows.folds[NoteOpened].keys, lambda _event, _row: 1 // 0)
    told = said("redrive", "x", "--subject", f"person-{NOTE}", code=1)
    assert "0 taken, then ZeroDivisionError" in told
    assert told.splitlines()[-1] == "x: 0 of 1 lines taken"


def test_drop_lets_go_of_one_event_and_names_the_event_that_says_so(parked: Driven) -> None:
    at = f"{parked.source}/{_partition(parked)}/1"
    told = said("drop", "x", "sample.followed", at, "--because", "a test")
    assert told.startswith(f"sample.followed passes over {at}: {parked.parts.service.name}/")
    assert [one.sequence for one in parked.parked()] == [2]
    assert operations(parked)[0][:2] == ("an-operator", "drop")


@pytest.mark.parametrize("at", ["nowhere", "registry/1/1", "registry/x/1"])
def test_what_is_not_parked_is_said_in_one_line(parked: Driven, at: str) -> None:
    result = CliRunner().invoke(parked_commands.app, ["show", "x", "sample.followed", at])
    assert isinstance(result.exception, parked_commands.NotParked)


def test_operations_cannot_be_changed_by_the_worker(parked: Driven) -> None:
    said("list", "x")
    with parked.parts.engine.connect() as connection, pytest.raises(Exception, match="permission denied"):
        connection.execute(text("delete from operation"))


def _partition(one: Driven) -> int:
    return one.parked()[0].partition
