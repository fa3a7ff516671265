"""What the engine refuses, and what it promises of one table."""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from libs.events.columns import columns_of
from libs.events.decider import Refused
from libs.events.event import ContractError
from libs.events.handling import Outcome, Target
from libs.events.projection import Projection, groups
from libs.events.projector import ForeignRow
from tests.conftest import MakeBench
from tests.libs.events.sample import CloseNote, CountNote, NoteCounted, NoteOpened, OpenNote, meta, note_decider
from tests.libs.events.sample import note_projection as notes


class TitleTaken(Refused):
    """One open note a unit."""

    problem = "title-taken"


@dataclass(frozen=True)
class UnitRow:
    """A unit's only note."""

    note_id: UUID
    unit: str


def one_a_unit() -> Projection[UnitRow]:
    only = Projection("sample.only", 1, UnitRow, unique={"(unit)": TitleTaken})

    @only.on(NoteOpened, key=lambda e: e.note_id)
    def opened(event: NoteOpened, row: UnitRow | None) -> UnitRow:
        return UnitRow(event.note_id, event.unit)

    return only


def opening(note: UUID, unit: str = "2025:26080") -> Target[Any, Any]:
    return Target(note_decider, f"note-{note}", OpenNote(note, unit=unit), meta(), subject=f"person-{note}")


def test_what_is_unique_across_streams_refuses_the_command_and_leaves_nothing(make_bench: MakeBench) -> None:
    bench = make_bench(inline=[one_a_unit()])
    bench.verify_journal()
    parts = bench.open()
    parts.handler.handle(opening(uuid4()))
    with pytest.raises(TitleTaken):
        parts.handler.handle(opening(uuid4()))
    assert sum(head.sequence for head in parts.journal.heads()) == 1
    parts.close()


def test_one_refused_command_of_a_batch_does_not_take_the_others_along(make_bench: MakeBench) -> None:
    bench = make_bench(inline=[one_a_unit()])
    bench.verify_journal()
    parts = bench.open()
    units = ["2025:1", "2025:2", "2025:1", "2025:3"]
    subject = f"person-{uuid4()}"
    targets = [replace(opening(uuid4(), unit), subject=subject) for unit in units]
    results = parts.handler.handle_many(targets)
    assert [isinstance(result, Outcome) for result in results] == [True, True, False, True]
    assert isinstance(results[2], TitleTaken)
    parts.close()


def test_a_row_belongs_to_one_subject(make_bench: MakeBench) -> None:
    shared = Projection("sample.shared", 1, UnitRow)

    @shared.on(NoteOpened, key=lambda _: UUID(int=7))
    def opened(event: NoteOpened, row: UnitRow | None) -> UnitRow:
        return UnitRow(UUID(int=7), event.unit + "x" if row else event.unit)

    bench = make_bench(inline=[shared])
    bench.verify_journal()
    parts = bench.open()
    parts.handler.handle(opening(uuid4()))
    with pytest.raises(ForeignRow):
        parts.handler.handle(opening(uuid4()))
    parts.close()


def test_a_fold_that_returns_nothing_removes_the_row_and_history_keeps_that_it_was(make_bench: MakeBench) -> None:
    def removing(name: str, *, history: bool) -> Projection[UnitRow]:
        open_ones = Projection(f"sample.{name}", 1, UnitRow, history=history)

        @open_ones.on(NoteOpened, key=lambda e: e.note_id)
        def opened(event: NoteOpened, row: UnitRow | None) -> UnitRow:
            return UnitRow(event.note_id, event.unit)

        @open_ones.on(NoteCounted, key=lambda e: [e.note_id])
        def counted(event: NoteCounted, row: UnitRow | None) -> None:
            return None

        return open_ones

    plain, past = removing("plain", history=False), removing("past", history=True)
    bench = make_bench(inline=[plain, past])
    bench.verify_journal()
    parts = bench.open()
    note = uuid4()
    before = parts.handler.handle(opening(note)).records[0].recorded_at
    parts.handler.handle(Target(note_decider, f"note-{note}", CountNote(), meta()))
    with parts.engine.begin() as connection:
        assert plain.read(connection) == []
        now = connection.execute(text("select journal_now()")).scalar_one()
        assert past.read(connection, at=before) == [UnitRow(note, "2025:26080")]
        assert past.read(connection, at=now) == []
        with pytest.raises(ValueError, match="say as known when"):
            past.read(connection)
    parts.close()


def test_row_level_security_shows_a_caller_their_units_only(make_bench: MakeBench) -> None:
    walled = notes()
    bench = make_bench(inline=[walled])
    bench.verify_journal()
    parts = bench.open()
    for unit in ("2025:1", "2025:2", "2025:2"):
        parts.handler.handle(opening(uuid4(), unit))
    seen = {}
    for scope in ("", "2025:1", "2025:1,2025:2", "*"):
        with parts.engine.begin() as connection:
            connection.execute(text("select set_config('aftercare.scope', :scope, true)"), {"scope": scope})
            seen[scope] = len(walled.read(connection))
    with parts.engine.begin() as connection:
        unset = len(walled.read(connection))
    assert (seen, unset) == ({"": 0, "2025:1": 1, "2025:1,2025:2": 3, "*": 3}, 0)
    parts.close()


def test_an_event_is_folded_once_a_projection() -> None:
    twice = notes()
    with pytest.raises(ContractError, match="twice"):
        twice.on(NoteOpened, key=lambda e: e.note_id)(lambda _event, row: row)


def test_projections_of_a_group_are_rebuilt_together() -> None:
    first, second = (Projection(f"sample.{n}", 1, UnitRow, group="pair") for n in ("a", "b"))
    alone = Projection("sample.c", 1, UnitRow)
    assert groups([first, alone, second]) == {"pair": [first, second], "sample.c": [alone]}


class Colour(StrEnum):
    """An enumeration in a row."""

    RED = "red"


@dataclass(frozen=True)
class Everything:
    """Every type that a table holds."""

    key: UUID
    colour: Colour
    days: tuple[date, ...]
    note: str | None


def test_columns_keep_their_types() -> None:
    columns = {column.name: (column.sql, column.nullable) for column in columns_of(Everything)}
    assert columns == {
        "key": ("uuid", False),
        "colour": ("text", False),
        "days": ("date[]", False),
        "note": ("text", True),
    }
    key = uuid4()
    row = Everything(key, Colour.RED, (date(2026, 1, 1),), None)
    assert Projection("sample.everything", 1, Everything).load((key, "red", [date(2026, 1, 1)], None)) == row


def test_a_type_that_no_table_holds_is_refused() -> None:
    @dataclass(frozen=True)
    class Odd:
        key: UUID
        value: complex

    @dataclass(frozen=True)
    class Either:
        key: UUID
        value: int | str

    for row_class in (Odd, Either):
        with pytest.raises(ContractError):
            columns_of(row_class)


def test_a_closed_note_stays_closed(make_bench: MakeBench) -> None:
    bench = make_bench(inline=[notes()])
    bench.verify_journal()
    parts = bench.open()
    note = uuid4()
    parts.handler.handle(opening(note))
    for _ in range(2):
        parts.handler.handle(Target(note_decider, f"note-{note}", CloseNote(), meta()))
    (walled,) = bench.service.inline
    with bench.superuser.connect() as connection:
        assert [row.closed for row in walled.read(connection)] == [True]
    parts.close()
