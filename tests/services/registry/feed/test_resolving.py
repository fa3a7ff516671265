"""A human says whose a row is; its facts become that person's, and the next list knows."""

from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest

from libs.events.contracts.registry.police_list import RowOutcome
from libs.events.decider import Unknown
from libs.events.handling import Handler
from services.registry.domain.police_list import AlreadyResolved, OutcomeUnfit
from services.registry.feed.files import seeing_all
from services.registry.feed.keeping import destroy_files_before
from services.registry.feed.known import KnownPerson, known_persons
from services.registry.feed.refusals import ContentDestroyed, RowUnfit
from services.registry.feed.resolving import Resolution, decide_row, follow, open_row, resolve_row, target_of
from services.registry.projections.lists import QuarantinedRow
from tests.services.registry.feed.conftest import Registry, counts, known, meta
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
    outcome = resolve_row(registry.parts, row.row_id, Resolution(MATCHED, someone), meta())
    assert outcome.position is not None
    assert registry.events() - before == 3
    assert now_known(registry, someone).citizen_ids == {person(0)[4]}
    assert (now_known(registry, someone).address, registry.waiting()) == ("ấp 70", [])


def test_a_row_found_to_be_somebody_new_registers_them(registry: Registry) -> None:
    known(registry, 0, citizen_id=None)
    row = waiting(registry, person(0))
    outcome = resolve_row(registry.parts, row.row_id, NEW, meta())
    assert outcome.version == 2
    assert len(registry.everybody()) == 2


def test_a_row_found_to_be_nobodys_changes_nobody(registry: Registry) -> None:
    row = waiting(registry, person(0, note="đã chết"))
    resolve_row(registry.parts, row.row_id, REJECTED, meta())
    assert (registry.everybody(), registry.waiting()) == ([], [])


@pytest.mark.parametrize("found", ["known", "new", "nobody"])
def test_the_next_list_knows_what_a_human_found(registry: Registry, found: str) -> None:
    someone = known(registry, 0, citizen_id=None)
    row = waiting(registry, person(0))
    resolutions = {"known": Resolution(MATCHED, someone), "new": NEW, "nobody": REJECTED}
    resolve_row(registry.parts, row.row_id, resolutions[found], meta())
    before = registry.events()
    outcome = registry.apply(incoming(workbook(person(0))))
    assert outcome.counts == (counts(rejected=1) if found == "nobody" else counts(matched=1))
    assert registry.events() - before == 2


def test_what_was_said_twice_is_done_once_and_a_contradiction_refused(registry: Registry) -> None:
    someone = known(registry, 0, citizen_id=None)
    row = waiting(registry, person(0))
    resolve_row(registry.parts, row.row_id, Resolution(MATCHED, someone), meta())
    before = registry.events()
    resolve_row(registry.parts, row.row_id, Resolution(MATCHED, someone), meta())
    with pytest.raises(AlreadyResolved):
        resolve_row(registry.parts, row.row_id, NEW, meta())
    assert registry.events() == before


def test_facts_that_were_not_written_follow_when_it_is_said_again(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = waiting(registry, person(0, note="đi tù"))
    said = meta()
    with monkeypatch.context() as dying:
        dying.setattr("services.registry.feed.resolving.follow", lambda *_: [])
        resolve_row(registry.parts, row.row_id, NEW, said)
    assert registry.everybody() == []
    resolve_row(registry.parts, row.row_id, NEW, said)
    assert len(registry.everybody()) == 1


def test_corrections_are_read_in_place_of_cells(registry: Registry) -> None:
    row = waiting(registry, person(0, number=75060000000, dob="31/02/1985"))
    with pytest.raises(RowUnfit) as caught:
        resolve_row(registry.parts, row.row_id, NEW, meta())
    assert caught.value.params == {"missing": ["birth"]}
    corrections = {"id_number": "075085000000", "dob": "1985", "unit": "2025:26113"}
    resolve_row(registry.parts, row.row_id, Resolution(RowOutcome.NEW, corrections=corrections), meta())
    (one,) = registry.everybody()
    found = now_known(registry, one.person_id)
    assert found.citizen_ids == {"075085000000"}
    assert (found.birth_date, found.unit) == ("1985", str(HANG_GON))


def test_a_number_in_doubt_is_nobodys_unless_a_human_writes_it(registry: Registry) -> None:
    row = waiting(registry, person(0, sex="Nữ"))
    assert row.problems == ("number_contradicts_sex",)
    resolve_row(registry.parts, row.row_id, NEW, meta())
    (one,) = registry.everybody()
    assert now_known(registry, one.person_id).citizen_ids == frozenset()


def test_nobody_is_found_under_ids_that_stand_for_nothing(registry: Registry) -> None:
    row = waiting(registry, person(0, note="đi tù"))
    with pytest.raises(Unknown):
        open_row(registry.parts, uuid4())
    with pytest.raises(Unknown):
        decide_row(registry.parts, row.row_id, Resolution(MATCHED, uuid4()))
    with pytest.raises(OutcomeUnfit):
        resolve_row(registry.parts, row.row_id, Resolution(MATCHED), meta())


def test_a_row_whose_content_is_destroyed_can_still_be_a_known_persons(registry: Registry) -> None:
    someone = known(registry, 0, citizen_id=None)
    row = waiting(registry, person(0))
    destroy_files_before(registry.parts, datetime(2100, 1, 1, tzinfo=UTC))
    with pytest.raises(ContentDestroyed):
        resolve_row(registry.parts, row.row_id, NEW, meta())
    before = registry.events()
    resolve_row(registry.parts, row.row_id, Resolution(MATCHED, someone), meta())
    assert registry.events() - before == 1


def test_a_route_may_handle_the_rows_command_itself(registry: Registry) -> None:
    row = waiting(registry, person(0, note="đi tù"))
    decided = decide_row(registry.parts, row.row_id, NEW)
    handler: Handler = registry.parts.handler
    handler.handle(target_of(decided, meta()))
    assert [outcome.repeated for outcome in follow(registry.parts, decided, meta())] == [False]
    assert [outcome.repeated for outcome in follow(registry.parts, decided, meta())] == [True]
