"""Events of the next release, met by this one."""

from dataclasses import replace
from uuid import UUID

import pytest

from libs.events import event
from libs.events.event import ContractError
from libs.events.kafka import Log
from libs.events.upcasting import UnknownVersion
from tests.faults.bad_input.conftest import World
from tests.faults.bad_input.newer import newer_code
from tests.faults.bad_input.redriven import redriven
from tests.faults.conftest import FiguresOf
from tests.libs.events.driving import apart, beside
from tests.libs.events.sample import NoteCounted

FUTURE = "sample.note-recounted"
TAKERS = {"sample.followed", "sample.history", "echo"}
ROUNDS = 3


@pytest.mark.faults
@pytest.mark.row(56)
def test_an_event_of_a_future_version_has_its_subject_wait_and_nobody_else(
    world: World, log: Log, monkeypatch: pytest.MonkeyPatch, figures_of: FiguresOf
) -> None:
    note = world.open(counts=1)
    others = [world.open(make(note), counts=1) for make in (beside, apart)]
    with newer_code(monkeypatch):
        for _ in range(ROUNDS):
            world.count(note)
    refused = refusals(world, note, UnknownVersion)
    with world.following():
        for other in others:
            world.count(other)
        world.send(world.unsent())
        world.until_level()
    parked, before = world.parked(), world.effects()
    assert {(one.taker, one.subject) for one in parked} == {(taker, f"person-{note}") for taker in TAKERS}
    assert world.counts() == {str(note): 1} | {str(other): 2 for other in others}
    assert before["doubled"] == 0
    with newer_code(monkeypatch):
        taken = redriven(world.reader, log)
        assert taken == len(parked)
        world.count(note)
        world.send(world.unsent())
        with world.following():
            world.until_level()
        found = world.proved()
    figures_of(
        rounds=ROUNDS,
        lost=found.lost,
        doubled=found.doubled,
        parked=len(parked),
        redriven=taken,
        commands_refused=refused,
        acknowledged=found.acknowledged,
    )


@pytest.mark.faults
@pytest.mark.row(56)
def test_an_event_of_a_future_type_is_ignored_by_who_does_not_handle_it_and_decided_on_by_nobody(
    world: World, monkeypatch: pytest.MonkeyPatch, figures_of: FiguresOf
) -> None:
    note = world.open(counts=1)
    future = replace(NoteCounted.contract, wire=FUTURE)
    with monkeypatch.context() as newer:
        newer.setattr(NoteCounted, "contract", future)
        newer.setitem(event._contracts, FUTURE, future)
        for _ in range(ROUNDS):
            world.count(note)
            world.acknowledged.pop()
    refused = refusals(world, note, ContractError)
    other = world.open(beside(note), counts=1)
    records = world.unsent()
    with world.following():
        world.send(records)
        world.until_level()
    assert world.parked() == []
    assert world.counts() == {str(note): 1, str(other): 1}
    found = world.proved()
    figures_of(
        rounds=ROUNDS,
        lost=found.lost,
        doubled=found.doubled,
        ignored=sum(one.type == FUTURE for one in records),
        commands_refused=refused,
        acknowledged=found.acknowledged,
    )


def refusals(world: World, note: UUID, why: type[Exception]) -> int:
    """Of as many commands on a stream that this release cannot read, those that were refused and left nothing."""
    before, refused = len(world.acknowledged), 0
    for _ in range(ROUNDS):
        with pytest.raises(why):
            world.count(note)
        refused += 1
    assert len(world.acknowledged) == before
    return refused
