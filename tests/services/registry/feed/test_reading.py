"""Headings of police lists, habits of whole sheets, and what a list is known again by."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import libs.sheets
import services.registry.feed
from libs.events.keyring import MemoryKeyring
from libs.sheets.columns import heading_key
from libs.sheets.headings import find_headings
from libs.sheets.rows import DataRow, Listed
from libs.sheets.table import EPOCH, Cell, Mark, Row, Table
from libs.vietnam.units import UnitRef
from libs.web.messages import Catalogue
from services.registry.feed.cells import RawRow, Traits, packed, unpacked
from services.registry.feed.dirt import DIRT
from services.registry.feed.fingerprints import row_fingerprint
from services.registry.feed.headings import COLUMNS, LAYOUT, is_title
from services.registry.feed.reading import read_list
from services.registry.feed.refusals import ListCut
from services.registry.feed.traits import traits_of
from services.registry.feed.units import Sender
from tests.services.registry.feed.lists import (
    COMMUNE,
    DAY,
    DONG_NAI,
    PROVINCE,
    data_row,
    incoming,
    json_file,
    person,
    raw_of,
    text_file,
    workbook,
)

KEYRING = MemoryKeyring()
FILLED = frozenset({Mark.FILLED})


def sheet(rows: list[DataRow], **more: object) -> Listed:
    table = Table("Sheet1", 1, [Row(1, LAYOUT.fields)], **more)  # type: ignore[arg-type]
    headings = find_headings(table, LAYOUT)
    assert headings is not None
    return Listed(table, headings, rows)


def test_no_heading_means_two_fields() -> None:
    keys = [{heading_key(heading) for heading in (column.field, *column.headings)} for column in COLUMNS]
    assert len(set().union(*keys)) == sum(map(len, keys))


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Phường Xuân Tân", True),
        ("P. Xuân Tân", True),
        ("Huyện Nam Trực", True),
        ("XA BAU TRAM", True),
        ("Danh sách người nghiện", True),
        ("Người sau cai nghiện", True),
        ("Ấp 3", True),
        ("XA VAN A", False),
        ("Tống Văn A", False),
        ("A Sơn", False),
        ('Hùng "sẹo"', False),
    ],
)
def test_a_title_names_a_unit_or_a_group(text: str, title: bool) -> None:  # noqa: FBT001 -- The expected answer.
    assert is_title(text) is title


@pytest.mark.parametrize(
    ("births", "default_day"),
    [
        (["01/01/1980"] * 5 + ["02/05/1981"] * 10, True),
        ([date(1980, 1, 1)] * 5, True),
        (["01/01/1980"] * 4, False),
        (["01/01/1980"] * 5 + ["02/05/1981"] * 30, False),
        ([1980] * 20, False),
    ],
)
def test_many_first_days_of_january_stand_for_unknown_days(births: list[Cell], default_day: bool) -> None:  # noqa: FBT001 -- As above.
    assert traits_of(sheet([data_row(dob=birth) for birth in births])).default_day is default_day


@pytest.mark.parametrize(
    ("births", "swapped"),
    [
        ([date(1990, 4, 3), "13/04/1990"], True),
        ([date(1990, 4, 13), "13/04/1990"], False),
        ([date(1990, 4, 3), date(1990, 5, 4)], False),
        (["03/04/1990", "13/04/1990"], False),
    ],
)
def test_dates_beside_texts_with_late_days_were_swapped(births: list[Cell], swapped: bool) -> None:  # noqa: FBT001 -- As above.
    assert traits_of(sheet([data_row(dob=birth) for birth in births])).swapped is swapped


@pytest.mark.parametrize(("coloured", "tells"), [(0, False), (2, True), (3, False), (8, False)])
def test_a_colour_tells_something_where_few_rows_have_it(coloured: int, tells: bool) -> None:  # noqa: FBT001 -- As above.
    rows = [data_row(n, FILLED if n < coloured else frozenset()) for n in range(8)]
    assert traits_of(sheet(rows)).colour_tells is tells


def test_a_sheet_gives_its_rows_its_name_and_epoch() -> None:
    traits = traits_of(sheet([data_row()], hidden=True, epoch=date(1904, 1, 1)))
    assert traits == Traits("Sheet1", date(1904, 1, 1), hidden=True)


def test_the_same_rows_are_the_same_list_whatever_the_file() -> None:
    rows = [person(n) for n in range(5)]
    files = [workbook(*rows), text_file(*reversed(rows)), json_file(*rows)]
    ids = {read_list(incoming(file), KEYRING, DAY).list_id for file in files}
    assert len(ids) == 1


@pytest.mark.parametrize("more", [{"unit": DONG_NAI}, {"as_of": date(2026, 6, 13)}])
def test_another_sender_or_day_is_another_list(more: dict[str, object]) -> None:
    sent = {"content": workbook(person(1)), "unit": UnitRef("2025:26113")}
    first = read_list(incoming(**sent), KEYRING, DAY)  # type: ignore[arg-type]
    assert read_list(incoming(**sent | more), KEYRING, DAY).list_id != first.list_id  # type: ignore[arg-type]


def test_a_list_that_old_spreadsheets_cut_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.registry.feed.reading.LAST_ROW_OF_XLS", 3)
    with pytest.raises(ListCut) as caught:
        read_list(incoming(text_file(person(0), person(1))), KEYRING, DAY)
    assert caught.value.params == {"sheet": 1, "row": 3}


def same(one: RawRow, other: RawRow, sender: Sender = COMMUNE) -> bool:
    return row_fingerprint(KEYRING, one, sender) == row_fingerprint(KEYRING, other, sender)


def test_what_a_row_is_known_by() -> None:
    assert same(raw_of(row_no=1), raw_of(row_no=2))
    assert same(raw_of(dob=1985), raw_of(dob="1985 "))
    assert same(raw_of(full_name="Hòa"), raw_of(full_name="Ho\u0300a"))
    assert not same(raw_of(note="x"), raw_of())
    assert not same(raw_of(note="x"), raw_of(category="x"))
    assert not same(raw_of(sections=("Xã Một",)), raw_of(sections=("Xã Hai",)))
    assert not same(raw_of(marks=frozenset({Mark.STRUCK})), raw_of())
    assert same(raw_of(Traits(name="P. Xuân Tân")), raw_of(Traits(name="Sheet1")))
    assert not same(raw_of(Traits(name="P. Xuân Tân")), raw_of(Traits(name="Sheet1")), PROVINCE)


CELLS = st.one_of(st.text(max_size=8), st.integers(-9, 99), st.floats(0, 9), st.booleans(), st.dates(), st.datetimes())


@given(st.dictionaries(st.sampled_from(LAYOUT.fields), CELLS, max_size=5), st.sets(st.sampled_from(Mark)))
def test_a_row_is_kept_as_it_came(cells: dict[str, Cell], marks: set[Mark]) -> None:
    row = RawRow(2, 3, cells, ("Xã Một",), frozenset(marks), Traits("x", EPOCH, hidden=True, swapped=True))
    kept = unpacked(packed(row))
    assert (kept.cells, kept.marks, kept.sections, kept.traits) == (row.cells, row.marks, row.sections, row.traits)
    assert same(kept, row)


def test_every_refusal_is_told_in_two_languages() -> None:
    folders = [Path(package.__path__[0]) for package in (libs.sheets, services.registry.feed)]
    modules = ["libs.sheets", "services.registry.feed", "services.registry.domain.police_list"]
    assert Catalogue(folders).missing(modules) == []


def test_every_kind_of_dirt_is_found_somewhere() -> None:
    folder = Path(services.registry.feed.__path__[0])
    code = "\n".join(one.read_text("utf-8") for one in folder.glob("*.py") if one.name != "dirt.py")
    assert [kind for kind in DIRT if f'"{kind}' not in code] == []
