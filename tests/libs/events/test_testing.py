"""given / when / then compares exactly, and fails when it should."""

from uuid import uuid4

import pytest

from libs.events.decider import Refused, WrongStage
from libs.events.testing import Specification
from tests.libs.events.sample import CloseNote, CountNote, NoteClosed, NoteCounted, NoteMissing, NoteOpened, OpenNote
from tests.libs.events.sample import note_decider as decider

NOTE = uuid4()
note = Specification(decider)


def opened() -> NoteOpened:
    (event,) = decider.decide(OpenNote(NOTE), decider.initial, None)
    assert isinstance(event, NoteOpened)
    return event


def test_the_events_that_follow_are_compared_exactly() -> None:
    note.given(opened()).when(CountNote()).then(NoteCounted(note_id=NOTE, count=1))
    note.given(opened(), NoteClosed(note_id=NOTE)).when(CloseNote()).then()
    with pytest.raises(AssertionError):
        note.given(opened()).when(CountNote()).then(NoteCounted(note_id=NOTE, count=2))
    with pytest.raises(AssertionError):
        note.given(opened()).when(CountNote()).then()


def test_a_refusal_is_compared_by_its_class_and_rules() -> None:
    note.given(opened()).when(OpenNote(NOTE)).then_refused(WrongStage, rules=())
    note.given().when(CountNote()).then_refused(NoteMissing)
    with pytest.raises(AssertionError):
        note.given().when(CountNote()).then_refused(Refused)
    with pytest.raises(AssertionError):
        note.given(opened()).when(OpenNote(NOTE)).then_refused(WrongStage, rules=["R-01"])
    with pytest.raises(pytest.fail.Exception):
        note.given(opened()).when(CountNote()).then_refused(WrongStage)
