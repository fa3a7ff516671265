"""Events changed in place, behind the journal's back, are named; those around them are not."""

from time import monotonic

import pytest

from libs.events.verification import verify_journal
from tests.faults.bad_input.conftest import World, in_other_partitions
from tests.faults.conftest import FiguresOf
from tests.libs.events.editing import edit
from tests.libs.events.test_verification import EDITS


@pytest.mark.faults
@pytest.mark.row(58)
def test_each_event_that_was_changed_in_place_is_named_by_its_partition_and_sequence(
    world: World, figures_of: FiguresOf
) -> None:
    *edited, whole = in_other_partitions(len(EDITS) + 1)
    for note in (*edited, whole):
        world.open(note, counts=2)
    assert verify_journal(world.writer.superuser, world.source).doubts == ()
    places: list[str] = []
    for note, change in zip(edited, EDITS.values(), strict=True):
        opening = f"stream = 'note-{note}' and version = 1 returning partition, sequence"
        places += edit(world.writer, f"update journal set {change} where {opening}")
    began = monotonic()
    found = verify_journal(world.writer.superuser, world.source)
    seconds = monotonic() - began
    named = [str(doubt.position) for doubt in found.doubts]
    assert sorted(named) == sorted(places)
    figures_of(
        rounds=len(EDITS),
        named=len(set(named) & set(places)),
        falsely_named=len(set(named) - set(places)),
        events=len(world.acknowledged),
        milliseconds=round(1000 * seconds),
    )
