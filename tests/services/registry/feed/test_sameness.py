"""The same rows are the same list, however they are written: no event after the first delivery (§5.5 item 43)."""

from dataclasses import replace

import pytest
from hypothesis import example, given, settings

from libs.events.keyring import MemoryKeyring
from libs.sheets.columns import Layout
from services.registry.feed.headings import COLUMNS, LAYOUT
from services.registry.feed.reading import PoliceFile, read_list
from tests.services.registry.feed.conftest import Registry
from tests.services.registry.feed.lists import DAY, incoming
from tests.services.registry.feed.writings import CONTAINERS, HEADINGS, HOSTILE, Writing, writings, written

KEYRING = MemoryKeyring()
ADDRESS_FIRST = ("Nơi thường trú", "Họ và tên", "Giới tính", "Ngày sinh", "Số CCCD", "STT", "Ghi chú")


def as_read(how: Writing) -> PoliceFile:
    return read_list(incoming(written(HOSTILE, how)), KEYRING, DAY)


FIRST = as_read(Writing())


def test_every_row_of_the_list_is_read() -> None:
    assert len(FIRST.rows) == len(HOSTILE)


@settings(max_examples=100, deadline=None, derandomize=True)
@example(Writing(container=",", columns=ADDRESS_FIRST))
@example(Writing(container=";", columns=HEADINGS[1:]))
@example(Writing(seed=0, strangers=1, headings_again=True))
@given(writings())
def test_a_list_is_known_again_in_any_writing(how: Writing) -> None:
    again = as_read(how)
    assert sorted(again.fingerprints) == sorted(FIRST.fingerprints)
    assert again.list_id == FIRST.list_id


def test_a_column_that_is_not_its_rows_own_would_make_titles_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    shared = Layout([replace(one, own=False) for one in COLUMNS], LAYOUT.is_section, counter=LAYOUT.counter)
    monkeypatch.setattr("services.registry.feed.reading.LAYOUT", shared)
    assert len(as_read(Writing(columns=HEADINGS[1:])).rows) < len(HOSTILE)


def test_no_writing_of_a_list_adds_an_event(registry: Registry) -> None:
    first = registry.apply(incoming(written(HOSTILE, Writing())))
    assert first.counts.received == len(HOSTILE)
    before = registry.events()
    for seed, container in enumerate(CONTAINERS):
        turned = (*ADDRESS_FIRST[seed:], *ADDRESS_FIRST[:seed])
        how = Writing(container, turned, seed, "NFD", ("Trang 1", "Trang 2"), strangers=1, headings_again=True)
        again = registry.apply(incoming(written(HOSTILE, how)))
        assert (again.list_id, again.counts, again.repeated) == (first.list_id, first.counts, True), how
    assert registry.events() == before


def test_the_next_list_in_another_writing_adds_only_that_it_came(registry: Registry) -> None:
    registry.apply(incoming(written(HOSTILE, Writing()), as_of=DAY.replace(day=1)))
    before = registry.events()
    outcome = registry.apply(incoming(written(HOSTILE, Writing(",", ADDRESS_FIRST, seed=7))))
    assert (outcome.counts.new, outcome.counts.received) == (0, len(HOSTILE))
    assert outcome.counts.quarantined == outcome.counts.carried
    assert registry.events() - before == 2
