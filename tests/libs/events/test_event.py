"""An event class that breaks a rule of the published language cannot be written."""

from datetime import date
from uuid import uuid4

import pytest

from libs.events.event import REDACTED, ContractError, Event, Sealed, contract_of, contracts, sealed
from tests.libs.events.sample import NoteClosed, NoteCounted, NoteOpened


def test_an_effective_date_is_taken_from_a_field_that_there_is() -> None:
    with pytest.raises(ContractError, match="no field 'happened_on'"):

        class Dateless(Event, type="sample.dateless", version=1, effective="happened_on"):
            """Says when it happened in a field that it does not have."""


def test_what_happened_in_the_world_has_a_date_and_what_did_not_has_none() -> None:
    opened = NoteOpened(note_id=uuid4(), opened_on=date(2026, 1, 5), unit="2025:26080", title="x")
    assert opened.effective_on == date(2026, 1, 5)
    assert NoteClosed(note_id=uuid4()).effective_on is None


def test_every_event_that_was_imported_is_listed_once_by_its_wire_name() -> None:
    names = [contract.wire for contract in contracts()]
    assert names == sorted(set(names))
    assert {"sample.note-opened", "sample.note-counted", "sample.note-closed"} <= set(names)
    assert contract_of("sample.note-counted") is NoteCounted.contract


def test_a_fold_meets_a_marked_field_sealed_or_not_at_all() -> None:
    closed = Sealed("person-1", str(uuid4()), "title", "token")
    assert sealed(closed) is closed
    assert sealed(REDACTED) is None
    assert sealed(None) is None


def test_what_is_redacted_says_so_and_counts_as_nothing() -> None:
    assert f"{REDACTED}" == "REDACTED"
    assert not REDACTED
