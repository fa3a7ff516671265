"""What cannot be a name waits, and registers nobody until a human writes one (§5.5 items 17, 19, 56)."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.events.contracts.registry.police_list import RowOutcome
from libs.events.contracts.values import Sex
from services.registry.domain.person import Person, RegisterPerson, person_decider
from services.registry.feed.dirt import Effect
from services.registry.feed.names import can_be_name
from services.registry.feed.refusals import RowUnfit
from services.registry.feed.resolving import Resolution, open_row
from tests.services.registry.feed.conftest import Registry, known
from tests.services.registry.feed.lists import DAY, HANG_GON, codes, incoming, person, row_of, workbook

NO_NAMES = [
    "123 <script>",
    "<b>Nguyễn Văn A</b>",
    "Nguyễn Văn A, Trần Văn B",
    "Không rõ",
    "12345",
    "A" * 101,
    "Tí & Tèo",
]


@pytest.mark.parametrize("name", NO_NAMES)
def test_what_cannot_be_a_name_waits_and_registers_nobody(name: str) -> None:
    row = row_of(full_name=name)
    assert "name_not_a_name" in codes(row)
    assert row.effect is Effect.QUARANTINED


def test_markup_is_no_other_name_either() -> None:
    row = row_of(other_names="<script>alert(1)</script>; Tí 3 ngón")
    assert (row.other_names, row.effect) == (("Tí 3 ngón",), Effect.QUARANTINED)


@pytest.mark.parametrize(
    "name", ["Y Blô Niê", "H'Hen Niê", "Lò Văn Ó", "Trần Thị Thu-Hà", 'Hùng "sẹo"', "Nông Thị Xuân"]
)
def test_what_can_be_a_name(name: str) -> None:
    assert row_of(full_name=name).problems == ()


@given(
    st.text(st.sampled_from("aăĐBc '-.,\"<_1\u0306\u00b2\u2013\u2019\u0e01"), min_size=1, max_size=6).filter(
        can_be_name
    )
)
def test_a_name_that_the_feed_takes_is_one_to_the_registry(name: str) -> None:
    command = RegisterPerson(UUID(int=1), DAY, HANG_GON, "list", name, Sex.UNKNOWN, 1985)
    assert person_decider.decide(command, Person(), None)


def test_a_name_that_cannot_be_one_is_registered_only_as_a_human_writes_it(registry: Registry) -> None:
    registry.apply(incoming(workbook(person(0, name="123 <script>"))))
    (row,) = registry.waiting()
    assert open_row(registry.parts, row.row_id).cells["full_name"] == "123 <script>"
    with pytest.raises(RowUnfit) as caught:
        registry.resolve(row.row_id, Resolution(RowOutcome.NEW))
    assert caught.value.params == {"missing": ["full_name"]}
    registry.resolve(row.row_id, Resolution(RowOutcome.NEW, corrections={"full_name": "Trần Văn Bình"}))
    assert len(registry.everybody()) == 1


def test_a_known_person_gets_no_name_that_cannot_be_one(registry: Registry) -> None:
    someone = known(registry, 0)
    registry.apply(incoming(workbook(person(0, name="123 <script>"))))
    (row,) = registry.waiting()
    before = registry.types().count("registry.name-recorded")
    registry.resolve(row.row_id, Resolution(RowOutcome.MATCHED, someone))
    assert registry.types().count("registry.name-recorded") == before
