"""What follows from a resolved row is never lost: whoever died in between, somebody writes it, once."""

from uuid import UUID

import pytest

from libs.events.contracts.registry.police_list import RowOutcome
from libs.events.decider import Unknown
from services.registry.feed.chores import destroy_files, follow_rows
from services.registry.feed.files import seeing_all
from services.registry.feed.following import follow_all
from services.registry.feed.known import known_persons
from services.registry.feed.resolving import Resolution
from tests.services.registry.feed.conftest import Registry, counts, known, meta
from tests.services.registry.feed.lists import incoming, person, workbook

NEW = Resolution(RowOutcome.NEW)
CORRECTED = {"id_number": "075085000000", "dob": "1985"}


def waiting(registry: Registry, *people: int) -> list[UUID]:
    """The rows of a list that wait, in its order."""
    registry.apply(incoming(workbook(*(person(n, note="đi tù") for n in people))))
    return [row.row_id for row in registry.waiting()]


def test_the_worker_writes_the_facts_of_a_row_whose_resolver_died(registry: Registry) -> None:
    (row,) = waiting(registry, 0)
    registry.decide(row, Resolution(RowOutcome.NEW, corrections=CORRECTED))
    assert registry.everybody() == []
    follow_rows.do(registry.parts)
    (one,) = registry.everybody()
    with seeing_all(registry.parts.engine) as connection:
        found = known_persons(connection, registry.parts.codec, [one.person_id])[one.person_id]
    assert (found.citizen_ids, found.birth_date) == (frozenset({"075085000000"}), "1985")


def test_it_writes_them_once(registry: Registry) -> None:
    (row,) = waiting(registry, 0)
    registry.decide(row, NEW)
    assert (follow_all(registry.parts), follow_all(registry.parts)) == (1, 0)
    before = registry.events()
    registry.resolve(row, NEW)
    assert registry.events() == before


def test_what_is_followed_speaks_for_the_human_who_resolved(registry: Registry) -> None:
    (row,) = waiting(registry, 0)
    said = meta()
    resolved = registry.decide(row, NEW, said)
    follow_all(registry.parts)
    (one,) = registry.everybody()
    stream = f"person-{one.person_id}"
    (registered,) = registry.parts.journal.streams([stream])[stream]
    assert (registered.cloud["actor"], registered.cloud["correlationid"]) == ("officer-1", str(said.correlation_id))
    assert registered.cloud["causationid"] == str(resolved.position)


def test_the_corrections_that_were_said_first_count(registry: Registry) -> None:
    (row,) = waiting(registry, 0)
    registry.decide(row, Resolution(RowOutcome.NEW, corrections=CORRECTED))
    registry.resolve(row, Resolution(RowOutcome.NEW, corrections={"dob": "1970"}))
    (one,) = registry.everybody()
    assert one.birth_year == 1985


def test_a_row_that_cannot_be_followed_keeps_no_other_waiting(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.registry.feed.following.FOLLOWED_ROWS_BATCH_MAX", 1)
    someone = known(registry, 9)
    rows = waiting(registry, 0, 1, 2)
    for row in rows:
        registry.decide(row, NEW if row != min(rows) else Resolution(RowOutcome.MATCHED, someone))
    with monkeypatch.context() as gone:
        gone.setattr("services.registry.feed.resolving.known_persons", lambda *_: {})
        with pytest.raises(Unknown):
            registry.resolve(min(rows), Resolution(RowOutcome.MATCHED, someone))
        assert follow_all(registry.parts) == 2
    assert follow_all(registry.parts) == 1


def test_rows_are_followed_before_their_file_is_destroyed(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    (row,) = waiting(registry, 0)
    registry.decide(row, NEW)
    monkeypatch.setattr("services.registry.feed.chores.KEPT_DAYS", -1)
    destroy_files.do(registry.parts)
    assert len(registry.everybody()) == 1


def test_the_next_list_knows_whom_a_followed_row_meant(registry: Registry) -> None:
    (row,) = waiting(registry, 0)
    registry.decide(row, NEW)
    follow_all(registry.parts)
    outcome = registry.apply(incoming(workbook(person(0, note="đi tù"), person(1))))
    assert outcome.counts == counts(matched=1, new=1)


def test_corrections_stand_nowhere_in_the_clear_and_end_with_the_file(registry: Registry) -> None:
    (row,) = waiting(registry, 0)
    outcome = registry.decide(row, Resolution(RowOutcome.NEW, corrections=CORRECTED))
    (record,) = outcome.records
    assert b"075085000000" not in record.body
    registry.parts.codec.keyring.forget(record.subject)
    (event,) = registry.parts.codec.open([record])
    assert not event.corrections  # type: ignore[attr-defined]
