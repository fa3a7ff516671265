"""What happens to a person reaches the case through the log and the registry's own follower, once."""

from contextlib import closing
from dataclasses import replace
from datetime import date
from uuid import UUID

from libs.events.contracts.registry.case import CaseEnded, DeterminationNoted, TermCorrected, UseDetected
from libs.events.contracts.registry.determination import RelapseConfirmed
from libs.events.contracts.registry.person import ResidenceRecorded
from libs.events.event import Event
from libs.events.kafka import Log
from services.registry.service import service
from tests.conftest import Bench, MakeBench
from tests.libs.events.test_flow import level, verified, working
from tests.libs.events.waiting import until
from tests.services.clubs.test_flow import read_everything_again
from tests.services.clubs.twin import beside
from tests.services.registry.acting import Acting
from tests.services.registry.relapsing import complete, determine, somebody
from tests.services.reporting.story import FAR

FOLLOWING = (CaseEnded, DeterminationNoted, TermCorrected, UseDetected, RelapseConfirmed, ResidenceRecorded)


def followed(registry: Acting, person: UUID) -> list[type[Event]]:
    """The kinds of what followed for a person, in order."""
    return [type(event) for event in registry.told(person, *FOLLOWING)]


def settled(bench: Bench) -> None:
    until(lambda: level(bench, bench), "the registry having reacted to itself")


def test_what_follows_from_an_event_follows_once_over_real_engines(make_bench: MakeBench, log: Log) -> None:
    name = "registryflow"
    parts = vars(replace(beside(service, name, name), chores=()))
    bench = make_bench(topics=True, **parts)
    with working(bench, log=log), closing(bench.open()) as opened:
        until(lambda: verified(bench), "the relay's verification")
        registry = Acting(opened)
        dies, moves, uses, corrected = people = [registry.offices.completer() for _ in range(4)]
        relapses = somebody(registry)
        determine(registry, relapses)
        settled(bench)
        registry.offices.die(dies, date(2023, 9, 4))
        registry.offices.move(moves, date(2023, 8, 7), FAR)
        registry.offices.test(uses, date(2023, 6, 5))
        registry.offices.correct_completion(corrected, date(2023, 2, 1))
        complete(registry, relapses)
        settled(bench)
        expected: dict[UUID, list[type[Event]]] = {
            dies: [CaseEnded],
            moves: [ResidenceRecorded],
            uses: [UseDetected],
            corrected: [TermCorrected],
            relapses: [RelapseConfirmed],
        }
        assert {person: followed(registry, person) for person in (*people, relapses)} == expected
        read_everything_again(bench)
        # Something new makes the follower notice that it lost its place.
        somebody(registry)
        settled(bench)
        assert {person: followed(registry, person) for person in expected} == expected
