"""Each guard of the follower, taken out, lets through what it is there to stop."""

from contextlib import suppress

import pytest

from libs.events import checkpoints, folding
from libs.events import follower as follower_module
from libs.events.checkpoints import OwnershipLost
from libs.events.folding import Folding
from libs.events.record import from_value, to_value
from tests.faults.conftest import FiguresOf
from tests.faults.guards import without
from tests.faults.partition import COUNTS, Partition

GAP = """        if record.sequence > sequence + 1:
            raise BrokenLog(
                f"{record.position} follows {sequence}: {record.sequence - sequence - 1} events are missing"
            )
"""
CHAIN = """        if record.chain != next_link(chain, record.sequence, record.recorded_at, record.body):
            raise BrokenLog(f"the chain of {record.position} does not fit")
"""
OWNED = "found.get(place) != (mine.epoch, mine.sequence, mine.reacted)"
EPOCH_ALONE = "found[place][0] != mine.epoch"
POSITION_ALONE = "found[place][1:] != (mine.sequence, mine.reacted)"
COMPARED = ("both", "the epoch", "the position", "nothing")
INSIDE = """        books.advance(reached)
        crash_point("follower.before-commit")
    crash_point("follower.after-commit")
"""
OUTSIDE = """        crash_point("follower.before-commit")
    crash_point("follower.after-commit")
    with self._store.begin() as books:
        books.advance(reached)
"""


class Killed(BaseException):
    """Stands for SIGKILL where the test itself must live on."""


def wrong(partition: Partition) -> dict[str, int]:
    """How many counts of the note are missing in its row, and how many are too many."""
    (counted,) = partition.counted()
    return {"lost": max(0, COUNTS - counted), "doubled": max(0, counted - COUNTS)}


def comparing(patch: pytest.MonkeyPatch, what: str) -> None:
    without(patch, checkpoints, "refuse_moved", (OWNED, what))


def test_without_the_chain_check_a_forged_event_is_folded(
    partition: Partition, monkeypatch: pytest.MonkeyPatch
) -> None:
    value = to_value(partition.records[0]).replace(b"2025:26080", b"2025:99999")
    forged = from_value(partition.place.partition, value)
    partition.apply(follower := partition.owner(), [forged])
    assert "does not fit" in follower.stopped[partition.place]
    assert partition.found() == []
    without(monkeypatch, follower_module, "prove", (CHAIN, ""))
    partition.apply(partition.owner(), [forged])
    assert [row.unit for row in partition.found()] == ["2025:99999"], "a forgery believed without the guard"


def test_without_the_gap_and_chain_checks_a_missing_event_is_not_noticed(
    partition: Partition, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_a_hole = [*partition.records[:2], *partition.records[3:]]
    partition.apply(follower := partition.owner(), with_a_hole)
    assert "1 events are missing" in follower.stopped[partition.place]
    # The chain proves the same; the check of the sequence adds that it can be said what is missing.
    with monkeypatch.context() as patch:
        without(patch, follower_module, "prove", (GAP, ""))
        partition.apply(follower := partition.owner(), with_a_hole)
        assert "does not fit" in follower.stopped[partition.place]
    assert partition.found() == []
    without(monkeypatch, follower_module, "prove", (GAP, ""), (CHAIN, ""))
    partition.apply(partition.owner(), with_a_hole)
    assert partition.counted() == [COUNTS - 1], "an event lost in silence without both guards"


@pytest.mark.parametrize("point", ["follower.before-commit", "follower.after-commit"])
@pytest.mark.parametrize("guarded", [True, False])
def test_without_the_checkpoint_in_the_transaction_a_crash_folds_twice(
    partition: Partition, monkeypatch: pytest.MonkeyPatch, *, guarded: bool, point: str
) -> None:
    partition.apply(partition.owner(), partition.records[:1])
    if not guarded:
        without(monkeypatch, Folding, "_write", (INSIDE, OUTSIDE))

    def die(here: str) -> None:
        if here == point:
            raise Killed

    with monkeypatch.context() as patch, suppress(Killed):
        patch.setattr(folding, "crash_point", die)
        partition.apply(partition.owner())
    partition.apply(partition.owner())
    twice = not guarded and point == "follower.after-commit"
    assert partition.counted() == [2 * COUNTS if twice else COUNTS], "counts folded over a crash"


@pytest.mark.row(30)
@pytest.mark.parametrize("compared", [OWNED, EPOCH_ALONE, POSITION_ALONE, "False"], ids=COMPARED)
def test_without_the_compare_and_set_a_paused_follower_folds_twice(
    partition: Partition, monkeypatch: pytest.MonkeyPatch, figures_of: FiguresOf, compared: str
) -> None:
    """Epoch and position are compared as one; against a follower that was overtaken each of them is enough."""
    partition.apply(partition.owner(), partition.records[:1])
    comparing(monkeypatch, compared)
    paused = partition.owner()
    partition.apply(partition.owner())
    if compared == "False":
        partition.apply(paused)
        assert partition.counted() == [2 * COUNTS], "counts folded by two followers without the guard"
        return
    with pytest.raises(OwnershipLost):
        partition.apply(paused)
    assert partition.counted() == [COUNTS]
    figures_of(rounds=1, **wrong(partition))


@pytest.mark.parametrize("compared", [OWNED, POSITION_ALONE])
def test_without_the_epoch_a_displaced_follower_still_writes_and_displaces_its_successor(
    partition: Partition, monkeypatch: pytest.MonkeyPatch, compared: str
) -> None:
    """What the epoch alone is for: who claimed last is the owner, also before it has written anything."""
    partition.apply(partition.owner(), partition.records[:1])
    comparing(monkeypatch, compared)
    displaced, owner = partition.owner(), partition.owner()
    first, second = (displaced, owner) if compared == POSITION_ALONE else (owner, displaced)
    partition.apply(first)
    with pytest.raises(OwnershipLost):
        partition.apply(second)
    assert partition.counted() == [COUNTS], "nothing is doubled in either case"
