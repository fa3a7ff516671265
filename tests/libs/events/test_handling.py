"""A command becomes events once, whoever else is writing, and however often it is sent."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID, uuid4

import pytest

from libs.events.codec import Codec
from libs.events.decider import Refused, WrongStage
from libs.events.handling import BATCH_EVENTS_MAX, Handler, Outcome, SubjectDiffers, Target, VersionChanged
from libs.events.journal import EVERYTHING
from libs.events.keyring import MemoryKeyring
from libs.events.memory import MemoryJournal, MemoryTransaction
from libs.events.record import Draft, Meta, Record
from tests.libs.events.sample import CloseNote, CountNote, NoteCounted, NoteMissing, OpenNote, meta, note_decider


def handler(journal: MemoryJournal | None = None) -> Handler:
    return Handler(journal or MemoryJournal("sample"), Codec("sample", MemoryKeyring()), law=None)


def opening(note: UUID, of: Meta | None = None, subject: str = "person-1") -> Target[object, object]:
    return Target(note_decider, f"note-{note}", OpenNote(note), of or meta(), subject=subject)  # type: ignore[arg-type]


def counting(note: UUID, expected: int | None = None) -> Target[object, object]:
    return Target(note_decider, f"note-{note}", CountNote(), meta(), subject="person-1", expected=expected)  # type: ignore[arg-type]


def test_a_command_gives_its_stream_the_next_version_and_a_position_to_wait_for() -> None:
    outcome = handler().handle(opening(uuid4()))
    assert (outcome.version, outcome.repeated) == (1, False)
    assert outcome.position is not None
    assert outcome.position.sequence == 1


def test_the_same_command_twice_is_one() -> None:
    once = handler()
    note, of = uuid4(), meta()
    first = once.handle(opening(note, of))
    again = once.handle(opening(note, of))
    assert again.repeated
    assert again.records == first.records
    assert len(once.journal.streams([f"note-{note}"])[f"note-{note}"]) == 1


def test_a_command_said_again_where_it_would_change_nothing_has_its_first_answer() -> None:
    once = handler()
    note, of = uuid4(), meta()
    once.handle(opening(note))
    closing: Target[object, object] = Target(note_decider, f"note-{note}", CloseNote(), of)  # type: ignore[arg-type]
    first = once.handle(closing)
    again = once.handle(closing)
    assert (again.repeated, again.records, again.position) == (True, first.records, first.position)


def test_a_refusal_leaves_nothing() -> None:
    once = handler()
    note = uuid4()
    once.handle(opening(note))
    with pytest.raises(WrongStage):
        once.handle(opening(note))
    assert sum(head.sequence for head in once.journal.heads()) == 1


def test_what_changes_nothing_appends_nothing() -> None:
    once = handler()
    note = uuid4()
    once.handle(opening(note))
    assert once.handle(Target(note_decider, f"note-{note}", CloseNote(), meta())).version == 2
    assert once.handle(Target(note_decider, f"note-{note}", CloseNote(), meta())) == Outcome(f"note-{note}", 2)


def test_an_expected_version_that_passed_is_refused() -> None:
    once = handler()
    note = uuid4()
    once.handle(opening(note))
    once.handle(counting(note, expected=1))
    with pytest.raises(VersionChanged):
        once.handle(counting(note, expected=1))


def test_a_stream_keeps_its_subject_for_life() -> None:
    once = handler()
    note = uuid4()
    once.handle(opening(note))
    with pytest.raises(SubjectDiffers):
        once.handle(Target(note_decider, f"note-{note}", CountNote(), meta(), subject="person-2"))


class Overtaken(MemoryJournal):
    """Somebody else counts the note just before us, a given number of times."""

    def __init__(self, times: int) -> None:
        super().__init__("sample")
        self.times = times

    def streams(self, streams: Collection[str], since: Mapping[str, int] = EVERYTHING) -> dict[str, list[Record]]:
        found = super().streams(streams, since)
        (stream,) = streams
        if self.times and found[stream]:
            self.times -= 1
            counted = NoteCounted(note_id=uuid4(), count=1)
            rival = Codec("sample", MemoryKeyring()).drafts(stream, len(found[stream]), "person-1", [counted], meta())
            with self.transaction() as transaction:
                transaction.append(rival)
        return found


@pytest.mark.parametrize("times", [0, 1, 2])
def test_a_clash_is_decided_anew(times: int) -> None:
    once, note = handler(Overtaken(0)), uuid4()
    once.handle(opening(note))
    once.journal.times = times  # type: ignore[attr-defined]
    assert once.handle(counting(note)).version == times + 2


def test_three_clashes_in_a_row_are_refused() -> None:
    once, note = handler(Overtaken(0)), uuid4()
    once.handle(opening(note))
    once.journal.times = 3  # type: ignore[attr-defined]
    with pytest.raises(VersionChanged):
        once.handle(counting(note))


def test_many_commands_keep_their_order_outcomes_and_refusals() -> None:
    once = handler()
    known, unknown = uuid4(), uuid4()
    results = once.handle_many([opening(known), counting(known), counting(unknown), counting(known)])
    assert [r.version if isinstance(r, Outcome) else type(r) for r in results] == [1, 2, NoteMissing, 3]


def test_many_commands_sent_again_change_nothing() -> None:
    once = handler()
    targets = [opening(uuid4(), subject=f"person-{i}") for i in range(50)]
    first = once.handle_many(targets)
    again = once.handle_many(targets)
    assert all(isinstance(r, Outcome) and r.repeated for r in again)
    assert [r.records for r in first if isinstance(r, Outcome)] == [r.records for r in again if isinstance(r, Outcome)]


def test_no_transaction_of_a_batch_holds_more_than_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    append = MemoryTransaction.append

    def counted(self: MemoryTransaction, drafts: Sequence[Draft]) -> list[Record]:
        sizes.append(len(drafts))
        return append(self, drafts)

    monkeypatch.setattr(MemoryTransaction, "append", counted)
    results = handler().handle_many([opening(uuid4()) for _ in range(BATCH_EVENTS_MAX + 30)])
    assert not any(isinstance(r, Refused) for r in results)
    assert sizes == [BATCH_EVENTS_MAX, 30]
