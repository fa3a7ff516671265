"""A human says whose a row is; its facts become that person's, and the next list knows."""

from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest

from libs.events.contracts.registry.police_list import RowOutcome
from libs.events.decider import Unknown
from services.registry.domain.police_list import AlreadyResolved, OutcomeUnfit
from services.registry.feed.files import seeing_all
from services.registry.feed.keeping import destroy_files_before
from services.registry.feed.known import KnownPerson, known_persons
from services.registry.feed.refusals import ContentDestroyed, RowUnfit
from services.registry.feed.resolving import Resolution, open_row
from services.registry.projections.lists import QuarantinedRow
from tests.services.registry.feed.conftest import Registry, counts, known
from tests.services.registry.feed.lists import HANG_GON, incoming, person, workbook

NEXT = date(2026, 5, 14)
NEW, MATCHED, REJECTED = Resolution(RowOutcome.NEW), RowOutcome.MATCHED, Resolution(RowOutcome.REJECTED)


def waiting(registry: Registry, *rows: tuple[object, ...]) -> QuarantinedRow:
    """The one row of a list that waits."""
    registry.apply(incoming(workbook(*rows), as_of=NEXT))
    (row,) = registry.waiting()
    return row


def now_known(registry: Registry, person_id: UUID) -> KnownPerson:
    with seeing_all(registry.parts.engine) as connection:
        return known_persons(connection, registry.parts.codec, [person_id])[person_id]


def test_a_row_is_shown_in_the_clear_with_what_may_be_suggested(registry: Registry) -> None:
    row = waiting(registry, person(0, number=75060000000, dob=date(1985, 5, 2)))
    shown = open_row(registry.parts, row.row_id)
    assert (shown.cells["full_name"], shown.cells["id_number"]) == (person(0)[1], "75060000000")
    assert shown.suggested == {"id_number": "075060000000"}
    assert shown.kept.codes == row.problems == ("number_zero_lost",)
    assert shown.said is not None
    assert str(shown.said.birth) == "1985-05-02"


def test_a_row_found_to_be_a_known_person_adds_its_facts(registry: Registry) -> None:
    someone = known(registry, 0, citizen_id=None)
    row = waiting(registry, person(0, address="ấp 70"))
    before = registry.events()
    outcome = registry.resolve(row.row_id, Resolution(MATCHED, someone))
    assert outcome.position is not None
    assert registry.events() - before == 3
    assert now_known(registry, someone).citizen_ids == {person(0)[4]}
    assert (now_known(registry, someone).address, registry.waiting()) == ("ấp 70", [])


def test_a_row_found_to_be_somebody_new_registers_them(registry: Registry) -> None:
    known(registry, 0, citizen_id=None)
    row = waiting(registry, person(0))
    outcome = registry.resolve(row.row_id, NEW)
    assert outcome.version == 2
    assert len(registry.everybody()) == 2


def test_a_row_found_to_be_nobodys_changes_nobody(registry: Registry) -> None:
    row = waiting(registry, person(0, note="đã chết"))
    registry.resolve(row.row_id, REJECTED)
    assert (registry.everybody(), registry.waiting()) == ([], [])


@pytest.mark.parametrize("found", ["known", "new", "nobody"])
def test_the_next_list_knows_what_a_human_found(registry: Registry, found: str) -> None:
    someone = known(registry, 0, citizen_id=None)
    row = waiting(registry, person(0))
    resolutions = {"known": Resolution(MATCHED, someone), "new": NEW, "nobody": REJECTED}
    registry.resolve(row.row_id, resolutions[found])
    before = registry.events()
    outcome = registry.apply(incoming(workbook(person(0))))
    assert outcome.counts == (counts(rejected=1) if found == "nobody" else counts(matched=1))
    assert registry.events() - before == 2


def test_what_was_said_twice_is_done_once_and_a_contradiction_refused(registry: Registry) -> None:
    someone = known(registry, 0, citizen_id=None)
    row = waiting(registry, person(0))
    registry.resolve(row.row_id, Resolution(MATCHED, someone))
    before = registry.events()
    registry.resolve(row.row_id, Resolution(MATCHED, someone))
    with pytest.raises(AlreadyResolved):
        registry.resolve(row.row_id, NEW)
    assert registry.events() == before


def test_corrections_are_read_in_place_of_cells(registry: Registry) -> None:
    row = waiting(registry, person(0, number=75060000000, dob="31/02/1985"))
    with pytest.raises(RowUnfit) as caught:
        registry.resolve(row.row_id, NEW)
    assert caught.value.params == {"missing": ["birth"]}
    corrections = {"id_number": "075085000000", "dob": "1985", "unit": "2025:26113"}
    registry.resolve(row.row_id, Resolution(RowOutcome.NEW, corrections=corrections))
    (one,) = registry.everybody()
    found = now_known(registry, one.person_id)
    assert found.citizen_ids == {"075085000000"}
    assert (found.birth_date, found.unit) == ("1985", str(HANG_GON))


def test_a_number_in_doubt_is_nobodys_unless_a_human_writes_it(registry: Registry) -> None:
    row = waiting(registry, person(0, sex="Nữ"))
    assert row.problems == ("number_contradicts_sex",)
    registry.resolve(row.row_id, NEW)
    (one,) = registry.everybody()
    assert now_known(registry, one.person_id).citizen_ids == frozenset()


def test_nobody_is_found_under_ids_that_stand_for_nothing(registry: Registry) -> None:
    row = waiting(registry, person(0, note="đi tù"))
    with pytest.raises(Unknown):
        open_row(registry.parts, uuid4())
    with pytest.raises(Unknown):
        registry.decide(row.row_id, Resolution(MATCHED, uuid4()))
    with pytest.raises(OutcomeUnfit):
        registry.resolve(row.row_id, Resolution(MATCHED))


def test_a_row_whose_content_is_destroyed_can_still_be_a_known_persons(registry: Registry) -> None:
    someone = known(registry, 0, citizen_id=None)
    row = waiting(registry, person(0))
    destroy_files_before(registry.parts, datetime(2100, 1, 1, tzinfo=UTC))
    with pytest.raises(ContentDestroyed):
        registry.resolve(row.row_id, NEW)
    before = registry.events()
    registry.resolve(row.row_id, Resolution(MATCHED, someone))
    assert registry.events() - before == 1


@pytest.mark.parametrize("wrong", [{"dob": "15/06/2030"}, {"dob": "2030"}, {"dob": None, "number": "075230001234"}])
def test_nobody_is_registered_who_is_not_yet_born(registry: Registry, wrong: dict[str, object]) -> None:
    row = waiting(registry, person(0, **({"number": None} | wrong)))
    assert registry.everybody() == []
    for corrections in ({}, {"dob": "16/06/2031"}, {"dob": "", "id_number": "075231001234"}):
        with pytest.raises(RowUnfit) as caught:
            registry.resolve(row.row_id, Resolution(RowOutcome.NEW, corrections=corrections))
        assert caught.value.params == {"missing": ["birth"]}
    registry.resolve(row.row_id, Resolution(RowOutcome.NEW, corrections={"dob": "15/06/1990"}))
    assert [one.birth_year for one in registry.everybody()] == [1990]
